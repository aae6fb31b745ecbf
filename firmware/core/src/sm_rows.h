/* SPDX-License-Identifier: Apache-2.0 */
/* From the conversions of free-running chips to rows of all channels.
 *
 * A row is closed when every live channel holds a conversion that was not yet sent, or just
 * before a conversion would overwrite one that was not: so none is lost on the device. */
#ifndef SM_ROWS_H
#define SM_ROWS_H
#include "sm_records.h"
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

/* A chip gives nothing for four periods after a restart, and a fifth to convert. */
enum { SM_SILENT_PERIODS = 3, SM_SETTLING_PERIODS = 6 };
/* At an end of its range for so long is no push, but a wire; silent for so long needs more than
 * a restart of the chip. */
enum { SM_AT_AN_END_MS = 1000, SM_DEAD_MS = 8000 };

typedef struct {
    uint8_t channel;
    uint8_t number; /* the chip's own count of conversions: one that was not read is a jump */
    int32_t count;
    uint32_t t_us; /* its end */
} sm_conversion_t;

typedef struct {
    int32_t count;
    uint32_t t_us;        /* end of the newest conversion */
    uint32_t overdue_us;  /* when it has to be restarted, if nothing comes */
    uint32_t since_us;    /* since when it is missed, or else at an end of its range */
    uint8_t number;
    bool converted; /* at least once */
    bool unsent;
    bool silent; /* gives nothing: not waited for */
    bool missed; /* silent, and that was told: not only because it was restarted */
    bool at_an_end, told_at_an_end;
    bool given_up;
} sm_channel_t;

typedef struct {
    sm_channel_t channel[SM_CELLS];
    uint32_t period_us;
    uint32_t index; /* of the next row */
} sm_rows_t;

/* Begins with chips that were restarted at `now_us`. */
void sm_rows_begin(sm_rows_t *rows, uint32_t rate_mhz, uint32_t now_us);

enum { SM_ROW_CLOSED = 1, SM_CHANNEL_BACK = 2 };
/* Takes one conversion. Returns SM_ROW_CLOSED when `sample` was filled (all but its boot_id),
 * SM_CHANNEL_BACK when the channel had been silent. */
uint8_t sm_rows_push(sm_rows_t *rows, const sm_conversion_t *conversion, sm_sample_t *sample);

/* What a look at the clock finds; a bit for each channel. */
typedef struct {
    uint8_t restart;   /* to be restarted now: one of the next two, or not yet back since */
    uint8_t silent;    /* has just fallen silent */
    uint8_t at_an_end; /* has just stood at an end of its range for SM_AT_AN_END_MS */
    uint8_t in_range;  /* of those that did, is within its range again */
    uint8_t dead;      /* silent for SM_DEAD_MS, and not given up */
} sm_watch_t;

/* To be called about once per period. */
void sm_rows_watch(sm_rows_t *rows, uint32_t now_us, sm_watch_t *found);

/* These channels were dead before a full restart: they count as silent from the start, are not
 * waited for and never dead, but still restarted, and welcome when they come back. */
void sm_rows_give_up(sm_rows_t *rows, uint8_t channels);

#ifdef __cplusplus
}
#endif
#endif
