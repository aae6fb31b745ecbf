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

/* Channels 0 to 3 convert once each, 100 us apart; the count is 10 * channel + round. */
static uint8_t round_of(sm_rows_t *rows, uint8_t channels, int32_t round, sm_sample_t *sample) {
    uint8_t outcome = 0;
    for (uint8_t c = 0; c < 4; c++)
        if (channels & (1 << c))
            outcome |= sm_rows_conversion(rows, c, 10 * c + round,
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
        check(sample.conversion[c] == 1, "conversion", "rows");
    }
}

static void a_fast_chip_closes_a_row_before_it_overwrites(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    check(sm_rows_conversion(&rows, 0, 777, 11 * PERIOD, &sample) == 0, "waits", "fast chip");
    check(sm_rows_conversion(&rows, 0, 778, 12 * PERIOD, &sample) == SM_ROW_CLOSED, "closes",
          "fast chip");
    check(sample.index == 1 && sample.counts[0] == 777, "the older value is in the row",
          "fast chip");
    check(sample.conversion[0] == 2 && sample.conversion[1] == 1, "the others stand still",
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
    for (uint8_t c = 0; c < 4; c++) rows.channel[c].conversion = 255;
    rows.index = 0xFFFFFFFFu;
    for (uint8_t c = 0; c < 4; c++)
        sm_rows_conversion(&rows, c, 1, 0xFFFFFFFFu - 50 + 100u * c, &sample);
    check(sample.index == 0xFFFFFFFFu && rows.index == 0, "index", "wrap");
    check(sample.t_us == 249 && sample.age[0] == 75, "time", "wrap");
    check(sample.conversion[3] == 0, "conversion", "wrap");
    uint8_t newly;
    check(sm_rows_silent(&rows, 249 + 2 * PERIOD, &newly) == 0, "not silent", "wrap");
}

static void the_ends_of_the_range_are_flagged(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    const int32_t counts[] = {0x7FFFFF, -0x800000, 0x7FFFFE, -0x7FFFFF};
    for (uint8_t c = 0; c < 4; c++) sm_rows_conversion(&rows, c, counts[c], PERIOD, &sample);
    check(sample.flags == 0x03, "flags", "range");
}

static void a_lost_readout_shows_in_the_conversion_number(void) {
    sm_rows_t rows = begun();
    sm_sample_t sample;
    round_of(&rows, 0xF, 10, &sample);
    sm_rows_lost(&rows, 2);
    round_of(&rows, 0xF, 11, &sample);
    check(sample.conversion[2] == 3 && sample.conversion[1] == 2, "jump", "lost");
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
    a_lost_readout_shows_in_the_conversion_number();
    printf("core: %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
