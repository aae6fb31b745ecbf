/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "sm_rows.h"

static const uint32_t PERIOD = 12500; /* at 80 rows a second */

static sm_rows_t begun(void) {
    sm_rows_t rows;
    sm_rows_begin(&rows, 80000, 0);
    return rows;
}

static uint8_t convert(sm_rows_t *rows, uint8_t channel, uint8_t number, int32_t count,
                       uint32_t t_us, sm_sample_t *sample) {
    const sm_conversion_t conversion = {channel, number, count, t_us};
    return sm_rows_push(rows, &conversion, sample);
}

/* Channels 0 to 3 convert once each, 100 us apart; the count is 10 * channel + round. */
static uint8_t round_of(sm_rows_t *rows, uint8_t channels, int32_t round, sm_sample_t *sample) {
    uint8_t outcome = 0;
    for (uint8_t c = 0; c < 4; c++)
        if (channels & (1 << c))
            outcome |= convert(rows, c, (uint8_t)round, 10 * c + round,
                               (uint32_t)round * PERIOD + 100u * c, sample);
    return outcome;
}

static void a_row_closes_when_every_channel_has_converted(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    CHECK(round_of(&rows, 0x7, 10, &sample) == 0, "three of four: open");
    CHECK(round_of(&rows, 0x8, 10, &sample) == SM_ROW_CLOSED, "the fourth closes it");
    CHECK(sample.index == 0 && sample.flags == 0, "index and flags");
    CHECK(sample.t_us == 10 * PERIOD + 300, "time is that of the newest");
    for (uint8_t c = 0; c < 4; c++) {
        CHECK(sample.counts[c] == 10 * c + 10, "count");
        CHECK(sample.age[c] == (300u - 100u * c) / SM_AGE_UNIT_US, "age");
        CHECK(sample.conversion[c] == 10, "conversion");
    }
}

static void a_fast_chip_closes_a_row_before_it_overwrites(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    CHECK(convert(&rows, 0, 11, 777, 11 * PERIOD, &sample) == 0, "waits");
    CHECK(convert(&rows, 0, 12, 778, 12 * PERIOD, &sample) == SM_ROW_CLOSED, "closes");
    CHECK(sample.index == 1 && sample.counts[0] == 777, "the older value is in the row");
    CHECK(sample.conversion[0] == 11 && sample.conversion[1] == 10, "the others stand still");
    CHECK(sample.counts[1] == 20 && sample.age[1] == (PERIOD - 100) / SM_AGE_UNIT_US,
          "and have aged");
}

static void rows_begin_when_every_live_chip_has_settled(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    CHECK(round_of(&rows, 0x1, 5, &sample) == 0, "none yet");
    CHECK(round_of(&rows, 0x1, 6, &sample) == 0, "overwritten, none yet");
    CHECK(round_of(&rows, 0xE, 6, &sample) == SM_ROW_CLOSED && sample.index == 0, "the first");
}

static sm_watch_t watch(sm_rows_t *rows, uint32_t now_us) {
    sm_watch_t found;
    sm_rows_watch(rows, now_us, &found);
    return found;
}

static bool is_nothing(sm_watch_t found) {
    return !(found.restart | found.silent | found.at_an_end | found.in_range | found.dead);
}

static void a_silent_chip_is_flagged_restarted_and_waited_for(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    round_of(&rows, 0xB, 11, &sample);
    CHECK(is_nothing(watch(&rows, 12 * PERIOD)), "not yet");
    round_of(&rows, 0xB, 12, &sample);
    round_of(&rows, 0xB, 13, &sample);
    CHECK(is_nothing(watch(&rows, 13 * PERIOD + 200)), "three periods, not more");
    const sm_watch_t now = watch(&rows, 13 * PERIOD + 201);
    CHECK(now.restart == 0x4 && now.silent == 0x4 && now.at_an_end == 0 && now.dead == 0, "now");
    CHECK(round_of(&rows, 0xB, 14, &sample) == SM_ROW_CLOSED, "the others go on");
    CHECK(sample.flags == 0x40, "flagged");
    for (int32_t round = 15; round < 19; round++) round_of(&rows, 0xB, round, &sample);
    CHECK(is_nothing(watch(&rows, 19 * PERIOD + 201)), "it may settle for six periods");
    const sm_watch_t again = watch(&rows, 19 * PERIOD + 202);
    CHECK(again.restart == 0x4 && again.silent == 0, "then it is tried again, but is no news");
    round_of(&rows, 0xB, 23, &sample);
    CHECK(round_of(&rows, 0x4, 24, &sample) & SM_CHANNEL_BACK, "back");
    CHECK(round_of(&rows, 0xB, 24, &sample) == SM_ROW_CLOSED && sample.flags == 0, "and well");
    CHECK(!(round_of(&rows, 0xF, 25, &sample) & SM_CHANNEL_BACK), "told once");
}

