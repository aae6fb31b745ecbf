/* SPDX-License-Identifier: Apache-2.0 */
/* The driver alone, bit by bit as the data sheet says, on the modelled chip. */
#include <Arduino.h>
#include <ads131m04.h>
#include <cstdio>
#include <fake_ads131m04.h>
#include <memory>

static int checks, failures;

static void check(bool good, const char *what, int line) {
    checks++;
    if (good) return;
    failures++;
    printf("FAILED: %s (line %d)\n", what, line);
}
#define CHECK(good) check(good, #good, __LINE__)

enum { kCs = 5, kDrdy = 6, kReset = 7 };

static std::unique_ptr<fake::Ads131m04> chip;
static Ads131m04 *adc;
static std::vector<std::vector<uint8_t>> said; /* each frame that went to the chip */
static uint64_t reset_began_ns, reset_ns;

static void transfer(void *, const uint8_t *out, uint8_t *in) {
    said.emplace_back(out, out + 18);
    digitalWrite(kCs, LOW);
    for (int i = 0; i < 18; i++) {
        fake::board.pass_us(1);
        in[i] = fake::on_spi(out[i], SPI_MODE1);
    }
    digitalWrite(kCs, HIGH);
}
static void hold_in_reset(void *, bool hold) {
    if (hold) reset_began_ns = fake::board.now_ns;
    else reset_ns = fake::board.now_ns - reset_began_ns;
    digitalWrite(kReset, hold ? LOW : HIGH);
}
static void wait_us(void *, uint32_t us) { fake::board.pass_us(us); }
static void on_ready(void *) { adc->on_ready(static_cast<uint32_t>(micros())); }

static void new_chip(Ads131m04 &fresh) {
    fake::board = fake::Board{};
    chip = std::make_unique<fake::Ads131m04>(kCs, kDrdy, kReset);
    adc = &fresh;
    said.clear();
    fresh.begin({transfer, hold_in_reset, wait_us, nullptr}, 8192000);
    digitalWrite(kCs, HIGH);
    attachInterruptArg(kDrdy, on_ready, nullptr, FALLING);
}

/* Looks every 10 us until something else than kNothing or kSkipped comes, for a while at most. */
static Ads131m04::Outcome next(Ads131m04::Row *row, double ms = 100) {
    const uint64_t end_ns = fake::board.now_ns + static_cast<uint64_t>(ms * 1e6);
    while (fake::board.now_ns < end_ns) {
        const auto outcome = adc->read(static_cast<uint32_t>(micros()), row);
        if (outcome != Ads131m04::kNothing && outcome != Ads131m04::kSkipped) return outcome;
        fake::board.pass_us(10);
    }
    return Ads131m04::kNothing;
}

/* Table 8-2: OSR 16384 to 1024 at 8.192 MHz. CLOCK: 0F02h and the code in bits 2 to 4. */
static void the_rates_are_those_of_the_data_sheet() {
    static const struct {
        uint32_t mhz, period_us;
        uint16_t clock;
    } known[] = {{250000, 4000, 0x0F1E}, {500000, 2000, 0x0F1A}, {1000000, 1000, 0x0F16},
                 {2000000, 500, 0x0F12}, {4000000, 250, 0x0F0E}};
    for (const auto &k : known) {
        Ads131m04 fresh;
        new_chip(fresh);
        CHECK(fresh.has_rate(k.mhz) && fresh.restart(k.mhz));
        CHECK(chip->register_at[3] == k.clock && fresh.period_us() == k.period_us);
        CHECK(chip->period_ns() == k.period_us * 1000ull);
        Ads131m04::Row row, then;
        CHECK(next(&row) == Ads131m04::kRow && next(&then) == Ads131m04::kRow);
        CHECK(then.t_us - row.t_us == k.period_us);
        CHECK(then.number == static_cast<uint8_t>(row.number + 1));
    }
    Ads131m04 fresh;
    new_chip(fresh);
    for (const uint32_t mhz : {0u, 249000u, 3000000u, 64000000u, 125000u})
        CHECK(!fresh.has_rate(mhz));
}

static void it_is_reset_and_configured_as_the_data_sheet_says() {
    Ads131m04 fresh;
    new_chip(fresh);
    CHECK(fresh.restart(1000000));
    CHECK(reset_ns > 250000 && reset_ns < 300000); /* more than 2048 clocks of 122 ns */
    CHECK(chip->violations == 0);
    /* WREG MODE, CLOCK, GAIN1, each read back by RREG and a NULL (tables 8-11, 8-12). */
    static const uint8_t expected[9][5] = {
        {0x61, 0x00, 0, 0x01, 0x10}, {0xA1, 0x00, 0, 0, 0}, {0, 0, 0, 0, 0},
        {0x61, 0x80, 0, 0x0F, 0x16}, {0xA1, 0x80, 0, 0, 0}, {0, 0, 0, 0, 0},
        {0x62, 0x00, 0, 0x77, 0x77}, {0xA2, 0x00, 0, 0, 0}, {0, 0, 0, 0, 0}};
    CHECK(said.size() == 9);
    for (size_t i = 0; i < 9; i++) {
        CHECK(memcmp(said[i].data(), expected[i], 5) == 0);
        for (size_t rest = 5; rest < 18; rest++) CHECK(said[i][rest] == 0);
    }
}

