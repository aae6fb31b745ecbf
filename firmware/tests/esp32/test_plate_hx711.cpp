/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32 plate with four HX711s, executed. */
#include <Arduino.h>
#include "test_plate.h"
#include <fake_hx711.h>
#include <memory>

/* Four chips on the pins of hardware/plate_esp32, each with its own oscillator. */
static std::unique_ptr<fake::Hx711> chip[4];

static void power_on() {
    static const int dout[] = {32, 33, 25, 26}, sck[] = {19, 21, 22, 23};
    static const double ppm[] = {500, -15000, 10000, -20000};
    const uint64_t start_us = fake::board.start_us;
    fake::board = fake::Board{};
    fake::board.start_us = start_us;
    for (int c = 0; c < 4; c++) {
        chip[c] = std::make_unique<fake::Hx711>(dout[c], sck[c], ppm[c]);
        chip[c]->load = [c](size_t n) {
            const int32_t ramp = static_cast<int32_t>(n * 1000 + 7);
            return c % 2 ? -ramp : ramp + 100000 * c;
        };
        chip[c]->power_on();
    }
    boot(ESP_RST_POWERON);
}

static void new_board() {
    fake::nvs = fake::Nvs{};
    afterlife = {0xA5A5A5A5, 0xFF}; /* RTC memory comes up with anything */
    power_on();
}

struct Row {
    uint32_t index, t_us;
    unsigned boot_id, flags;
    int32_t count[4];
    uint32_t age_us[4];
    unsigned number[4];
};

static std::vector<Row> rows() {
    std::vector<Row> found;
    for (const Frame &f : of_type(0x10)) {
        Row row = {f.u(0, 4), f.u(4, 4), f.u(8, 2), f.u(10, 1), {}, {}, {}};
        for (size_t c = 0; c < 4; c++) {
            row.count[c] = f.i24(11 + 3 * c);
            row.age_us[c] = 4 * f.u(23 + 2 * c, 2);
            row.number[c] = f.u(31 + c, 1);
        }
        found.push_back(row);
    }
    return found;
}

/* Every conversion that was made, once, in order, with its time; returns how many were compared. */
static size_t compare_with_what_was_made(int c, const std::vector<Row> &rows) {
    const auto &made = chip[c]->made;
    const auto &first = rows.front();
    size_t at = 0; /* of the first that was sent */
    while (at < made.size() && made[at].count != first.count[c]) at++;
    size_t compared = 0;
    unsigned last = first.number[c] - 1u;
    for (const Row &row : rows) {
        if (row.number[c] == (last & 0xFF)) continue; /* repeated */
        CHECK(row.number[c] == ((last + 1) & 0xFF));
        last = row.number[c];
        if (at + compared >= made.size()) return 0;
        const auto &conversion = made[at + compared];
        CHECK(row.count[c] == conversion.count);
        const auto made_us = static_cast<uint32_t>(fake::board.start_us + conversion.t_ns / 1000);
        const int32_t late_us = static_cast<int32_t>(row.t_us - row.age_us[c] - made_us);
        CHECK(late_us >= -4 && late_us <= 8 + static_cast<int32_t>(fake::board.latency_ns / 1000));
        compared++;
    }
    CHECK(made.size() - at - compared <= 2); /* on their way */
    return compared;
}

static void every_conversion_of_every_chip_arrives_once_and_exact(const char *folder) {
    new_board();
    run_ms(5000);
    const auto all = rows();
    CHECK(all.size() > 380);
    for (size_t i = 0; i < all.size(); i++) {
        CHECK(all[i].index == i);
        CHECK(all[i].flags == 0 && all[i].boot_id == 1);
    }
    for (int c = 0; c < 4; c++) {
        CHECK(compare_with_what_was_made(c, all) > 380);
        CHECK(chip[c]->collisions == 0 && chip[c]->restarts == 1);
        CHECK(chip[c]->longest_high_ns < 2000);
    }
    CHECK(events().empty());
    CHECK(fake::link.waited_bytes == 0);
    keep((std::string(folder) + "/hx711.bin").c_str());
}

