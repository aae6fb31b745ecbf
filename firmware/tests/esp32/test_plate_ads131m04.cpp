/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32 plate with an ADS131M04, executed. */
#define SM_PLATE_ADS131M04
#include <Arduino.h>
#include "test_plate.h"
#include <fake_ads131m04.h>
#include <memory>

static std::unique_ptr<fake::Ads131m04> chip;

static void power_on() {
    const uint64_t start_us = fake::board.start_us;
    fake::board = fake::Board{};
    fake::board.start_us = start_us;
    chip = std::make_unique<fake::Ads131m04>(SM_PIN_CS, SM_PIN_DRDY, SM_PIN_RESET);
    boot(ESP_RST_POWERON);
}

static void new_board() {
    fake::nvs = fake::Nvs{};
    afterlife = {0xFFFFFFFF, 0xFF}; /* RTC memory comes up with anything */
    power_on();
}

struct Batch {
    uint32_t index, t_us, span_us;
    unsigned boot_id, flags, number, rows;
    std::vector<fake::Ads131m04::Counts> counts;
};

static std::vector<Batch> batches() {
    std::vector<Batch> found;
    for (const Frame &f : of_type(0x11)) {
        Batch batch = {f.u(0, 4),  f.u(4, 4),  f.u(8, 4),  f.u(12, 2),
                       f.u(14, 1), f.u(15, 1), f.u(16, 1), {}};
        CHECK(f.payload.size() == 17 + 12 * batch.rows);
        for (unsigned r = 0; r < batch.rows; r++) {
            fake::Ads131m04::Counts counts;
            for (size_t c = 0; c < 4; c++) counts[c] = f.i24(17 + 12 * r + 3 * c);
            batch.counts.push_back(counts);
        }
        found.push_back(batch);
    }
    return found;
}

static size_t rows_of(const std::vector<Batch> &all) {
    size_t n = 0;
    for (const Batch &batch : all) n += batch.rows;
    return n;
}

/* Each row must be a settled conversion at full gain, at its time and with its number; indices
 * follow. Returns how many conversions are missing between the first and the last. */
static size_t holes_in(const std::vector<Batch> &all) {
    size_t at = 0, holes = 0;
    uint32_t index = all.front().index;
    unsigned number = all.front().number;
    bool first = true;
    for (const Batch &batch : all) {
        CHECK(batch.index == index);
        index += batch.rows;
        for (unsigned r = 0; r < batch.rows; r++) {
            const uint32_t gaps = batch.rows > 1 ? batch.rows - 1 : 1;
            const uint32_t t_us = batch.t_us + batch.span_us * r / gaps;
            size_t skipped = 0;
            const auto &made = chip->made;
            while (at < made.size() && !(made[at].settled && made[at].counts == batch.counts[r])) {
                at++;
                skipped++;
            }
            CHECK(at < made.size());
            if (at == made.size()) return SIZE_MAX;
            const auto made_us = static_cast<uint32_t>(fake::board.start_us + made[at].t_ns / 1000);
            CHECK(static_cast<int32_t>(t_us - made_us) >= -1);
            CHECK(static_cast<int32_t>(t_us - made_us) <= 2);
            at++;
            if (!first) holes += skipped;
            const unsigned steps = (batch.number + r - number) & 0xFF;
            CHECK(first || steps == ((skipped + 1) & 0xFF));
            CHECK(r == 0 || skipped == 0);
            number = (batch.number + r) & 0xFF;
            first = false;
        }
    }
    return holes;
}

