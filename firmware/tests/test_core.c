/* SPDX-License-Identifier: Apache-2.0 */
/* The core against the shared vectors and against what PROTOCOL.md says of rows. */
#include "sm_crc16.h"
#include "sm_frame.h"
#include "sm_records.h"
#include "sm_rows.h"
#include "vectors.h"
#include <stdio.h>
#include <string.h>

static int checks, failures;

static void check(bool good, const char *what, const char *where) {
    checks++;
    if (good) return;
    failures++;
    printf("FAILED: %s (%s)\n", what, where);
}

/* ---- frames --------------------------------------------------------------------------------- */

static bool receive(sm_receiver_t *receiver, const uint8_t *wire, size_t length,
                    sm_frame_t *frame) {
    bool sound = false;
    for (size_t i = 0; i < length; i++) sound = sm_receiver_push(receiver, wire[i], frame);
    return sound;
}

static void the_checksum_is_the_published_one(void) {
    check(sm_crc16((const uint8_t *)"123456789", 9) == 0x29B1, "check value", "crc16");
}

static void sound_frames_are_written_and_read(void) {
    for (size_t i = 0; i < sizeof SOUND / sizeof SOUND[0]; i++) {
        const char *const name = SOUND[i].name;
        sm_receiver_t receiver = {0};
        sm_frame_t frame = {0};
        const bool sound = receive(&receiver, SOUND[i].wire, SOUND[i].wire_length, &frame);
        if (SOUND[i].length > SM_PAYLOAD_MAX) {
            check(!sound && receiver.damaged == 1, "a frame too long for the board is dropped", name);
            continue;
        }
        check(sound, "read", name);
        check(frame.type == SOUND[i].type && frame.seq == SOUND[i].seq, "type and seq", name);
        check(frame.length == SOUND[i].length, "length", name);
        check(sound && memcmp(frame.payload, SOUND[i].payload, frame.length) == 0, "payload", name);
        uint8_t wire[SM_WIRE_MAX];
        const sm_frame_t again = {SOUND[i].type, SOUND[i].seq, (uint8_t)SOUND[i].length,
                                  SOUND[i].payload};
        check(sm_frame_encode(again, wire) == SOUND[i].wire_length &&
                  memcmp(wire, SOUND[i].wire, SOUND[i].wire_length) == 0,
              "written", name);
    }
}

static void damaged_frames_are_dropped_and_the_next_one_is_read(void) {
    for (size_t i = 0; i < sizeof DAMAGED / sizeof DAMAGED[0]; i++) {
        sm_receiver_t receiver = {0};
        sm_frame_t frame = {0};
        check(!receive(&receiver, DAMAGED[i].wire, DAMAGED[i].wire_length, &frame), "dropped",
              DAMAGED[i].name);
        check(receiver.damaged == 1, "counted once", DAMAGED[i].name);
        check(receive(&receiver, SOUND[0].wire, SOUND[0].wire_length, &frame), "the next is read",
              DAMAGED[i].name);
    }
}

static void zeros_in_a_row_are_idle(void) {
    sm_receiver_t receiver = {0};
    sm_frame_t frame = {0};
    for (int i = 0; i < 5; i++) check(!sm_receiver_push(&receiver, 0, &frame), "idle", "zeros");
    check(receiver.damaged == 0, "no damage", "zeros");
}

/* ---- records -------------------------------------------------------------------------------- */

static void samples_are_packed_as_the_vectors_are(void) {
    for (size_t i = 0; i < sizeof SOUND / sizeof SOUND[0]; i++) {
        if (!SOUND[i].sample) continue;
        uint8_t payload[SM_SAMPLE_BYTES];
        check(sm_pack_sample(SOUND[i].sample, payload) == SOUND[i].length, "length", SOUND[i].name);
        check(memcmp(payload, SOUND[i].payload, SOUND[i].length) == 0, "bytes", SOUND[i].name);
    }
}

static void the_other_records_are_packed_as_the_vectors_are(void) {
    uint8_t payload[SM_INFO_MAX];
    for (size_t i = 0; i < sizeof SOUND / sizeof SOUND[0]; i++) {
        uint8_t length = 0;
        if (strcmp(SOUND[i].name, "info after power-on") == 0) {
            const sm_info_t info = {{0, 1, 0}, SM_KIND_PLATE, SM_BOARD_UNO, SM_ADC_HX711, 4, 24, 128,
                                    80000, 1, 1, 0xDEADBEEFu, "plate-hx711-uno"};
            length = sm_pack_info(&info, payload);
        } else if (strcmp(SOUND[i].name, "acknowledged start") == 0) {
            length = sm_pack_ack(41, SM_COMMAND_START, SM_STATUS_DONE, payload);
        } else if (strcmp(SOUND[i].name, "time") == 0) {
            length = sm_pack_time(7, 0xFFFFFFFBu, 12, payload);
        } else if (strcmp(SOUND[i].name, "event: frames dropped") == 0) {
            length = sm_pack_event(0, SM_EVENT_FRAMES_DROPPED, 0x0100, payload);
        } else {
            continue;
        }
        check(length == SOUND[i].length && memcmp(payload, SOUND[i].payload, length) == 0, "bytes",
              SOUND[i].name);
    }
}

