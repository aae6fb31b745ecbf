/* SPDX-License-Identifier: Apache-2.0 */
/* 32 looks at every channel: silent, at an end, stuck, noisy, or well. */
#ifndef SM_SELF_TEST_H
#define SM_SELF_TEST_H
#include "sm_records.h"
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_TEST_LOOKS = 32 };
/* An insole has 16 cells, the IMU and the battery; on an AVR there is only a plate's RAM. */
#ifdef __AVR__
#define SM_TEST_CHANNELS_MAX SM_CELLS
#else
#define SM_TEST_CHANNELS_MAX 18
#endif

typedef struct {
    uint8_t channels;
    bool running;
    uint16_t command_seq;
    uint32_t began_us, longest_us;
    int32_t lowest, highest; /* the ends of a channel's range */
    uint16_t noisy;          /* a spread above this is too much; 0: any spread is fine */
    struct {
        uint8_t looks;
        int32_t least, most;
        int32_t sum;
    } channel[SM_TEST_CHANNELS_MAX];
} sm_self_test_t;

/* A test that is running goes on, for the command that began it may come twice; the result then
 * answers the newer. */
void sm_self_test_begin(sm_self_test_t *test, uint16_t command_seq, uint8_t channels,
                        int32_t lowest, int32_t highest, uint16_t noisy, uint32_t now_us,
                        uint32_t longest_us);
/* `count` is of 24 bits at most. */
void sm_self_test_look(sm_self_test_t *test, uint8_t channel, int32_t count);
/* True once, when every channel has been looked at or the time is over; fills a result for
 * each: never SM_TEST_NOT_CONNECTED, which only a board can know. */
bool sm_self_test_done(sm_self_test_t *test, uint32_t now_us, sm_test_result_t *results);

#ifdef __cplusplus
}
#endif
#endif