static void at_every_rate_every_conversion_arrives_and_the_link_is_used_by_half_at_most(
    const char *folder) {
    static const uint32_t rates[] = {250, 500, 1000, 2000, 4000};
    static const unsigned rows_in_16_ms[] = {4, 8, 16, 19, 19};
    for (int i = 0; i < 5; i++) {
        new_board();
        CHECK(ask(0x88, u32(rates[i] * 1000)) == 0);
        CHECK(ask(0x82, {3}) == 0); /* the COP as well */
        run_ms(30);
        forget_what_was_sent();
        run_ms(1000);
        const auto all = batches();
        CHECK(rows_of(all) + 20 > rates[i] && rows_of(all) < rates[i] + 20);
        CHECK(holes_in(all) == 0);
        for (const Batch &batch : all) CHECK(batch.rows == rows_in_16_ms[i] && batch.flags == 0);
        const double load = static_cast<double>(fake::link.sent.size()) * 10 / 2000000;
        printf("%u rows a second: %.1f %% of the link\n", rates[i], load * 100);
        CHECK(load < 0.5);
        CHECK(of_type(0x12).size() == all.size());
        CHECK(events().empty());
        CHECK(fake::link.waited_bytes == 0 && chip->violations == 0);
        CHECK(fake::link.baud == 2000000);
        if (rates[i] == 1000) keep((std::string(folder) + "/ads131m04.bin").c_str());
    }
}

static void it_says_what_it_is() {
    new_board();
    CHECK(ask(0x81) == 0);
    const Frame info = of_type(0x01).at(1);
    CHECK(info.u(6, 1) == 2 && info.u(7, 1) == 2); /* ESP32, ADS131M04 */
    CHECK(info.u(9, 1) == 24 && info.u(10, 2) == 128 && info.u(12, 4) == 1000000);
    CHECK(info.u(24 + info.u(23, 1) + 2, 2) == (1 | 2 | 32)); /* COP, RATE, brown-out detector */
}

static void a_rate_is_kept_and_another_one_refused() {
    new_board();
    CHECK(ask(0x88, u32(999000)) == 2);
    CHECK(ask(0x88, u32(8000000)) == 2); /* the chip could, the link not twice */
    CHECK(ask(0x88, {0x40, 0x42, 0x0F, 0, 20}) == 2);
    CHECK(of_type(0x01).size() == 1);
    CHECK(ask(0x88, u32(2000000)) == 0);
    CHECK(of_type(0x01).size() == 2 && of_type(0x01)[1].u(12, 4) == 2000000);
    const unsigned resets = chip->resets;
    const size_t writes = fake::nvs.writes;
    CHECK(ask(0x88, u32(2000000)) == 0); /* what is done twice is done once */
    CHECK(chip->resets == resets && fake::nvs.writes == writes);
    power_on();
    CHECK(of_type(0x01).at(0).u(12, 4) == 2000000);
    run_ms(500);
    CHECK(rows_of(batches()) > 950);
    fake::nvs.broken = true;
    CHECK(ask(0x88, u32(500000)) == 3);
    fake::nvs.broken = false;
    CHECK(of_type(0x01).size() == 1);
    CHECK(ask(0x88, {0x40, 0x42, 0x0F, 0, 1}) == 0); /* single rows, for live feedback */
    forget_what_was_sent();
    run_ms(100);
    CHECK(batches().size() > 90 && batches()[0].rows == 1 && batches()[0].span_us == 0);
}

static void a_change_of_the_rate_loses_no_row_that_was_there_and_the_index_goes_on() {
    new_board();
    run_ms(101);
    CHECK(ask(0x88, u32(500000)) == 0);
    run_ms(200);
    const auto all = batches();
    bool partial = false;
    for (const Batch &batch : all) partial |= batch.rows != 16 && batch.rows != 8;
    CHECK(partial); /* what had come of the batch was sent */
    uint32_t index = all.front().index;
    for (const Batch &batch : all) {
        CHECK(batch.index == index);
        index += batch.rows;
    }
    CHECK(events().empty());
}

static void a_chip_that_lost_its_power_never_passes_for_one_that_did_not() {
    new_board();
    for (int i = 0; i < 5; i++) {
        run_ms(203.3);
        CHECK(chip->register_at[4] == 0x7777);
        chip->power_on();
        CHECK(chip->register_at[4] == 0);
    }
    run_ms(200);
    CHECK(holes_in(batches()) > 10); /* and no row that is not settled, at full gain */
    CHECK(chip->register_at[4] == 0x7777 && chip->register_at[2] == 0x0110);
    for (unsigned c = 0; c < 4; c++) {
        size_t gone = 0, back = 0;
        for (const auto &event : events()) {
            gone += event == std::make_pair(1u, c);
            back += event == std::make_pair(2u, c);
        }
        CHECK(gone == 5 && back == 5);
    }
    CHECK(rows_of(batches()) > 1100);
}