static void preempted_anywhere_it_never_powers_a_chip_down() {
    new_board();
    unsigned turn = 0;
    fake::board.preempt = [&] {
        if (++turn % 7 == 0) fake::board.pass_us(70);
    };
    run_ms(3000);
    fake::board.preempt = nullptr;
    for (int c = 0; c < 4; c++) {
        CHECK(chip[c]->restarts == 1);
        CHECK(chip[c]->longest_high_ns < 50000);
        CHECK(chip[c]->collisions == 0);
    }
    const auto all = rows();
    CHECK(all.size() > 220);
    for (const Row &row : all)
        for (int c = 0; c < 4; c++) {
            bool was_made = false;
            for (const auto &made : chip[c]->made) was_made |= made.count == row.count[c];
            CHECK(was_made);
        }
}

/* The number a row gives a conversion is the chip's own, however many were lost between. */
static void check_numbers(int c) {
    for (const Row &row : rows()) {
        size_t n = 0;
        while (n < chip[c]->made.size() && chip[c]->made[n].count != row.count[c]) n++;
        CHECK(n < chip[c]->made.size() && row.number[c] == ((n + 1) & 0xFF));
    }
}

static void a_slow_loop_takes_no_data_bit_for_a_conversion(uint64_t interrupt_latency_ns) {
    new_board();
    fake::board.latency_ns = interrupt_latency_ns;
    turn_ns = 4100000;
    run_ms(4000);
    turn_ns = 10000;
    for (int c = 0; c < 4; c++) {
        check_numbers(c);
        CHECK(chip[c]->collisions == 0);
        CHECK(compare_with_what_was_made(c, rows()) > 280);
    }
}

static void a_conversion_that_ends_while_its_chip_is_being_left_counts_once() {
    new_board();
    run_ms(300);
    unsigned before[4] = {}, readouts = 0;
    fake::board.preempt = [&] {
        for (int c = 0; c < 4; c++) {
            const unsigned pulses = chip[c]->pulses();
            if (pulses == 25 && before[c] == 24 && ++readouts % 23 == 0) fake::board.pass_us(12600);
            before[c] = pulses;
        }
    };
    run_ms(4000);
    fake::board.preempt = nullptr;
    CHECK(readouts > 800);
    for (int c = 0; c < 4; c++) check_numbers(c);
    CHECK(count_of(1) == 0 && count_of(4) > 30);
}

static void a_conversion_that_ends_at_the_end_of_a_readout_counts_once() {
    new_board();
    fake::board.latency_ns = 1500;
    run_ms(300);
    unsigned before[4] = {}, readouts = 0;
    fake::board.preempt = [&] {
        for (int c = 0; c < 4; c++) {
            const unsigned pulses = chip[c]->pulses();
            if (pulses == 25 && before[c] == 24 && ++readouts % 9 == 0)
                fake::board.run_until(chip[c]->next_ns() - readouts % 40 * 100);
            before[c] = pulses;
        }
    };
    run_ms(6000);
    fake::board.preempt = nullptr;
    CHECK(readouts > 800);
    for (int c = 0; c < 4; c++) check_numbers(c);
}

static void a_chip_that_is_restarted_at_any_moment_gives_no_false_value() {
    for (int64_t before_us = -60; before_us < 200; before_us += 7) {
        power_on();
        run_ms(200);
        Hx711BankEsp32 bank; /* the driver alone, on the same pins */
        static const uint8_t dout[] = SM_DOUT_PINS, sck[] = SM_SCK_PINS;
        bank.begin(dout, sck);
        const auto read = [&](double ms, size_t &values) {
            for (double t = 0; t < ms; t += 0.05) {
                bank.read(
                    [&](const sm_conversion_t &conversion) {
                        const auto &made = chip[conversion.channel]->made;
                        CHECK(conversion.count == made.back().count);
                        values++;
                    },
                    [](uint8_t) {});
                fake::board.pass_us(50);
            }
        };
        size_t values = 0;
        read(100, values);
        CHECK(values >= 8);
        const auto next_ns = static_cast<int64_t>(chip[1]->next_ns());
        fake::board.run_until(static_cast<uint64_t>(next_ns - before_us * 1000));
        bank.restart(0x0F);
        values = 0;
        read(100, values);
        CHECK(values >= 8);
    }
}

static void a_loop_that_was_late_by_any_time_spoils_no_value() {
    new_board();
    for (uint64_t us = 0; us < 20000; us += 211) {
        run_ms(15);
        fake::board.pass_us(us);
    }
    for (int c = 0; c < 4; c++) {
        check_numbers(c);
        CHECK(chip[c]->collisions == 0);
    }
    CHECK(count_of(1) == 0);
    CHECK(rows().size() > 90);
}

