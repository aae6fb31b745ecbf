/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_self_test.h"
#include <string.h>

void sm_self_test_begin(sm_self_test_t *test, uint16_t command_seq, uint8_t channels,
                        int32_t lowest, int32_t highest, uint16_t noisy, uint32_t now_us,
                        uint32_t longest_us) {
    test->command_seq = command_seq;
    if (test->running) return;
    memset(test->channel, 0, sizeof test->channel);
    test->channels = channels < SM_TEST_CHANNELS_MAX ? channels : SM_TEST_CHANNELS_MAX;
    test->running = true;
    test->began_us = now_us;
    test->longest_us = longest_us;
    test->lowest = lowest;
    test->highest = highest;
    test->noisy = noisy;
}

void sm_self_test_look(sm_self_test_t *test, uint8_t channel, int32_t count) {
    if (!test->running || channel >= test->channels) return;
    if (test->channel[channel].looks == SM_TEST_LOOKS) return;
    if (test->channel[channel].looks++ == 0)
        test->channel[channel].least = test->channel[channel].most = count;
    if (count < test->channel[channel].least) test->channel[channel].least = count;
    if (count > test->channel[channel].most) test->channel[channel].most = count;
    test->channel[channel].sum += count;
}

static bool all_looked_at(const sm_self_test_t *test) {
    for (uint8_t c = 0; c < test->channels; c++)
        if (test->channel[c].looks < SM_TEST_LOOKS) return false;
    return true;
}

static uint8_t status_of(const sm_self_test_t *test, uint8_t c, uint32_t spread) {
    if (test->channel[c].looks == 0) return SM_TEST_SILENT;
    if (test->channel[c].least <= test->lowest || test->channel[c].most >= test->highest)
        return SM_TEST_AT_AN_END;
    if (spread == 0) return SM_TEST_STUCK;
    return test->noisy && spread > test->noisy ? SM_TEST_NOISY : SM_TEST_WELL;
}

bool sm_self_test_done(sm_self_test_t *test, uint32_t now_us, sm_test_result_t *results) {
    const bool late = now_us - test->began_us >= test->longest_us;
    if (!test->running || (!late && !all_looked_at(test))) return false;
    test->running = false;
    for (uint8_t c = 0; c < test->channels; c++) {
        const int32_t looks = test->channel[c].looks, sum = test->channel[c].sum;
        const uint32_t spread = (uint32_t)(test->channel[c].most - test->channel[c].least);
        results[c].status = status_of(test, c, spread);
        results[c].mean = looks ? (sum < 0 ? sum - looks / 2 : sum + looks / 2) / looks : 0;
        results[c].spread = spread > UINT16_MAX ? UINT16_MAX : (uint16_t)spread;
    }
    return true;
}
