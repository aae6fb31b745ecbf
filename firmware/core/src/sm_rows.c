/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_rows.h"
#include <string.h>

static const int32_t HIGHEST = 0x7FFFFF, LOWEST = -0x800000;

void sm_rows_begin(sm_rows_t *rows, uint32_t rate_mhz, uint32_t now_us) {
    memset(rows, 0, sizeof *rows);
    rows->period_us = 1000000000UL / rate_mhz;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        rows->channel[c].t_us = now_us;
        rows->channel[c].overdue_us = now_us + SM_SETTLING_PERIODS * rows->period_us;
    }
}

static bool later(uint32_t a_us, uint32_t b_us) { return (int32_t)(a_us - b_us) > 0; }

static bool is_an_end(int32_t count) { return count == HIGHEST || count == LOWEST; }

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
        const bool live = channel[c].converted && !channel[c].silent;
        if (live && (!any || later(channel[c].t_us, newest))) {
            newest = channel[c].t_us;
            any = true;
        }
    }
    if (!begun) return 0;
    sample->index = rows->index++;
    sample->t_us = newest;
    sample->flags = 0;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        if (is_an_end(channel[c].count)) sample->flags |= (uint8_t)(1u << c);
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
    if (channel->missed) outcome |= SM_CHANNEL_BACK;
    const bool at_an_end = is_an_end(conversion->count);
    if (at_an_end && (!channel->at_an_end || channel->missed)) channel->since_us = conversion->t_us;
    channel->at_an_end = at_an_end;
    channel->count = conversion->count;
    channel->t_us = conversion->t_us;
    channel->overdue_us = conversion->t_us + SM_SILENT_PERIODS * rows->period_us;
    channel->number = conversion->number;
    channel->converted = channel->unsent = true;
    channel->silent = channel->missed = false;
    /* One row a conversion: when the other chips fall silent while this one waits for them, its
     * old conversion makes the row of now, and the new one that of the next time. */
    if (!(outcome & SM_ROW_CLOSED) && all_live_unsent(rows)) outcome |= close_row(rows, sample);
    return outcome;
}

static bool lasts(const sm_channel_t *channel, uint32_t now_us, uint32_t ms) {
    return now_us - channel->since_us >= ms * 1000u;
}

/* A chip that was restarted gives nothing for a while, but is missed only when that has passed. */
static void watch_silence(sm_channel_t *channel, uint32_t now_us, uint8_t bit, sm_watch_t *found) {
    if (later(now_us, channel->overdue_us)) {
        found->restart |= bit;
        if (!channel->missed) {
            found->silent |= bit;
            channel->since_us = now_us;
        }
        channel->missed = true;
    }
    if (channel->missed && !channel->given_up && lasts(channel, now_us, SM_DEAD_MS))
        found->dead |= bit;
}

static void watch_range(sm_channel_t *channel, uint32_t now_us, uint8_t bit, sm_watch_t *found) {
    const bool stands = channel->at_an_end && !channel->missed &&
                        lasts(channel, now_us, SM_AT_AN_END_MS);
    if (stands && !channel->told_at_an_end) {
        found->restart |= bit;
        found->at_an_end |= bit;
        channel->told_at_an_end = true;
    } else if (channel->told_at_an_end && !channel->at_an_end) {
        found->in_range |= bit;
        channel->told_at_an_end = false;
    }
}

void sm_rows_watch(sm_rows_t *rows, uint32_t now_us, sm_watch_t *found) {
    memset(found, 0, sizeof *found);
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        sm_channel_t *const channel = &rows->channel[c];
        const uint8_t bit = (uint8_t)(1u << c);
        watch_silence(channel, now_us, bit, found);
        watch_range(channel, now_us, bit, found);
        if (!(found->restart & bit)) continue;
        channel->silent = true;
        channel->unsent = false;
        channel->overdue_us = now_us + SM_SETTLING_PERIODS * rows->period_us;
    }
}

void sm_rows_give_up(sm_rows_t *rows, uint8_t channels) {
    for (uint8_t c = 0; c < SM_CELLS; c++)
        if (channels & (1u << c))
            rows->channel[c].silent = rows->channel[c].missed = rows->channel[c].given_up = true;
}