static void a_chip_that_never_came_is_missed_after_it_should_have_settled(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    CHECK(is_nothing(watch(&rows, 6 * PERIOD)), "not yet");
    round_of(&rows, 0x7, 6, &sample);
    CHECK(watch(&rows, 6 * PERIOD + 300).silent == 0x8, "now");
    CHECK(convert(&rows, 0, 7, 5, 7 * PERIOD, &sample) == SM_ROW_CLOSED && sample.index == 0,
          "rows begin without it");
    CHECK(sample.conversion[0] == 6 && sample.flags == 0x80, "with what the others had");
}

/* As a board does: one look each period. */
static sm_watch_t watched_until(sm_rows_t *rows, uint32_t from_us, uint32_t to_us) {
    sm_watch_t all = {0};
    for (uint32_t now = from_us; now < to_us; now += PERIOD) {
        const sm_watch_t found = watch(rows, now);
        all.restart |= found.restart;
        all.silent |= found.silent;
        all.dead |= found.dead;
    }
    return all;
}

static void a_chip_that_stays_silent_for_8_s_is_dead(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    const uint32_t lost_us = 6 * PERIOD + 1;
    CHECK(watch(&rows, lost_us).silent == 0xF, "silent");
    CHECK(watched_until(&rows, lost_us, lost_us + 7999999).dead == 0, "not yet");
    CHECK(watch(&rows, lost_us + 7999999).dead == 0, "not yet by a microsecond");
    CHECK(watch(&rows, lost_us + 8000000).dead == 0xF, "now");
    convert(&rows, 1, 1, 5, lost_us + 8000100, &sample);
    CHECK(watch(&rows, lost_us + 8000200).dead == 0xD, "but not one that has come back");
}

static void a_chip_that_was_given_up_is_not_waited_for_nor_dead(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    sm_rows_give_up(&rows, 0x5);
    CHECK(round_of(&rows, 0xA, 5, &sample) == SM_ROW_CLOSED && sample.flags == 0x50,
          "rows begin without it, flagged");
    const sm_watch_t found = watched_until(&rows, 6 * PERIOD, 6 * PERIOD + 10000000);
    CHECK(found.silent == 0xA && found.restart == 0xF, "no news, but restarted");
    CHECK(found.dead == 0xA, "never dead, as the others are");
    CHECK(convert(&rows, 0, 1, 5, 10500000, &sample) & SM_CHANNEL_BACK, "welcome");
    CHECK(watch(&rows, 10500000 + 4 * PERIOD).silent & 0x1, "lost again");
    CHECK(!(watch(&rows, 10500000 + 9000000).dead & 0x1), "and still given up");
}

/* Two channels at the lower end from round `from` on; the time of the last conversion. */
static uint32_t stand_at_an_end(sm_rows_t *rows, int32_t from, int32_t to) {
    sm_sample_t sample;
    for (int32_t round = from; round <= to; round++)
        for (uint8_t c = 0; c < 4; c++)
            convert(rows, c, (uint8_t)round, c == 1 || c == 2 ? -0x800000 : 7,
                    (uint32_t)round * PERIOD, &sample);
    return (uint32_t)to * PERIOD;
}

static void a_channel_at_an_end_for_a_second_is_restarted_once(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    stand_at_an_end(&rows, 10, 89);
    CHECK(is_nothing(watch(&rows, 10 * PERIOD + 999999)), "not yet");
    uint32_t now = stand_at_an_end(&rows, 90, 90);
    const sm_watch_t found = watch(&rows, now);
    CHECK(found.at_an_end == 0x6 && found.restart == 0x6 && found.silent == 0, "now");
    CHECK(round_of(&rows, 0x9, 91, &sample) == SM_ROW_CLOSED && sample.flags == 0x66,
          "the others go on while it settles");
    CHECK(is_nothing(watch(&rows, 92 * PERIOD)), "which is not told");
    convert(&rows, 1, 200, 5, 95 * PERIOD, &sample);
    const uint8_t outcome = convert(&rows, 2, 200, 0x7FFFFF, 95 * PERIOD, &sample);
    CHECK(!(outcome & SM_CHANNEL_BACK), "it was not away");
    round_of(&rows, 0x9, 95, &sample);
    const sm_watch_t after = watch(&rows, 95 * PERIOD + 400);
    CHECK(after.in_range == 0x2 && after.restart == 0, "one is within its range");
    for (int32_t round = 96; round < 300; round++) {
        round_of(&rows, 0xB, round, &sample);
        convert(&rows, 2, (uint8_t)round, 0x7FFFFF, (uint32_t)round * PERIOD + 300, &sample);
        CHECK(is_nothing(watch(&rows, (uint32_t)round * PERIOD + 400)), "the other told once");
    }
    round_of(&rows, 0xF, 300, &sample);
    CHECK(watch(&rows, 300 * PERIOD + 400).in_range == 0x4, "in the end it is as well");
}

