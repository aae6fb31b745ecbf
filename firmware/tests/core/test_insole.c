/* SPDX-License-Identifier: Apache-2.0 */
#include "insole.h"

static sm_insole_batch_t batch;
static uint8_t payload[SM_ROWS_PAYLOAD_MAX];

static uint16_t push_all(const insole_rows_t *is, bool imu) {
    uint16_t length = 0;
    for (uint8_t r = 0; r < is->rows; r++) {
        sm_insole_row_t row = {0};
        copy_of_flash(row.cells, is->cells + is->channels * r, is->channels * sizeof row.cells[0]);
        if (imu) copy_of_flash(row.imu, is->imu + SM_IMU_AXES * r, sizeof row.imu);
        CHECK(length == 0, "not yet full");
        length = sm_insole_push(&batch, is->index + r, is->t0_us + (uint32_t)is->period_us * r,
                                is->flags, &row, payload);
    }
    return length;
}

static void rows_are_packed_as_the_vectors_are(void) {
    for (size_t i = 0; i < COUNT(INSOLE_ROWS); i++) {
        insole_rows_t is;
        LOAD(is, INSOLE_ROWS, i);
        about(is.vector.name);
        const bool imu = is.flags & SM_ROWS_IMU;
        sm_insole_begin(&batch, is.channels, imu, is.boot_id, is.period_us, is.rows);
        CHECK(push_all(&is, imu) == is.vector.length, "length");
        CHECK(differs_from_flash(payload, is.vector.payload, is.vector.length) == 0, "bytes");
        CHECK(sm_insole_flush(&batch, payload) == 0, "nothing is left");
    }
}

static uint16_t push(uint32_t index, uint8_t flags, uint16_t cell) {
    const sm_insole_row_t row = {{cell, cell}, {0}};
    return sm_insole_push(&batch, index, index * 10000, flags, &row, payload);
}

static void a_missed_tick_ends_the_record(void) {
    sm_insole_begin(&batch, 2, false, 1, 10000, 5);
    CHECK(push(7, SM_ROWS_FAULT, 1) == 0 && push(8, SM_ROWS_LOGGING, 2) == 0, "collects");
    CHECK(push(10, 0, 3) == SM_ROWS_HEADER + 2 * 3, "two rows are sent");
    CHECK(payload[0] == 7 && payload[14] == 2, "the first two");
    CHECK(payload[12] == (SM_ROWS_FAULT | SM_ROWS_LOGGING), "with the flags of both");
    CHECK(sm_insole_flush(&batch, payload) == SM_ROWS_HEADER + 3, "then the third");
    CHECK(payload[0] == 10 && payload[12] == 0 && payload[14] == 1, "by itself");
}

static void a_code_beyond_12_bits_is_the_end_of_the_range(void) {
    sm_insole_begin(&batch, 1, false, 1, 10000, 1);
    CHECK(push(1, 0, 4096) == SM_ROWS_HEADER + 2, "one row at once");
    CHECK(payload[15] == 0xFF && payload[16] == 0x0F, "4095");
}

static void only_a_record_with_motion_says_so(void) {
    sm_insole_begin(&batch, 2, false, 1, 10000, 1);
    push(1, SM_ROWS_IMU, 0);
    CHECK(payload[12] == 0, "not because of a flag");
}

static void what_is_wanted_beyond_a_record_is_cut(void) {
    sm_insole_begin(&batch, 200, true, 1, 10000, 255);
    CHECK(batch.channels == 16 && batch.rows_wanted == 13, "channels and rows");
    sm_insole_begin(&batch, 4, false, 1, 10000, 0);
    CHECK(batch.rows_wanted == 1, "at least one");
    sm_insole_begin(&batch, 0, true, 1, 10000, 9);
    CHECK(push(1, 0, 5) == SM_ROWS_HEADER + 12, "cells none, motion only: one at a time");
}

/* PROTOCOL.md: 15 bytes of header, 12 bits a cell, 12 bytes of motion. */
static void as_many_rows_as_fit(void) {
    CHECK(sm_insole_rows_in(50, 16, true) == 0 && sm_insole_rows_in(51, 16, true) == 1, "36 each");
    CHECK(sm_insole_rows_in(15 + 2 * 36 - 1, 16, true) == 1, "not quite two");
    CHECK(sm_insole_rows_in(15 + 2 * 36, 16, true) == 2, "two");
    CHECK(sm_insole_rows_in(15 + 23, 15, false) == 1 && sm_insole_rows_in(37, 15, false) == 0,
          "half a byte is a byte");
    CHECK(sm_insole_rows_in(241, 16, true) == 6, "an MTU of 247");
    CHECK(sm_insole_rows_in(494, 15, true) == 13 && sm_insole_rows_in(511, 15, true) == 13,
          "a block of the log holds no more");
    CHECK(sm_insole_rows_in(494, 16, false) == 19 && sm_insole_rows_in(494, 4, false) == 20,
          "at most 20");
    CHECK(sm_insole_rows_in(0, 16, true) == 0 && sm_insole_rows_in(494, 0, true) == 0, "none");
}

static void an_mtu_leaves_its_headers_less(void) {
    CHECK(sm_insole_payload_of_mtu(23) == 0 && sm_insole_payload_of_mtu(63) == 0, "too small");
    CHECK(sm_insole_payload_of_mtu(64) == 58 && sm_insole_payload_of_mtu(247) == 241, "less 6");
    CHECK(sm_insole_payload_of_mtu(517) == 511 && sm_insole_payload_of_mtu(UINT16_MAX) == 511,
          "not beyond an attribute");
    CHECK(sm_insole_rows_in(58, 16, true) == 1, "the least is room for a row");
}

void test_insole(void) {
    rows_are_packed_as_the_vectors_are();
    about(NULL);
    a_missed_tick_ends_the_record();
    a_code_beyond_12_bits_is_the_end_of_the_range();
    only_a_record_with_motion_says_so();
    what_is_wanted_beyond_a_record_is_cut();
    as_many_rows_as_fit();
    an_mtu_leaves_its_headers_less();
}