/* The device has counted on at each pause: more than was lost, or less, but never nothing. */
static void writing_the_flash_costs_conversions_and_spoils_none() {
    new_board();
    for (uint8_t i = 0; i < 60; i++) {
        fake::nvs.write_us = 1700u * i;
        CHECK(ask(0x87, calibration(i)) == 0);
        run_ms(45);
    }
    fake::nvs.write_us = 0;
    const auto all = rows();
    for (int c = 0; c < 4; c++) {
        const auto &made = chip[c]->made;
        size_t last = 0, at = 0;
        for (size_t i = 0; i < all.size(); i++) {
            while (at < made.size() && made[at].count != all[i].count[c]) at++;
            CHECK(at < made.size());
            if (at == made.size()) break;
            const auto made_us = static_cast<uint32_t>(made[at].t_ns / 1000);
            const uint32_t late_us = all[i].t_us - all[i].age_us[c] - made_us;
            CHECK(late_us < 100);
            if (i && at > last + 1) CHECK(all[i].number[c] != ((all[i - 1].number[c] + 1) & 0xFF));
            last = at;
        }
        CHECK(chip[c]->collisions == 0 && chip[c]->restarts == 1);
    }
    CHECK(events().empty());
    CHECK(!fake::watchdog.bitten());
}

static void it_says_what_it_is() {
    new_board();
    CHECK(ask(0x81) == 0);
    const auto infos = of_type(0x01);
    CHECK(infos.size() == 2); /* at boot, and on request */
    const Frame &info = infos.at(1);
    CHECK(info.u(0, 1) == 1 && info.u(1, 1) == 0);
    CHECK(info.u(5, 1) == 1 && info.u(6, 1) == 2 && info.u(7, 1) == 1); /* plate, ESP32, HX711 */
    CHECK(info.u(8, 1) == 4 && info.u(9, 1) == 24 && info.u(10, 2) == 128);
    CHECK(info.u(12, 4) == 80000);
    CHECK(info.u(16, 2) == 1 && info.u(18, 1) == 1); /* first boot, by power */
    const size_t after_id = 24 + info.u(23, 1);
    const char *const id = reinterpret_cast<const char *>(info.payload.data() + 24);
    CHECK(std::string(id, info.u(23, 1)) == "plate-hx711-esp32");
    CHECK(info.u(after_id, 2) == 0);               /* no calibration */
    CHECK(info.u(after_id + 2, 2) == (1u | 32u));  /* COP, brown-out detector */
}

static void the_cause_of_a_reset_is_told() {
    static const struct {
        esp_reset_reason_t reason;
        unsigned cause;
    } known[] = {{ESP_RST_POWERON, 1}, {ESP_RST_EXT, 2},       {ESP_RST_BROWNOUT, 4},
                 {ESP_RST_TASK_WDT, 8}, {ESP_RST_INT_WDT, 8},  {ESP_RST_WDT, 8},
                 {ESP_RST_SW, 16},      {ESP_RST_PANIC, 32},   {ESP_RST_UNKNOWN, 0}};
    new_board();
    unsigned boots = 1;
    for (const auto &k : known) {
        boot(k.reason);
        const auto infos = of_type(0x01);
        CHECK(infos.size() == 1 && infos[0].u(18, 1) == k.cause);
        CHECK(infos.at(0).u(16, 2) == ++boots);
    }
}

static void every_command_is_answered_with_its_own_number() {
    new_board();
    CHECK(ask(0x82) == 0);
    CHECK(ask(0x82, {3}) == 0);
    CHECK(ask(0x82, {4}) == 2);
    CHECK(ask(0x83) == 0);
    CHECK(ask(0x85) == 0);
    CHECK(ask(0x86) == 0);
    CHECK(ask(0x87, {1, 2, 3}) == 2);
    CHECK(ask(0x88, u32(80000)) == 0); /* its only rate */
    CHECK(ask(0x88, u32(100000)) == 2);
    CHECK(ask(0x88, {1}) == 2);
    CHECK(ask(0x89) == 0);
    for (const uint8_t type : {0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0xEE})
        CHECK(ask(type, {1, 0}) == 1); /* others' commands */
    const uint16_t seq = command(0x84);
    run_ms(3);
    const auto times = of_type(0x03);
    CHECK(times.size() == 1 && times[0].u(0, 2) == seq);
    CHECK(times.at(0).u(6, 4) - times.at(0).u(2, 4) < 1000);
    CHECK(ack_of(seq) == -1); /* its record is its answer */
    fake::link.received.insert(fake::link.received.end(), {0x11, 0x22, 0x33, 0});
    CHECK(ask(0x81) == 0); /* garbage before it does not matter */
    /* What another record answers comes before the ACK. */
    forget_what_was_sent();
    CHECK(ask(0x83) == 0 && ask(0x86) == 0);
    const auto all = frames_in(fake::link.sent);
    CHECK(all.size() == 3 && all[1].type == 0x05 && all[2].type == 0x02);
}

