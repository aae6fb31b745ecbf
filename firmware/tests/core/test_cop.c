/* SPDX-License-Identifier: Apache-2.0 */
#include "cop.h"

static void places_are_those_of_exact_fractions(void) {
    for (size_t i = 0; i < COUNT(PLACES); i++) {
        places_t is;
        LOAD(is, PLACES, i);
        about(is.name);
        sm_sample_t sample = {.index = 7, .t_us = 8, .boot_id = 9, .flags = is.row_flags};
        sm_tare_t tare = {.tared = is.tared};
        memcpy(sample.counts, is.counts, sizeof sample.counts);
        memcpy(tare.zero, is.zero, sizeof tare.zero);
        sm_cop_t cop;
        sm_cop(&sample, &is.calibration, is.stored, &tare, &cop);
        CHECK(cop.index == 7 && cop.t_us == 8 && cop.boot_id == 9, "the row's");
        CHECK(cop.flags == is.flags, "flags");
        CHECK(cop.fz_mn == is.fz_mn, "force");
        CHECK(cop.x_um == is.x_um && cop.y_um == is.y_um, "place");
        CHECK(cop.calibration == is.stored, "calibration");
    }
}

static bool push(sm_tare_t *tare, uint8_t flags, int32_t a, int32_t b, int32_t c, int32_t d) {
    const sm_sample_t sample = {.flags = flags, .counts = {a, b, c, d}};
    return sm_tare_push(tare, &sample);
}

/* 64 rows: sums of 32, -32, 31 and -31 are means of a half, and of just less. */
static void a_tare_is_the_mean_of_64_rows(void) {
    sm_tare_t tare = {0};
    CHECK(!push(&tare, 0, 1, 1, 1, 1) && !tare.tared, "none was begun");
    sm_tare_begin(&tare);
    for (int32_t row = 0; row < 63; row++)
        CHECK(!push(&tare, 0, row % 2, -(row % 2), 1000, -8388608), "not yet");
    CHECK(!tare.tared, "nor tared");
    CHECK(push(&tare, 0, 1, -1, 1000 - 33, -8388608), "the 64th ends it");
    CHECK(tare.tared && tare.zero[0] == 1 && tare.zero[1] == -1, "halves go away from zero");
    CHECK(tare.zero[2] == 999 && tare.zero[3] == -8388608, "mean");
    CHECK(!push(&tare, 0, 5, 5, 5, 5) && tare.zero[0] == 1, "the 65th is no part of it");
}

static void a_row_without_a_channel_begins_a_tare_anew(void) {
    sm_tare_t tare = {0};
    sm_tare_begin(&tare);
    for (int row = 0; row < 63; row++) push(&tare, 0, 999, 999, 999, 999);
    CHECK(!push(&tare, 0x10, 5, 5, 5, 5), "silent");
    for (int row = 0; row < 63; row++) CHECK(!push(&tare, 0, 7, 7, 7, 7), "all 64 again");
    CHECK(!push(&tare, 0x01, 5, 5, 5, 5), "at an end");
    for (int row = 0; row < 63; row++) CHECK(!push(&tare, 0, 8, 8, 8, 8), "all 64 again");
    CHECK(push(&tare, 0, 8, 8, 8, 8) && tare.zero[0] == 8, "undisturbed");
}

void test_cop(void) {
    places_are_those_of_exact_fractions();
    about(NULL);
    a_tare_is_the_mean_of_64_rows();
    a_row_without_a_channel_begins_a_tare_anew();
}