static void a_loop_that_was_late_loses_conversions_and_shows_it() {
    new_board();
    CHECK(ask(0x88, u32(4000000)) == 0);
    run_ms(50);
    forget_what_was_sent();
    for (int i = 0; i < 20; i++) {
        run_ms(20.1);
        fake::board.pass_us(300 + 97 * static_cast<uint64_t>(i)); /* one period to nine */
    }
    run_ms(50);
    const size_t holes = holes_in(batches()); /* each shown by its number, none by the index */
    CHECK(holes >= 20 && holes < 250);
    CHECK(events().empty());
}

static void writing_the_flash_costs_conversions_and_nothing_else() {
    new_board();
    CHECK(ask(0x88, u32(4000000)) == 0);
    run_ms(100);
    forget_what_was_sent();
    fake::nvs.write_us = 7300;
    for (uint8_t i = 1; i < 6; i++) {
        CHECK(ask(0x87, calibration(i)) == 0);
        run_ms(41.7);
    }
    fake::nvs.write_us = 0;
    const size_t holes = holes_in(batches());
    CHECK(holes >= 5 * 29 && holes < 5 * 36);
    CHECK(events().empty());
    CHECK(!fake::watchdog.bitten());
}

static void a_damaged_readout_is_dropped_and_shows_as_a_hole() {
    new_board();
    run_ms(100);
    for (int bit : {0, 9, 30, 77, 119, 125, 135}) {
        chip->flip_bit = bit;
        run_ms(53);
    }
    CHECK(events() == Events(7, {4, 0}));
    CHECK(holes_in(batches()) >= 7);
}

static void a_frozen_chip_is_silent_and_comes_back() {
    new_board();
    run_ms(206);
    chip->frozen = true;
    run_ms(100);
    CHECK(events() == (Events{{1, 0}, {1, 1}, {1, 2}, {1, 3}}));
    CHECK(chip->resets > 10); /* every six periods */
    const size_t rows = rows_of(batches());
    CHECK(rows > 190); /* also the last ones, that waited for more */
    CHECK(batches().back().rows < 16);
    forget_what_was_sent();
    chip->frozen = false;
    run_ms(100);
    CHECK(count_of(2) == 4);
    CHECK(rows_of(batches()) > 80 && batches().at(0).index == rows);
    CHECK(holes_in(batches()) == 0);
}

static void a_chip_that_takes_no_configuration_gives_no_rows() {
    new_board();
    run_ms(100);
    forget_what_was_sent();
    chip->deaf = true;
    chip->power_on();
    run_ms(300);
    CHECK(count_of(1) == 4 && count_of(2) == 0);
    CHECK(rows_of(batches()) < 17); /* those that were there before */
    holes_in(batches());
    chip->deaf = false;
    run_ms(100);
    CHECK(count_of(2) == 4);
}

static void without_a_chip_it_restarts_once_gives_up_and_still_talks() {
    new_board();
    chip->absent = chip->frozen = true;
    CHECK(!run_until_bitten(8000));
    CHECK(run_until_bitten(3000));
    boot(ESP_RST_TASK_WDT);
    CHECK(!run_until_bitten(11000));
    CHECK(events() == (Events{{1, 0}, {1, 1}, {1, 2}, {1, 3}, {11, 0}, {11, 1}, {11, 2}, {11, 3}}));
    CHECK(ask(0x81) == 0);
    CHECK(batches().empty());
    const uint16_t seq = command(0x89);
    run_ms(950);
    CHECK(of_type(0x06).size() == 1 && of_type(0x06)[0].u(0, 2) == seq);
    for (size_t c = 0; c < 4; c++) CHECK(of_type(0x06)[0].u(3 + 6 * c, 1) == 1);
    chip->absent = chip->frozen = false;
    run_ms(100);
    CHECK(count_of(2) == 4 && rows_of(batches()) > 80);
}