static void an_end_is_left_and_the_second_begins_anew(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    stand_at_an_end(&rows, 10, 80);
    round_of(&rows, 0xF, 81, &sample);
    const uint32_t now = stand_at_an_end(&rows, 82, 161);
    CHECK(is_nothing(watch(&rows, now)), "79 periods");
    CHECK(watch(&rows, stand_at_an_end(&rows, 162, 162)).at_an_end == 0x6, "80");
}

static void a_chip_that_does_not_come_back_from_its_restart_is_silent(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    const uint32_t now = stand_at_an_end(&rows, 10, 90);
    CHECK(watch(&rows, now).restart == 0x6, "restarted");
    for (int32_t round = 91; round < 97; round++) round_of(&rows, 0x9, round, &sample);
    CHECK(is_nothing(watch(&rows, now + 6 * PERIOD)), "not yet");
    const sm_watch_t found = watch(&rows, now + 6 * PERIOD + 1);
    CHECK(found.silent == 0x6 && found.restart == 0x6 && found.at_an_end == 0, "missed");
    CHECK(convert(&rows, 1, 1, -0x800000, now + 90 * PERIOD, &sample) & SM_CHANNEL_BACK, "back");
    const sm_watch_t after = watch(&rows, now + 90 * PERIOD + 1);
    CHECK(!(after.at_an_end & 0x2) && !(after.in_range & 0x2), "and still at its end: no news");
}

static void a_silence_is_no_time_at_an_end(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    const uint32_t lost_us = stand_at_an_end(&rows, 10, 40);
    CHECK(watch(&rows, lost_us + 4 * PERIOD).silent == 0xF, "all fall silent");
    CHECK(watch(&rows, lost_us + 85 * PERIOD).at_an_end == 0, "for more than a second");
    const uint32_t back_us = lost_us + 90 * PERIOD;
    convert(&rows, 1, 1, -0x800000, back_us, &sample);
    CHECK(!(watch(&rows, back_us + 1).at_an_end & 0x2), "back at its end: not for a second yet");
    for (uint32_t n = 1; n <= 80; n++)
        convert(&rows, 1, (uint8_t)n, -0x800000, back_us + n * PERIOD, &sample);
    CHECK(watch(&rows, back_us + 80 * PERIOD).at_an_end & 0x2, "but now");
}

static void what_a_chip_gave_before_all_fell_silent_is_not_sent_when_it_is_back(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    convert(&rows, 0, 11, 111, 11 * PERIOD, &sample);
    CHECK(watch(&rows, 15 * PERIOD).silent == 0xF, "all are silent");
    CHECK(convert(&rows, 0, 12, 222, 16 * PERIOD, &sample) == (SM_ROW_CLOSED | SM_CHANNEL_BACK),
          "one is back");
    CHECK(sample.counts[0] == 222 && sample.age[0] == 0 && sample.flags == 0xE0, "with the new");
}

static void time_and_counters_wrap(void) {
    sm_rows_t rows;
    sm_sample_t sample;
    sm_rows_begin(&rows, 80000, 0xFFFFFFFFu - 5 * PERIOD);
    rows.index = 0xFFFFFFFFu;
    for (uint8_t c = 0; c < 4; c++)
        convert(&rows, c, (uint8_t)(255 + c), 1, 0xFFFFFFFFu - 50 + 100u * c, &sample);
    CHECK(sample.index == 0xFFFFFFFFu && rows.index == 0, "index");
    CHECK(sample.t_us == 249 && sample.age[0] == 75, "time");
    CHECK(sample.conversion[0] == 255 && sample.conversion[3] == 2, "conversion");
    CHECK(is_nothing(watch(&rows, 249 + 2 * PERIOD)), "not silent");
}