static void a_register_that_does_not_keep_its_value_is_noticed() {
    Ads131m04 fresh;
    new_chip(fresh);
    chip->deaf = true;
    CHECK(!fresh.restart(2000000));
    chip->deaf = false;
    chip->absent = true;
    CHECK(!fresh.restart(2000000));
    chip->absent = false;
    CHECK(fresh.restart(2000000));
}

static void counts_of_either_sign_arrive() {
    Ads131m04 fresh;
    new_chip(fresh);
    chip->load = [](size_t) { return fake::Ads131m04::Counts{0x7FFFFF, -0x800000, -1, 0x00ABCD}; };
    CHECK(fresh.restart(1000000));
    Ads131m04::Row row;
    CHECK(next(&row) == Ads131m04::kRow);
    CHECK(row.counts[0] == 8388607 && row.counts[1] == -8388608 && row.counts[2] == -1 &&
          row.counts[3] == 43981);
}

static void what_has_not_settled_is_kept_back() {
    Ads131m04 fresh;
    new_chip(fresh);
    for (int i = 0; i < 10; i++) {
        CHECK(fresh.restart(1000000));
        Ads131m04::Row row;
        CHECK(next(&row, 8) == Ads131m04::kRow); /* four periods, and the start of the modulator */
        for (const int32_t count : row.counts) CHECK(count != fake::Ads131m04::kUnsettled);
        fake::board.pass_us(static_cast<uint64_t>(137 * i));
    }
}

static void after_a_pause_of_any_length_the_next_row_is_the_newest(bool narrow_pulse_seen) {
    Ads131m04 fresh;
    new_chip(fresh);
    chip->narrow_pulse_seen = narrow_pulse_seen;
    CHECK(fresh.restart(1000000));
    Ads131m04::Row row;
    CHECK(next(&row) == Ads131m04::kRow);
    for (uint64_t pause_us = 100; pause_us < 9000; pause_us += 7) {
        const uint8_t before = row.number;
        const uint32_t before_us = row.t_us;
        fake::board.pass_us(pause_us);
        for (int i = 0; i < 3; i++) {
            CHECK(next(&row) == Ads131m04::kRow);
            CHECK(row.counts[0] == chip->made.back().counts[0]);
            CHECK(row.t_us == chip->made.back().t_ns / 1000);
        }
        const uint32_t periods = (row.t_us - before_us + 500) / 1000;
        CHECK(row.number == static_cast<uint8_t>(before + periods));
    }
}

static void a_hole_of_256_conversions_does_not_look_like_none() {
    Ads131m04 fresh;
    new_chip(fresh);
    CHECK(fresh.restart(1000000));
    Ads131m04::Row row;
    bool met = false;
    for (uint64_t pause_us = 250000; pause_us < 262000; pause_us += 500) {
        CHECK(next(&row) == Ads131m04::kRow);
        const uint8_t before = row.number;
        const uint32_t before_us = row.t_us;
        fake::board.pass_us(pause_us);
        CHECK(next(&row) == Ads131m04::kRow);
        CHECK(row.number != static_cast<uint8_t>(before + 1));
        met |= row.t_us - before_us == 257000;
    }
    CHECK(met);
}

static void a_flipped_bit_anywhere_in_a_frame_is_noticed() {
    Ads131m04 fresh;
    new_chip(fresh);
    CHECK(fresh.restart(4000000));
    Ads131m04::Row row;
    CHECK(next(&row) == Ads131m04::kRow);
    for (int bit = 0; bit < 8 * 17; bit++) { /* the last byte pads the CRC's word */
        chip->flip_bit = bit;
        CHECK(next(&row) == Ads131m04::kDamaged);
        CHECK(next(&row) == Ads131m04::kRow);
    }
}

static void a_loss_of_power_is_told_before_any_row() {
    Ads131m04 fresh;
    new_chip(fresh);
    CHECK(fresh.restart(1000000));
    Ads131m04::Row row;
    for (int i = 0; i < 20; i++) {
        CHECK(next(&row) == Ads131m04::kRow);
        fake::board.pass_us(static_cast<uint64_t>(53 * i));
        chip->power_on();
        CHECK(next(&row) == Ads131m04::kWasReset);
        CHECK(fresh.restart(1000000));
    }
}

int main() {
    the_rates_are_those_of_the_data_sheet();
    it_is_reset_and_configured_as_the_data_sheet_says();
    a_register_that_does_not_keep_its_value_is_noticed();
    counts_of_either_sign_arrive();
    what_has_not_settled_is_kept_back();
    after_a_pause_of_any_length_the_next_row_is_the_newest(false);
    after_a_pause_of_any_length_the_next_row_is_the_newest(true);
    a_hole_of_256_conversions_does_not_look_like_none();
    a_flipped_bit_anywhere_in_a_frame_is_noticed();
    a_loss_of_power_is_told_before_any_row();
    printf("%d checks, %d failed\n", checks, failures);
    return failures != 0;
}
