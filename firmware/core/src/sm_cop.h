/* SPDX-License-Identifier: Apache-2.0 */
/* Centre of pressure on the device, in whole numbers. See "On-device COP" in PROTOCOL.md. */
#ifndef SM_COP_H
#define SM_COP_H
#include "sm_records.h"
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_COP_LEAST_MN = 10000 }; /* a lighter load has no position */
#define SM_COP_NONE INT32_MIN
enum { SM_TARE_ROWS = 64 };

/* The zero of the COP record. All zeros is a valid start: not tared. */
typedef struct {
    int32_t zero[SM_CELLS];
    bool tared;
    uint8_t left; /* rows still to come of a tare that has begun */
    int32_t sum[SM_CELLS];
} sm_tare_t;

void sm_tare_begin(sm_tare_t *tare);
/* Every row goes here while a tare runs; a row with a silent channel or one at its end begins it
 * anew. True when this row ended it. */
bool sm_tare_push(sm_tare_t *tare, const sm_sample_t *sample);

/* Fills all of `cop`; `stored` is the CRC of the stored calibration, 0 for nominal values. */
void sm_cop(const sm_sample_t *sample, const sm_calibration_t *calibration, uint16_t stored,
            const sm_tare_t *tare, sm_cop_t *cop);

#ifdef __cplusplus
}
#endif
#endif