static void stopped_it_is_still_and_the_index_shows_what_was_not_sent() {
    new_board();
    run_ms(500);
    CHECK(ask(0x83) == 0 && ask(0x83) == 0);
    const size_t before = rows().size();
    const uint32_t last = rows().back().index;
    run_ms(1000);
    CHECK(rows().size() == before);
    CHECK(ask(0x82) == 0);
    run_ms(100);
    CHECK(rows().size() > before);
    CHECK(rows().at(before).index > last + 75 && rows().at(before).index < last + 85);
}

static void a_calibration_is_kept() {
    new_board();
    CHECK(ask(0x86) == 0);
    const Frame nominal = of_type(0x05).at(0);
    CHECK(nominal.u(0, 4) == 0 && nominal.i32(8) == 3830723 && nominal.i32(12) == -210000 &&
          nominal.i32(16) == 160000);
    const auto bytes = calibration(3);
    CHECK(ask(0x87, bytes) == 0);
    const size_t writes = fake::nvs.writes;
    CHECK(ask(0x87, bytes) == 0);
    CHECK(fake::nvs.writes == writes); /* the same bytes are not written again */
    power_on();
    forget_what_was_sent();
    CHECK(ask(0x86) == 0 && ask(0x81) == 0);
    const Frame stored = of_type(0x05).at(0);
    CHECK(stored.u(0, 4) == 1);
    CHECK(std::vector<uint8_t>(stored.payload.begin() + 4, stored.payload.end()) == bytes);
    const Frame info = of_type(0x01).at(0);
    CHECK(info.u(24 + info.u(23, 1), 2) == crc_of(bytes, 52));
    fake::nvs.broken = true;
    CHECK(ask(0x87, calibration(9)) == 3);
    fake::nvs.broken = false;
    forget_what_was_sent();
    CHECK(ask(0x86) == 0);
    CHECK(of_type(0x05).at(0).payload == stored.payload);
}

static void power_that_goes_during_a_write_leaves_the_old_calibration_or_the_new() {
    unsigned old_ones = 0, new_ones = 0, told = 0;
    for (long cut = 0; cut <= 61; cut++) {
        new_board();
        CHECK(ask(0x87, calibration(1)) == 0);
        CHECK(ask(0x87, calibration(2)) == 0);
        fake::nvs.cut_after = cut;
        command(0x87, calibration(3));
        bool cut_off = false;
        try {
            run_ms(3);
        } catch (const fake::PowerCut &) {
            cut_off = true;
        }
        CHECK(cut_off == (cut < 61)); /* 9 bytes around the 52 */
        fake::nvs.cut_after = -1;
        power_on();
        told += count_of(7);
        CHECK(ask(0x86) == 0);
        const auto kept = of_type(0x05).at(0).payload;
        const std::vector<uint8_t> bytes(kept.begin() + 4, kept.end());
        old_ones += bytes == calibration(2);
        new_ones += bytes == calibration(3);
    }
    CHECK(old_ones + new_ones == 62);
    CHECK(old_ones >= 50 && new_ones >= 1);
    CHECK(told >= 50); /* that the older copy is in use */
}

static void a_silent_chip_is_named_and_welcome_back() {
    new_board();
    run_ms(1000);
    chip[2]->silent = true;
    run_ms(1000);
    CHECK(events() == (Events{{1, 2}}));
    const auto so_far = rows();
    CHECK(so_far.back().flags == 0x40);
    CHECK(chip[2]->restarts > 10); /* every six periods */
    CHECK(chip[0]->restarts == 1);
    chip[2]->silent = false;
    run_ms(500);
    CHECK(events() == (Events{{1, 2}, {2, 2}}));
    const auto all = rows();
    CHECK(all.back().flags == 0);
    for (size_t i = 0; i < all.size(); i++) CHECK(all[i].index == i);
    CHECK(compare_with_what_was_made(0, all) > 190);
    CHECK(!fake::watchdog.bitten());
}

