/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_batch.h"
#include "sm_bytes.h"
#include <string.h>

enum { HIGHEST = 0x7FFFFF, LOWEST = -0x800000 };
enum { ROW_BYTES = 3 * SM_CELLS };
static const uint32_t MHZ_OF_A_ROW_IN_16_MS = 62500;

void sm_batch_begin(sm_batch_t *batch, uint16_t boot_id, uint32_t rate_mhz) {
    const uint32_t rows = rate_mhz / MHZ_OF_A_ROW_IN_16_MS;
    batch->boot_id = boot_id;
    batch->rows_wanted = rows < 1                   ? 1
                         : rows > SM_BATCH_ROWS_MAX ? (uint8_t)SM_BATCH_ROWS_MAX
                                                    : (uint8_t)rows;
    batch->rows = batch->flags = 0;
}

uint8_t sm_batch_flush(sm_batch_t *batch, uint8_t payload[SM_BATCH_BYTES(SM_BATCH_ROWS_MAX)]) {
    const uint8_t rows = batch->rows, bytes = (uint8_t)(ROW_BYTES * rows);
    if (rows == 0) return 0;
    uint8_t *p = sm_put_u32(payload, batch->index - rows);
    p = sm_put_u32(p, batch->first_us);
    p = sm_put_u32(p, batch->last_us - batch->first_us);
    p = sm_put_u16(p, batch->boot_id);
    p = sm_put_u8(p, batch->flags);
    p = sm_put_u8(p, batch->first_conversion);
    p = sm_put_u8(p, rows);
    memcpy(p, batch->counts, bytes);
    batch->rows = batch->flags = 0;
    return (uint8_t)(SM_BATCH_HEADER + bytes);
}

static void add(sm_batch_t *batch, uint32_t t_us, uint8_t number, uint8_t silent,
                const int32_t counts[SM_CELLS]) {
    if (batch->rows == 0) {
        batch->first_us = t_us;
        batch->first_conversion = number;
    }
    batch->last_us = t_us;
    batch->last_conversion = number;
    batch->flags |= (uint8_t)(silent << 4);
    uint8_t *p = batch->counts + ROW_BYTES * batch->rows;
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        if (counts[c] == HIGHEST || counts[c] == LOWEST) batch->flags |= (uint8_t)(1u << c);
        p = sm_put_i24(p, counts[c]);
    }
    batch->rows++;
    batch->index++;
}

uint8_t sm_batch_push(sm_batch_t *batch, uint32_t t_us, uint8_t number, uint8_t silent,
                      const int32_t counts[SM_CELLS],
                      uint8_t payload[SM_BATCH_BYTES(SM_BATCH_ROWS_MAX)]) {
    const bool follows = number == (uint8_t)(batch->last_conversion + 1);
    /* A row that both ends the batch before it and is one by itself cannot be: a full batch does
     * not wait for the next row. */
    const uint8_t before = follows ? 0 : sm_batch_flush(batch, payload);
    add(batch, t_us, number, silent, counts);
    return batch->rows == batch->rows_wanted ? sm_batch_flush(batch, payload) : before;
}
