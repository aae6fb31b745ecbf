/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of channels that convert together, several to a SAMPLES record. */
#ifndef SM_BATCH_H
#define SM_BATCH_H
#include "sm_records.h"
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_BATCH_HEADER = 17, SM_BATCH_ROWS_MAX = 19 };
#define SM_BATCH_BYTES(rows) (SM_BATCH_HEADER + 3 * SM_CELLS * (rows))

typedef struct {
    uint32_t index;     /* of the next row */
    uint32_t first_us, last_us;
    uint16_t boot_id;
    uint8_t rows_wanted; /* 1 to SM_BATCH_ROWS_MAX */
    uint8_t rows, flags, first_conversion, last_conversion;
    uint8_t counts[3 * SM_CELLS * SM_BATCH_ROWS_MAX];
} sm_batch_t;

/* Batches of about 16 ms, one picture of a screen. All zeros is a valid start; after a change of the rate, what was
 * collected is forgotten, so flush before, and the index goes on. */
void sm_batch_begin(sm_batch_t *batch, uint16_t boot_id, uint32_t rate_mhz);

/* Takes one row; `number` is the ADC's own count of conversions, `silent` a bit for each silent
 * channel. Returns the length of a payload that is now to be sent, else 0: a row that does not
 * follow the one before sends those before it. */
uint8_t sm_batch_push(sm_batch_t *batch, uint32_t t_us, uint8_t number, uint8_t silent,
                      const int32_t counts[SM_CELLS],
                      uint8_t payload[SM_BATCH_BYTES(SM_BATCH_ROWS_MAX)]);

/* What has come of a batch so far, for the end of a stream or a change of the rate; 0 when
 * empty. */
uint8_t sm_batch_flush(sm_batch_t *batch, uint8_t payload[SM_BATCH_BYTES(SM_BATCH_ROWS_MAX)]);

#ifdef __cplusplus
}
#endif
#endif