static void a_line_shorted_to_ground_costs_the_others_nothing() {
    new_board();
    run_ms(1000);
    chip[3]->shorted = true;
    fake::board.drive(26, false);
    run_ms(1000);
    CHECK(events() == (Events{{4, 3}, {1, 3}}));
    CHECK(rows().back().flags == 0x80);
    for (int c = 0; c < 3; c++) CHECK(compare_with_what_was_made(c, rows()) > 140);
}

static void a_dead_chip_brings_a_full_restart_and_is_given_up_then() {
    new_board();
    run_ms(500);
    chip[1]->silent = true;
    CHECK(!run_until_bitten(8000));
    CHECK(run_until_bitten(3000)); /* 8 s, and the watchdog's own two */
    boot(ESP_RST_TASK_WDT);
    CHECK(!run_until_bitten(12000));
    CHECK(events() == (Events{{1, 1}, {11, 1}}));
    CHECK(rows().size() > 900 && rows().back().flags == 0x20);
    /* Also through a second restart, whatever brought it about. */
    boot(ESP_RST_PANIC);
    CHECK(!run_until_bitten(12000));
    CHECK(events() == (Events{{1, 1}, {11, 1}}));
    /* Back after all. */
    chip[1]->silent = false;
    run_ms(500);
    CHECK(events() == (Events{{1, 1}, {11, 1}, {2, 1}}));
    CHECK(rows().back().flags == 0);
    /* RTC memory that nobody has written says nothing: the chip is worth a restart. */
    afterlife = {0xA5A5A5A5, 0xFF};
    chip[1]->silent = true;
    boot(ESP_RST_TASK_WDT);
    CHECK(run_until_bitten(12000));
    CHECK(events() == (Events{{1, 1}}));
    /* With power anew it counts again. */
    boot(ESP_RST_POWERON);
    CHECK(run_until_bitten(12000));
    CHECK(events() == (Events{{1, 1}}));
}

static void a_chip_that_a_full_restart_brings_back_is_not_given_up() {
    new_board();
    run_ms(500);
    chip[1]->silent = true;
    CHECK(run_until_bitten(12000));
    chip[1]->silent = false;
    boot(ESP_RST_TASK_WDT);
    run_ms(1000);
    CHECK(count_of(11) == 0);
    CHECK(rows().back().flags == 0);
}

static void what_does_not_fit_is_counted_exactly_and_never_waited_for() {
    new_board();
    CHECK(ask(0x82, {3}) == 0);
    run_ms(500);
    fake::link.stuck = true;
    run_ms(3000);
    fake::link.stuck = false;
    run_ms(500);
    CHECK(fake::link.waited_bytes == 0);
    const auto all = frames_in(fake::link.sent);
    size_t holes = 0;
    for (size_t i = 1; i < all.size(); i++)
        holes += static_cast<uint16_t>(all[i].seq - all[i - 1].seq - 1);
    size_t told = 0;
    for (const auto &event : events())
        if (event.first == 3) told += event.second;
    CHECK(holes > 300);
    CHECK(told == holes);
}

static void a_channel_at_its_end_is_told_after_a_second() {
    new_board();
    bool torn = false;
    chip[0]->load = [&](size_t n) { return torn ? 0x7FFFFF : static_cast<int32_t>(n); };
    run_ms(500);
    torn = true;
    run_ms(900);
    CHECK(events().empty());
    CHECK(rows().back().flags == 1);
    run_ms(300);
    CHECK(events() == (Events{{5, 0}}));
    torn = false;
    run_ms(300);
    CHECK(events() == (Events{{5, 0}, {6, 0}}));
}

/* Loads in counts of the nominal gain: 3830723 mN per 2^24 counts. */
static int32_t counts_of(double newton) {
    return static_cast<int32_t>(newton * 1000 * 16777216 / 3830723 + 0.5);
}

