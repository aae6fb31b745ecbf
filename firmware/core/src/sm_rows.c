/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_rows.h"
#include <string.h>

static const int32_t HIGHEST = 0x7FFFFF, LOWEST = -0x800000;

void sm_rows_begin(sm_rows_t *rows, uint32_t rate_mhz, uint32_t now_us) {
    memset(rows, 0, sizeof *rows);
    rows->period_us = 1000000000UL / rate_mhz;
    for (uint8_t c = 0; c < SM_CELLS; c++)
        rows->channel[c].t_us = now_us + SM_SETTLING_PERIODS * rows->period_us;
}

static bool later(uint32_t a_us, uint32_t b_us) { return (int32_t)(a_us - b_us) > 0; }

static bool all_live_unsent(const sm_rows_t *rows) {
    for (uint8_t c = 0; c < SM_CELLS; c++)
        if (!rows->channel[c].silent && !rows->channel[c].unsent) return false;
    return true;
}

/* At start-up the chips settle one after the other; rows begin when each has converted once. */
static bool started(const sm_rows_t *rows) {
    for (uint8_t c = 0; c < SM_CELLS; c++)
        if (!rows->channel[c].silent && !rows->channel[c].converted) return false;
    return true;
}

static uint16_t age(uint32_t newest_us, uint32_t t_us) {
    const uint32_t steps = (newest_us - t_us) / SM_AGE_UNIT_US;
    return steps > 0xFFFFu ? 0xFFFFu : (uint16_t)steps;
}

static uint8_t close_row(sm_rows_t *rows, sm_sample_t *sample) {
    const bool begun = started(rows);
    sm_channel_t *const channel = rows->channel;
    uint32_t newest = 0;
    bool any = false;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        channel[c].unsent = false;
        if (channel[c].converted && !channel[c].silent && (!any || later(channel[c].t_us, newest))) {
            newest = channel[c].t_us;
            any = true;
        }
    }
    if (!begun) return 0;
    sample->index = rows->index++;
    sample->t_us = newest;
    sample->flags = 0;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        const bool at_an_end = channel[c].count == HIGHEST || channel[c].count == LOWEST;
        if (at_an_end) sample->flags |= (uint8_t)(1u << c);
        if (channel[c].silent) sample->flags |= (uint8_t)(1u << (4 + c));
        sample->counts[c] = channel[c].count;
        sample->age[c] = age(newest, channel[c].t_us);
        sample->conversion[c] = channel[c].number;
    }
    return SM_ROW_CLOSED;
}

uint8_t sm_rows_push(sm_rows_t *rows, const sm_conversion_t *conversion, sm_sample_t *sample) {
    sm_channel_t *const channel = &rows->channel[conversion->channel];
    uint8_t outcome = channel->unsent ? close_row(rows, sample) : 0;
    if (channel->silent) outcome |= SM_CHANNEL_BACK;
    channel->count = conversion->count;
    channel->t_us = conversion->t_us;
    channel->number = conversion->number;
    channel->converted = channel->unsent = true;
    channel->silent = false;
    /* One row a conversion: when the other chips fall silent while this one waits for them, its
     * old conversion makes the row of now, and the new one that of the next time. */
    if (!(outcome & SM_ROW_CLOSED) && all_live_unsent(rows)) outcome |= close_row(rows, sample);
    return outcome;
}

uint8_t sm_rows_silent(sm_rows_t *rows, uint32_t now_us, uint8_t *newly) {
    uint8_t restart = 0;
    *newly = 0;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        sm_channel_t *const channel = &rows->channel[c];
        if (!later(now_us, channel->t_us + SM_SILENT_PERIODS * rows->period_us)) continue;
        restart |= (uint8_t)(1u << c);
        if (!channel->silent) *newly |= (uint8_t)(1u << c);
        channel->silent = true;
        channel->unsent = false;
        channel->t_us = now_us + SM_SETTLING_PERIODS * rows->period_us;
    }
    return restart;
}