static void a_channel_at_its_end_is_told_after_a_second() {
    new_board();
    bool torn = false;
    chip->load = [&](size_t n) {
        const auto k = static_cast<int32_t>(n);
        return fake::Ads131m04::Counts{k, k, torn ? -0x800000 : k, k};
    };
    run_ms(500);
    torn = true;
    run_ms(950);
    CHECK(events().empty());
    CHECK(batches().back().flags == 4);
    run_ms(100);
    CHECK(events() == (Events{{5, 2}}));
    torn = false;
    run_ms(100);
    CHECK(events() == (Events{{5, 2}, {6, 2}}));
}

static void a_self_test_looks_at_every_channel() {
    new_board();
    run_ms(50);
    const uint16_t seq = command(0x89);
    run_ms(100);
    CHECK(ack_of(seq) == 0);
    const Frame f = of_type(0x06).at(0);
    for (size_t c = 0; c < 4; c++) {
        CHECK(f.u(3 + 6 * c, 1) == 0);
        CHECK(f.u(7 + 6 * c, 2) == 31); /* 32 looks at a ramp of one a conversion */
    }
}

static void stopped_it_is_still_and_counts_on() {
    new_board();
    run_ms(106.5);
    CHECK(ask(0x83) == 0);
    const auto before = batches();
    CHECK(before.back().rows < 16); /* what had come of a batch was sent */
    run_ms(200);
    CHECK(batches().size() == before.size());
    CHECK(ask(0x82) == 0);
    run_ms(50);
    const auto all = batches();
    CHECK(all.size() > before.size());
    CHECK(all.at(before.size()).index >= before.back().index + 190);
}

static void what_does_not_fit_is_counted_exactly_and_never_waited_for() {
    new_board();
    CHECK(ask(0x88, u32(4000000)) == 0);
    run_ms(100);
    fake::link.stuck = true;
    run_ms(2000);
    fake::link.stuck = false;
    run_ms(200);
    CHECK(fake::link.waited_bytes == 0);
    const auto all = frames_in(fake::link.sent);
    size_t holes = 0, told = 0;
    for (size_t i = 1; i < all.size(); i++)
        holes += static_cast<uint16_t>(all[i].seq - all[i - 1].seq - 1);
    for (const auto &event : events())
        if (event.first == 3) told += event.second;
    CHECK(holes > 350 && told == holes);
}

static void time_wraps_and_nothing_is_lost() {
    fake::board.start_us = (1ull << 32) - 500000;
    new_board();
    run_ms(1200);
    const auto all = batches();
    CHECK(rows_of(all) > 1150);
    CHECK(all.front().t_us > all.back().t_us);
    CHECK(holes_in(all) == 0);
    CHECK(events().empty());
    fake::board.start_us = 0;
}

int main(int argc, char **argv) {
    at_every_rate_every_conversion_arrives_and_the_link_is_used_by_half_at_most(
        argc > 1 ? argv[1] : ".");
    it_says_what_it_is();
    a_rate_is_kept_and_another_one_refused();
    a_change_of_the_rate_loses_no_row_that_was_there_and_the_index_goes_on();
    a_chip_that_lost_its_power_never_passes_for_one_that_did_not();
    a_loop_that_was_late_loses_conversions_and_shows_it();
    writing_the_flash_costs_conversions_and_nothing_else();
    a_damaged_readout_is_dropped_and_shows_as_a_hole();
    a_frozen_chip_is_silent_and_comes_back();
    a_chip_that_takes_no_configuration_gives_no_rows();
    without_a_chip_it_restarts_once_gives_up_and_still_talks();
    a_channel_at_its_end_is_told_after_a_second();
    a_self_test_looks_at_every_channel();
    stopped_it_is_still_and_counts_on();
    what_does_not_fit_is_counted_exactly_and_never_waited_for();
    time_wraps_and_nothing_is_lost();
    return verdict();
}