static void the_centre_of_pressure_is_that_of_the_loads() {
    new_board();
    double load[4] = {0, 0, 0, 0};
    for (int c = 0; c < 4; c++)
        chip[c]->load = [&load, c](size_t) { return 1000 * (c + 1) + counts_of(load[c]); };
    CHECK(ask(0x82, {2}) == 0);
    run_ms(200);
    CHECK(rows().empty()); /* COP alone was asked for */
    CHECK(of_type(0x12).back().u(10, 1) == (1 | 8 | 16));
    CHECK(ask(0x85) == 0);
    run_ms(1500);
    CHECK(of_type(0x12).back().u(10, 1) == (1 | 16)); /* tared, nothing on it */
    CHECK(of_type(0x12).back().i32(11) == INT32_MIN);
    const double on[4] = {100, 250, 150, 200}; /* x = 0.21 * (450 - 250) / 700 m, y alike */
    for (int c = 0; c < 4; c++) load[c] = on[c];
    run_ms(200);
    const Frame cop = of_type(0x12).back();
    CHECK(cop.u(10, 1) == 16);
    CHECK(abs(cop.i32(11) - 60000) < 10);
    CHECK(abs(cop.i32(15) - 0) < 10);
    CHECK(abs(cop.i32(19) - 700000) < 3);
}

static void a_self_test_tells_noisy_stuck_torn_and_silent_apart() {
    new_board();
    chip[1]->load = [](size_t) { return 4242; };
    chip[2]->load = [](size_t) { return -0x800000; };
    chip[3]->silent = true;
    run_ms(300);
    const uint16_t seq = command(0x89);
    run_ms(990);
    CHECK(ack_of(seq) == 0);
    const auto results = of_type(0x06);
    CHECK(results.size() == 1);
    const Frame &f = results.at(0);
    CHECK(f.u(0, 2) == seq && f.u(2, 1) == 4);
    CHECK(f.u(3, 1) == 5);
    CHECK(f.u(3 + 4, 2) == 31000); /* 32 looks at a ramp of a thousand a conversion */
    CHECK(f.u(9, 1) == 3 && f.i24(10) == 4242);
    CHECK(f.u(15, 1) == 2);
    CHECK(f.u(21, 1) == 1);
}

static void time_wraps_and_nothing_is_lost() {
    fake::board.start_us = (1ull << 32) - 1500000;
    new_board();
    run_ms(4000);
    const auto all = rows();
    CHECK(all.size() > 300);
    CHECK(all.front().t_us > all.back().t_us);
    for (size_t i = 0; i < all.size(); i++) CHECK(all[i].index == i && all[i].flags == 0);
    for (int c = 0; c < 4; c++) CHECK(compare_with_what_was_made(c, all) > 300);
    CHECK(events().empty());
    CHECK(!fake::watchdog.bitten());
    fake::board.start_us = 0;
}

int main(int argc, char **argv) {
    every_conversion_of_every_chip_arrives_once_and_exact(argc > 1 ? argv[1] : ".");
    preempted_anywhere_it_never_powers_a_chip_down();
    a_slow_loop_takes_no_data_bit_for_a_conversion(0);
    a_slow_loop_takes_no_data_bit_for_a_conversion(5200);
    a_conversion_that_ends_while_its_chip_is_being_left_counts_once();
    a_conversion_that_ends_at_the_end_of_a_readout_counts_once();
    a_chip_that_is_restarted_at_any_moment_gives_no_false_value();
    a_loop_that_was_late_by_any_time_spoils_no_value();
    writing_the_flash_costs_conversions_and_spoils_none();
    it_says_what_it_is();
    the_cause_of_a_reset_is_told();
    every_command_is_answered_with_its_own_number();
    stopped_it_is_still_and_the_index_shows_what_was_not_sent();
    a_calibration_is_kept();
    power_that_goes_during_a_write_leaves_the_old_calibration_or_the_new();
    a_silent_chip_is_named_and_welcome_back();
    a_line_shorted_to_ground_costs_the_others_nothing();
    a_dead_chip_brings_a_full_restart_and_is_given_up_then();
    a_chip_that_a_full_restart_brings_back_is_not_given_up();
    what_does_not_fit_is_counted_exactly_and_never_waited_for();
    a_channel_at_its_end_is_told_after_a_second();
    the_centre_of_pressure_is_that_of_the_loads();
    a_self_test_tells_noisy_stuck_torn_and_silent_apart();
    time_wraps_and_nothing_is_lost();
    return verdict();
}
