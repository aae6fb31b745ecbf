/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "sm_self_test.h"

enum { LOWEST = -0x800000, HIGHEST = 0x7FFFFF, LONGEST_US = 900000 };

static sm_self_test_t test;
static sm_test_result_t results[SM_TEST_CHANNELS_MAX];

static void begin(uint8_t channels, uint16_t noisy) {
    memset(&test, 0, sizeof test);
    sm_self_test_begin(&test, 7, channels, LOWEST, HIGHEST, noisy, 0xFFFFFF00u, LONGEST_US);
}

/* Half of the looks see `a`, half `b`. */
static void look(uint8_t channel, uint8_t looks, int32_t a, int32_t b) {
    for (uint8_t n = 0; n < looks; n++) sm_self_test_look(&test, channel, n % 2 ? b : a);
}

static bool done_at(uint32_t after_us) {
    return sm_self_test_done(&test, 0xFFFFFF00u + after_us, results);
}

static void it_ends_when_every_channel_has_been_looked_at(void) {
    begin(2, 0);
    look(0, 32, 10, 20);
    look(1, 31, 5, 6);
    CHECK(!done_at(100), "one look is missing");
    look(1, 1, 5, 5);
    CHECK(done_at(200), "the last");
    CHECK(!done_at(300) && !test.running, "true once");
    CHECK(results[0].status == SM_TEST_WELL && results[0].mean == 15 && results[0].spread == 10,
          "mean and spread");
}

static void more_looks_than_wanted_and_channels_beyond_are_left_out(void) {
    begin(1, 0);
    look(0, 32, 10, 20);
    look(0, 9, 1000, -1000);
    look(1, 9, 1000, -1000);
    CHECK(done_at(1) && results[0].mean == 15 && results[0].spread == 10, "32 looks");
    look(0, 1, 1, 1);
    CHECK(!done_at(LONGEST_US), "and none after the end");
}

static void it_ends_when_its_time_is_over(void) {
    begin(3, 0);
    look(0, 4, -3, -4);
    look(1, 32, -1, -2);
    CHECK(!done_at(LONGEST_US - 1), "not yet");
    CHECK(done_at(LONGEST_US), "now");
    CHECK(results[0].status == SM_TEST_WELL && results[0].mean == -4, "-3.5 goes away from zero");
    CHECK(results[1].status == SM_TEST_WELL && results[1].mean == -2, "-1.5 as well");
    CHECK(results[2].status == SM_TEST_SILENT && results[2].mean == 0 && results[2].spread == 0,
          "a channel without a look is silent");
}

static uint8_t status_of(int32_t a, int32_t b, uint16_t noisy) {
    begin(1, noisy);
    look(0, 32, a, b);
    CHECK(done_at(1), "done");
    return results[0].status;
}

static void each_fault_is_told_from_the_others(void) {
    CHECK(status_of(HIGHEST, 5, 10) == SM_TEST_AT_AN_END, "one look at the upper end");
    CHECK(status_of(LOWEST, LOWEST, 10) == SM_TEST_AT_AN_END, "every look at the lower end");
    CHECK(status_of(HIGHEST - 1, LOWEST + 1, 0) == SM_TEST_WELL, "just within, and any spread");
    CHECK(results[0].spread == 65535, "which saturates");
    CHECK(status_of(77, 77, 0) == SM_TEST_STUCK && results[0].mean == 77, "stuck");
    CHECK(status_of(0, 10, 10) == SM_TEST_WELL, "as much noise as may be");
    CHECK(status_of(0, 11, 10) == SM_TEST_NOISY && results[0].spread == 11, "one more");
}

static void sums_of_the_largest_counts_do_not_overflow(void) {
    begin(1, 0);
    look(0, 32, LOWEST, LOWEST);
    CHECK(done_at(1) && results[0].mean == LOWEST, "lowest");
    begin(1, 0);
    look(0, 32, HIGHEST, HIGHEST);
    CHECK(done_at(1) && results[0].mean == HIGHEST, "highest");
}

static void begun_twice_it_goes_on_and_answers_the_newer_command(void) {
    begin(1, 0);
    look(0, 31, 1, 2);
    sm_self_test_begin(&test, 8, 1, LOWEST, HIGHEST, 0, 0xFFFFFF05u, LONGEST_US);
    look(0, 1, 1, 2);
    CHECK(done_at(10) && test.command_seq == 8 && results[0].spread == 1,
          "the 32nd look");
    sm_self_test_begin(&test, 9, 1, LOWEST, HIGHEST, 0, 0xFFFFFF00u, LONGEST_US);
    CHECK(test.running && !done_at(10), "after its end it begins anew");
}

static void channels_beyond_the_most_are_left_out(void) {
    begin(255, 0);
    CHECK(test.channels == SM_TEST_CHANNELS_MAX, "cut");
}

void test_self_test(void) {
    it_ends_when_every_channel_has_been_looked_at();
    more_looks_than_wanted_and_channels_beyond_are_left_out();
    it_ends_when_its_time_is_over();
    each_fault_is_told_from_the_others();
    sums_of_the_largest_counts_do_not_overflow();
    begun_twice_it_goes_on_and_answers_the_newer_command();
    channels_beyond_the_most_are_left_out();
}
