/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an insole's cells and IMU, several to a ROWS record. */
#ifndef SM_INSOLE_H
#define SM_INSOLE_H
#include <stdbool.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_INSOLE_CELLS_MAX = 16, SM_IMU_AXES = 6, SM_CELL_HIGHEST = 4095 };
enum { SM_INSOLE_ROWS_MAX = 20 }; /* in one record */
enum { SM_RECORD_HEADER = 3 /* type u8, seq u16 */, SM_ROWS_HEADER = 15 };
enum { SM_ROWS_PAYLOAD_MAX = 494 }; /* a block of the log holds no more; an ATT value not much */
enum { SM_MTU_LEAST = 64, SM_MTU_MOST = 517 };
enum {
    SM_ROWS_IMU = 1,
    SM_ROWS_BATTERY_LOW = 2,
    SM_ROWS_LOGGING = 4,
    SM_ROWS_FAULT = 8,
    SM_ROWS_IMU_SILENT = 16
};
#define SM_IMU_NONE INT16_MIN

typedef struct {
    uint16_t cells[SM_INSOLE_CELLS_MAX]; /* 0 to SM_CELL_HIGHEST; more counts as that */
    int16_t imu[SM_IMU_AXES];            /* acceleration x y z, turn rate x y z */
} sm_insole_row_t;

/* Collects the rows of one record. Streaming and logging each have their own. */
typedef struct {
    uint8_t channels;
    bool imu;
    uint16_t boot_id;
    uint16_t period_us;
    uint8_t rows_wanted, rows, flags;
    uint32_t first_index, first_us;
    sm_insole_row_t row[SM_INSOLE_ROWS_MAX];
} sm_insole_batch_t;

/* How many rows one record of `payload_max` bytes holds; 0 when not even one fits. */
uint8_t sm_insole_rows_in(uint16_t payload_max, uint8_t channels, bool imu);

/* What a notification's payload may take: the value of an ATT notification less the record's
 * header; 0 below SM_MTU_LEAST. Above SM_MTU_MOST counts as that. */
uint16_t sm_insole_payload_of_mtu(uint16_t mtu);

/* Also for a change of rate or MTU: what was collected is forgotten, so flush before. */
void sm_insole_begin(sm_insole_batch_t *batch, uint8_t channels, bool imu, uint16_t boot_id,
                     uint16_t period_us, uint8_t rows_wanted);

/* Takes a row. Returns the length of a payload that is now to be sent, else 0: a row whose index
 * does not follow sends those before it. `flags` of the newest row go with the record, all of
 * them or-ed. */
uint16_t sm_insole_push(sm_insole_batch_t *batch, uint32_t index, uint32_t t_us, uint8_t flags,
                        const sm_insole_row_t *row, uint8_t payload[SM_ROWS_PAYLOAD_MAX]);
uint16_t sm_insole_flush(sm_insole_batch_t *batch, uint8_t payload[SM_ROWS_PAYLOAD_MAX]);

#ifdef __cplusplus
}
#endif
#endif