static void the_ends_of_the_range_are_flagged(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    const int32_t counts[] = {0x7FFFFF, -0x800000, 0x7FFFFE, -0x7FFFFF};
    for (uint8_t c = 0; c < 4; c++) convert(&rows, c, 1, counts[c], PERIOD, &sample);
    CHECK(sample.flags == 0x03, "flags");
}

static void a_conversion_that_was_not_read_shows_as_a_jump(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    convert(&rows, 2, 12, 32, 12 * PERIOD, &sample);
    CHECK(round_of(&rows, 0xB, 12, &sample) == SM_ROW_CLOSED, "closes");
    CHECK(sample.conversion[2] == 12 && sample.counts[2] == 32, "jump");
}

/* The survivor has converted and waits for the others when these are found silent. */
static void a_chip_that_is_left_alone_loses_nothing(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    for (int32_t round = 11; round < 14; round++) round_of(&rows, 0x1, round, &sample);
    CHECK(watch(&rows, 13 * PERIOD + 400).silent == 0xE, "three are silent");
    uint32_t index = sample.index;
    uint8_t number = sample.conversion[0];
    for (int32_t round = 14; round < 24; round++) {
        CHECK(round_of(&rows, 0x1, round, &sample) & SM_ROW_CLOSED, "a row each time");
        CHECK(sample.index == ++index, "no row is skipped");
        CHECK(sample.conversion[0] == ++number, "no conversion is skipped");
        CHECK(sample.flags == 0xE0, "flagged");
    }
}

/* Four oscillators up to 2 % apart for 2000 periods of the slowest. */
static void whatever_the_oscillators_every_conversion_is_in_one_row(void) {
    static const uint32_t period[][4] = {{12506, 12491, 12512, 12500},
                                         {12750, 12250, 12625, 12400},
                                         {12500, 12500, 12500, 12475},
                                         {12500, 12500, 12500, 12500}};
    for (size_t mix = 0; mix < COUNT(period); mix++) {
        sm_rows_t rows = begun();
        sm_sample_t sample;
        uint32_t next_us[4], t_us[4][8], index = 0; /* of each chip's last 8 conversions */
        int32_t count[4][8];
        uint8_t number[4] = {0}, seen[4] = {0};
        bool first = true, good = true;
        for (uint32_t c = 0; c < 4; c++) next_us[c] = 5 * PERIOD + 3 * c;
        for (int32_t n = 0; n < 8000; n++) {
            uint8_t c = 0;
            for (uint8_t other = 1; other < 4; other++)
                if (next_us[other] < next_us[c]) c = other;
            number[c]++;
            count[c][number[c] % 8] = n;
            t_us[c][number[c] % 8] = next_us[c];
            const uint8_t outcome = convert(&rows, c, number[c], n, next_us[c], &sample);
            next_us[c] += period[mix][c];
            if (!(outcome & SM_ROW_CLOSED)) continue;
            good = good && sample.index == index++;
            for (uint8_t k = 0; k < 4; k++) {
                const uint8_t shown = sample.conversion[k];
                good = good && (first || (uint8_t)(shown - seen[k]) <= 1);
                good = good && sample.counts[k] == count[k][shown % 8];
                good = good && sample.age[k] == (sample.t_us - t_us[k][shown % 8]) / SM_AGE_UNIT_US;
                seen[k] = shown;
            }
            first = false;
        }
        CHECK(good && index > 1950, "every conversion in one row, with its count and age");
    }
}

void test_rows(void) {
    a_row_closes_when_every_channel_has_converted();
    a_fast_chip_closes_a_row_before_it_overwrites();
    rows_begin_when_every_live_chip_has_settled();
    a_silent_chip_is_flagged_restarted_and_waited_for();
    a_chip_that_never_came_is_missed_after_it_should_have_settled();
    a_chip_that_stays_silent_for_8_s_is_dead();
    a_chip_that_was_given_up_is_not_waited_for_nor_dead();
    a_channel_at_an_end_for_a_second_is_restarted_once();
    an_end_is_left_and_the_second_begins_anew();
    a_chip_that_does_not_come_back_from_its_restart_is_silent();
    a_silence_is_no_time_at_an_end();
    what_a_chip_gave_before_all_fell_silent_is_not_sent_when_it_is_back();
    time_and_counters_wrap();
    the_ends_of_the_range_are_flagged();
    a_conversion_that_was_not_read_shows_as_a_jump();
    a_chip_that_is_left_alone_loses_nothing();
    whatever_the_oscillators_every_conversion_is_in_one_row();
}
