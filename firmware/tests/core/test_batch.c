/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

static uint8_t payload[SM_BATCH_BYTES(SM_BATCH_ROWS_MAX)];

/* Rows evenly between the first and the last. */
static uint8_t push_all(sm_batch_t *batch, const batches_t *is) {
    uint8_t length = 0;
    for (uint8_t row = 0; row < is->rows; row++) {
        int32_t counts[SM_CELLS];
        copy_of_flash(counts, is->counts + SM_CELLS * row, sizeof counts);
        const uint32_t after = row ? is->span_us / (uint32_t)(is->rows - 1) * row : 0;
        length = sm_batch_push(batch, is->t_us + after, (uint8_t)(is->conversion + row),
                               is->flags >> 4, counts, payload);
        if (row + 1 < is->rows) CHECK(length == 0, "not yet full");
    }
    return length;
}

static void batches_are_packed_as_the_vectors_are(void) {
    static sm_batch_t batch;
    for (size_t i = 0; i < COUNT(BATCHES); i++) {
        batches_t is;
        LOAD(is, BATCHES, i);
        about(is.vector.name);
        sm_batch_begin(&batch, is.boot_id, is.rows * 62500ul);
        batch.index = is.index;
        CHECK(push_all(&batch, &is) == is.vector.length, "length");
        CHECK(differs_from_flash(payload, is.vector.payload, is.vector.length) == 0, "bytes");
        CHECK(sm_batch_flush(&batch, payload) == 0, "nothing is left");
        CHECK(batch.index == is.index + is.rows, "the index goes on");
    }
}

static void a_batch_takes_16_ms_as_far_as_a_frame_does(void) {
    static const uint32_t rates[][2] = {{1000, 1},    {80000, 1},    {124999, 1},   {250000, 4},
                                        {500000, 8},  {1000000, 16}, {1187500, 19}, {2000000, 19},
                                        {4000000, 19}, {UINT32_MAX, 19}};
    for (size_t i = 0; i < COUNT(rates); i++) {
        sm_batch_t batch = {0};
        sm_batch_begin(&batch, 1, rates[i][0]);
        CHECK(batch.rows_wanted == rates[i][1], "rows");
    }
}

static uint8_t push(sm_batch_t *batch, uint32_t t_us, uint8_t number, int32_t count) {
    const int32_t counts[SM_CELLS] = {count, count, count, count};
    return sm_batch_push(batch, t_us, number, 0, counts, payload);
}

static uint32_t u32_at(uint8_t at) {
    return payload[at] | (uint32_t)payload[at + 1] << 8 | (uint32_t)payload[at + 2] << 16 |
           (uint32_t)payload[at + 3] << 24;
}

static void a_conversion_that_was_not_read_ends_the_batch(void) {
    static sm_batch_t batch;
    sm_batch_begin(&batch, 1, 500000);
    push(&batch, 1000, 255, 11);
    CHECK(push(&batch, 3000, 0, 0x7FFFFF) == 0, "the count wraps");
    CHECK(push(&batch, 7000, 2, 13) == SM_BATCH_BYTES(2), "two rows are sent");
    CHECK(u32_at(0) == 0 && u32_at(4) == 1000 && u32_at(8) == 2000, "index, time and span");
    CHECK(payload[14] == 0x0F && payload[15] == 255 && payload[16] == 2, "flags, conversion, rows");
    CHECK(sm_batch_flush(&batch, payload) == SM_BATCH_BYTES(1), "the third is in the next");
    CHECK(u32_at(0) == 2 && u32_at(4) == 7000 && u32_at(8) == 0, "its index shows no hole");
    CHECK(payload[14] == 0 && payload[15] == 2 && payload[17] == 13, "but its conversion does");
}

static void a_change_of_the_rate_keeps_the_index(void) {
    static sm_batch_t batch;
    memset(&batch, 0, sizeof batch);
    sm_batch_begin(&batch, 1, 500000);
    for (uint8_t n = 0; n < 3; n++) push(&batch, n, n, n);
    sm_batch_begin(&batch, 1, 100000);
    CHECK(push(&batch, 9, 77, 5) == SM_BATCH_BYTES(1), "one row to a batch now");
    CHECK(u32_at(0) == 3 && payload[16] == 1 && payload[17] == 5, "the three were forgotten");
}

void test_batch(void) {
    batches_are_packed_as_the_vectors_are();
    about(NULL);
    a_batch_takes_16_ms_as_far_as_a_frame_does();
    a_conversion_that_was_not_read_ends_the_batch();
    a_change_of_the_rate_keeps_the_index();
}