/* ---- rows ----------------------------------------------------------------------------------- */

enum { PERIOD = 12500 };

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
    check(round_of(&rows, 0x7, 10, &sample) == 0, "three of four: open", "rows");
    check(round_of(&rows, 0x8, 10, &sample) == SM_ROW_CLOSED, "the fourth closes it", "rows");
    check(sample.index == 0 && sample.flags == 0, "index and flags", "rows");
    check(sample.t_us == 10 * PERIOD + 300, "time is that of the newest", "rows");
    for (uint8_t c = 0; c < 4; c++) {
        check(sample.counts[c] == 10 * c + 10, "count", "rows");
        check(sample.age[c] == (300 - 100 * c) / SM_AGE_UNIT_US, "age", "rows");
        check(sample.conversion[c] == 10, "conversion", "rows");
    }
}

static void a_fast_chip_closes_a_row_before_it_overwrites(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    check(convert(&rows, 0, 11, 777, 11 * PERIOD, &sample) == 0, "waits", "fast chip");
    check(convert(&rows, 0, 12, 778, 12 * PERIOD, &sample) == SM_ROW_CLOSED, "closes",
          "fast chip");
    check(sample.index == 1 && sample.counts[0] == 777, "the older value is in the row",
          "fast chip");
    check(sample.conversion[0] == 11 && sample.conversion[1] == 10, "the others stand still",
          "fast chip");
    check(sample.counts[1] == 20 && sample.age[1] == (PERIOD - 100) / SM_AGE_UNIT_US,
          "and have aged", "fast chip");
}

static void rows_begin_when_every_live_chip_has_settled(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    check(round_of(&rows, 0x1, 5, &sample) == 0, "none yet", "start");
    check(round_of(&rows, 0x1, 6, &sample) == 0, "overwritten, none yet", "start");
    check(round_of(&rows, 0xE, 6, &sample) == SM_ROW_CLOSED && sample.index == 0, "the first",
          "start");
}

static void a_silent_chip_is_flagged_restarted_and_waited_for(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    uint8_t newly;
    round_of(&rows, 0xF, 10, &sample);
    round_of(&rows, 0xB, 11, &sample);
    check(sm_rows_silent(&rows, 12 * PERIOD, &newly) == 0, "not yet", "silent");
    round_of(&rows, 0xB, 12, &sample);
    round_of(&rows, 0xB, 13, &sample);
    check(sm_rows_silent(&rows, 13 * PERIOD + 400, &newly) == 0x4 && newly == 0x4, "now", "silent");
    check(sm_rows_silent(&rows, 14 * PERIOD, &newly) == 0, "it may settle", "silent");
    check(round_of(&rows, 0xB, 14, &sample) == SM_ROW_CLOSED, "the others go on", "silent");
    check(sample.flags == 0x40, "flagged", "silent");
    check(sm_rows_silent(&rows, 23 * PERIOD, &newly) & 0x4, "tried again", "silent");
    check(!(newly & 0x4), "but not news", "silent");
    round_of(&rows, 0xB, 23, &sample);
    check(round_of(&rows, 0x4, 24, &sample) & SM_CHANNEL_BACK, "back", "silent");
    round_of(&rows, 0xB, 24, &sample);
    check(sample.flags == 0, "and well", "silent");
}

static void time_and_counters_wrap(void) {
    sm_rows_t rows;
    sm_sample_t sample;
    sm_rows_begin(&rows, 80000, 0xFFFFFFFFu - 5 * PERIOD);
    rows.index = 0xFFFFFFFFu;
    for (uint8_t c = 0; c < 4; c++)
        convert(&rows, c, (uint8_t)(255 + c), 1, 0xFFFFFFFFu - 50 + 100u * c, &sample);
    check(sample.index == 0xFFFFFFFFu && rows.index == 0, "index", "wrap");
    check(sample.t_us == 249 && sample.age[0] == 75, "time", "wrap");
    check(sample.conversion[0] == 255 && sample.conversion[3] == 2, "conversion", "wrap");
    uint8_t newly;
    check(sm_rows_silent(&rows, 249 + 2 * PERIOD, &newly) == 0, "not silent", "wrap");
}

