/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_insole.h"
#include "sm_bytes.h"
#include <string.h>

enum { ATT_HEADER = 3, IMU_BYTES = 2 * SM_IMU_AXES };

static uint8_t cells_bytes(uint8_t channels) { return (uint8_t)((channels * 12u + 7u) / 8u); }

uint8_t sm_insole_rows_in(uint16_t payload_max, uint8_t channels, bool imu) {
    const uint16_t row = (uint16_t)(cells_bytes(channels) + (imu ? IMU_BYTES : 0));
    if (payload_max > SM_ROWS_PAYLOAD_MAX) payload_max = SM_ROWS_PAYLOAD_MAX;
    if (payload_max < SM_ROWS_HEADER + row || channels == 0) return 0;
    const uint16_t rows = (uint16_t)(payload_max - SM_ROWS_HEADER) / row;
    return rows < SM_INSOLE_ROWS_MAX ? (uint8_t)rows : (uint8_t)SM_INSOLE_ROWS_MAX;
}

uint16_t sm_insole_payload_of_mtu(uint16_t mtu) {
    if (mtu < SM_MTU_LEAST) return 0;
    const uint16_t agreed = mtu < SM_MTU_MOST ? mtu : (uint16_t)SM_MTU_MOST;
    return (uint16_t)(agreed - ATT_HEADER - SM_RECORD_HEADER);
}

void sm_insole_begin(sm_insole_batch_t *batch, uint8_t channels, bool imu, uint16_t boot_id,
                     uint16_t period_us, uint8_t rows_wanted) {
    batch->channels = channels < SM_INSOLE_CELLS_MAX ? channels : (uint8_t)SM_INSOLE_CELLS_MAX;
    const uint8_t most = sm_insole_rows_in(SM_ROWS_PAYLOAD_MAX, batch->channels, imu);
    batch->imu = imu;
    batch->boot_id = boot_id;
    batch->period_us = period_us;
    batch->rows_wanted = rows_wanted < most ? rows_wanted : most;
    if (batch->rows_wanted == 0) batch->rows_wanted = 1;
    batch->rows = batch->flags = 0;
}

/* Two codes to three bytes; the last of an odd number of cells takes two. */
static uint8_t *put_cells(uint8_t *p, const uint16_t *cells, uint8_t channels) {
    for (uint8_t c = 0; c < channels; c += 2) {
        const uint16_t a = cells[c], b = c + 1 < channels ? cells[c + 1] : 0;
        p = sm_put_u8(p, (uint8_t)a);
        p = sm_put_u8(p, (uint8_t)(a >> 8 | (b & 0xF) << 4));
        if (c + 1 < channels) p = sm_put_u8(p, (uint8_t)(b >> 4));
    }
    return p;
}

uint16_t sm_insole_flush(sm_insole_batch_t *batch, uint8_t payload[SM_ROWS_PAYLOAD_MAX]) {
    if (batch->rows == 0) return 0;
    uint8_t *p = sm_put_u32(payload, batch->first_index);
    p = sm_put_u32(p, batch->first_us);
    p = sm_put_u16(p, batch->period_us);
    p = sm_put_u16(p, batch->boot_id);
    p = sm_put_u8(p, batch->flags);
    p = sm_put_u8(p, batch->channels);
    p = sm_put_u8(p, batch->rows);
    for (uint8_t r = 0; r < batch->rows; r++)
        p = put_cells(p, batch->row[r].cells, batch->channels);
    for (uint8_t r = 0; batch->imu && r < batch->rows; r++)
        for (uint8_t axis = 0; axis < SM_IMU_AXES; axis++)
            p = sm_put_u16(p, (uint16_t)batch->row[r].imu[axis]);
    batch->rows = batch->flags = 0;
    return (uint16_t)(p - payload);
}

static void add(sm_insole_batch_t *batch, uint32_t index, uint32_t t_us, uint8_t flags,
                const sm_insole_row_t *row) {
    if (batch->rows == 0) {
        batch->first_index = index;
        batch->first_us = t_us;
    }
    batch->flags |= (uint8_t)((flags & ~SM_ROWS_IMU) | (batch->imu ? SM_ROWS_IMU : 0));
    sm_insole_row_t *const kept = &batch->row[batch->rows++];
    *kept = *row;
    for (uint8_t c = 0; c < batch->channels; c++)
        if (kept->cells[c] > SM_CELL_HIGHEST) kept->cells[c] = SM_CELL_HIGHEST;
}

uint16_t sm_insole_push(sm_insole_batch_t *batch, uint32_t index, uint32_t t_us, uint8_t flags,
                        const sm_insole_row_t *row, uint8_t payload[SM_ROWS_PAYLOAD_MAX]) {
    const bool follows = index == batch->first_index + batch->rows;
    /* Never both: a record of one row does not wait for the next. */
    const uint16_t before = follows ? 0 : sm_insole_flush(batch, payload);
    add(batch, index, t_us, flags, row);
    return batch->rows == batch->rows_wanted ? sm_insole_flush(batch, payload) : before;
}
