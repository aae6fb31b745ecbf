/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_cop.h"
#include <string.h>

/* Halves go away from zero, so that a force and its opposite are alike. */
static int32_t divide(int32_t sum, int32_t by) {
    return (sum < 0 ? sum - by / 2 : sum + by / 2) / by;
}

static uint64_t magnitude(int64_t value) { return value < 0 ? (uint64_t)-value : (uint64_t)value; }

static int32_t saturate(bool negative, uint64_t size) {
    const int32_t value = size > INT32_MAX ? INT32_MAX : (int32_t)size;
    return negative ? -value : value;
}

void sm_tare_begin(sm_tare_t *tare) {
    tare->left = SM_TARE_ROWS;
    memset(tare->sum, 0, sizeof tare->sum);
}

bool sm_tare_push(sm_tare_t *tare, const sm_sample_t *sample) {
    if (!tare->left) return false;
    if (sample->flags) {
        sm_tare_begin(tare);
        return false;
    }
    for (uint8_t c = 0; c < SM_CELLS; c++) tare->sum[c] += sample->counts[c];
    if (--tare->left) return false;
    for (uint8_t c = 0; c < SM_CELLS; c++) tare->zero[c] = divide(tare->sum[c], SM_TARE_ROWS);
    tare->tared = true;
    return true;
}

static int32_t force_mn(int32_t counts, int32_t gain) {
    const int64_t product = (int64_t)counts * gain;
    return saturate(product < 0, (magnitude(product) + (1ul << 23)) >> 24);
}

/* Sizes and signs apart: four products of 31-bit forces and 32-bit places fit 64 bits without a
 * sign, and just so with half the force for rounding. */
static int32_t place_um(const int32_t force[SM_CELLS], const int32_t place[SM_CELLS],
                        uint64_t fz_mn) {
    uint64_t positive = 0, negative = 0;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        const int64_t product = (int64_t)force[c] * place[c];
        if (product < 0) negative += magnitude(product);
        else positive += magnitude(product);
    }
    const bool below = negative > positive;
    const uint64_t size = below ? negative - positive : positive - negative;
    return saturate(below, (size + fz_mn / 2) / fz_mn);
}

void sm_cop(const sm_sample_t *sample, const sm_calibration_t *calibration, uint16_t stored,
            const sm_tare_t *tare, sm_cop_t *cop) {
    int32_t force[SM_CELLS], x_um[SM_CELLS], y_um[SM_CELLS];
    int64_t fz_mn = 0;
    uint8_t flags = 0;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        const bool silent = sample->flags & (1u << (4 + c));
        if (silent) flags |= SM_COP_SILENT;
        if (sample->flags & (1u << c)) flags |= SM_COP_AT_AN_END;
        const int32_t counts = silent ? 0 : sample->counts[c] - tare->zero[c];
        force[c] = force_mn(counts, calibration->cell[c].gain);
        x_um[c] = calibration->cell[c].x_um;
        y_um[c] = calibration->cell[c].y_um;
        fz_mn += force[c];
    }
    if (flags || fz_mn < SM_COP_LEAST_MN) flags |= SM_COP_NO_POSITION;
    if (!tare->tared) flags |= SM_COP_NOT_TARED;
    if (!stored) flags |= SM_COP_NOMINAL;
    const bool nowhere = flags & SM_COP_NO_POSITION;
    cop->index = sample->index;
    cop->t_us = sample->t_us;
    cop->boot_id = sample->boot_id;
    cop->flags = flags;
    cop->x_um = nowhere ? SM_COP_NONE : place_um(force, x_um, (uint64_t)fz_mn);
    cop->y_um = nowhere ? SM_COP_NONE : place_um(force, y_um, (uint64_t)fz_mn);
    cop->fz_mn = saturate(fz_mn < 0, magnitude(fz_mn));
    cop->calibration = stored;
}