static void the_ends_of_the_range_are_flagged(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    const int32_t counts[] = {0x7FFFFF, -0x800000, 0x7FFFFE, -0x7FFFFF};
    for (uint8_t c = 0; c < 4; c++) convert(&rows, c, 1, counts[c], PERIOD, &sample);
    check(sample.flags == 0x03, "flags", "range");
}

static void a_conversion_that_was_not_read_shows_as_a_jump(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    convert(&rows, 2, 12, 32, 12 * PERIOD, &sample);
    check(round_of(&rows, 0xB, 12, &sample) == SM_ROW_CLOSED, "closes", "lost");
    check(sample.conversion[2] == 12 && sample.counts[2] == 32, "jump", "lost");
}

/* The survivor has converted and waits for the others when these are found silent. */
static void a_chip_that_is_left_alone_loses_nothing(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    uint8_t newly;
    round_of(&rows, 0xF, 10, &sample);
    for (int32_t round = 11; round < 14; round++) round_of(&rows, 0x1, round, &sample);
    check(sm_rows_silent(&rows, 13 * PERIOD + 400, &newly) == 0xE, "three are silent", "alone");
    uint32_t index = sample.index;
    uint8_t number = sample.conversion[0];
    for (int32_t round = 14; round < 24; round++) {
        check(round_of(&rows, 0x1, round, &sample) & SM_ROW_CLOSED, "a row each time", "alone");
        check(sample.index == ++index, "no row is skipped", "alone");
        check(sample.conversion[0] == ++number, "no conversion is skipped", "alone");
        check(sample.flags == 0xE0, "flagged", "alone");
    }
}

/* Four oscillators up to 2 % apart for 5000 periods of the slowest. */
static void whatever_the_oscillators_every_conversion_is_in_one_row(void) {
    static const uint32_t period[][4] = {{12506, 12491, 12512, 12500},
                                         {12750, 12250, 12625, 12400},
                                         {12500, 12500, 12500, 12475},
                                         {12500, 12500, 12500, 12500}};
    for (size_t mix = 0; mix < sizeof period / sizeof period[0]; mix++) {
        sm_rows_t rows = begun();
        sm_sample_t sample;
        uint32_t next_us[4], t_us[4][256], index = 0;
        int32_t count[4][256];
        uint8_t number[4] = {0}, seen[4] = {0};
        bool first = true, good = true;
        for (uint32_t c = 0; c < 4; c++) next_us[c] = 5 * PERIOD + 3 * c;
        for (int32_t n = 0; n < 20000; n++) {
            uint8_t c = 0;
            for (uint8_t other = 1; other < 4; other++)
                if (next_us[other] < next_us[c]) c = other;
            number[c]++;
            count[c][number[c]] = n;
            t_us[c][number[c]] = next_us[c];
            const uint8_t outcome = convert(&rows, c, number[c], n, next_us[c], &sample);
            next_us[c] += period[mix][c];
            if (!(outcome & SM_ROW_CLOSED)) continue;
            good = good && sample.index == index++;
            for (uint8_t k = 0; k < 4; k++) {
                const uint8_t shown = sample.conversion[k];
                good = good && (first || (uint8_t)(shown - seen[k]) <= 1);
                good = good && sample.counts[k] == count[k][shown];
                good = good && sample.age[k] == (sample.t_us - t_us[k][shown]) / SM_AGE_UNIT_US;
                seen[k] = shown;
            }
            first = false;
        }
        check(good && index > 4900, "every conversion in one row, with its count and age", "mix");
    }
}

int main(void) {
    the_checksum_is_the_published_one();
    sound_frames_are_written_and_read();
    damaged_frames_are_dropped_and_the_next_one_is_read();
    zeros_in_a_row_are_idle();
    samples_are_packed_as_the_vectors_are();
    the_other_records_are_packed_as_the_vectors_are();
    a_row_closes_when_every_channel_has_converted();
    a_fast_chip_closes_a_row_before_it_overwrites();
    rows_begin_when_every_live_chip_has_settled();
    a_silent_chip_is_flagged_restarted_and_waited_for();
    time_and_counters_wrap();
    the_ends_of_the_range_are_flagged();
    a_conversion_that_was_not_read_shows_as_a_jump();
    a_chip_that_is_left_alone_loses_nothing();
    whatever_the_oscillators_every_conversion_is_in_one_row();
    printf("core: %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
