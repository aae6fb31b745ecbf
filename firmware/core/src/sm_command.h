/* SPDX-License-Identifier: Apache-2.0 */
/* What a host asks for, checked before anything is done. */
#ifndef SM_COMMAND_H
#define SM_COMMAND_H
#include "sm_frame.h"
#include "sm_records.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint8_t type;
    uint16_t seq;
    union {
        uint8_t streams;              /* START */
        sm_calibration_t calibration; /* CAL_WRITE */
        struct {
            uint32_t mhz;
            uint8_t rows; /* 0: as many as the device finds right */
        } rate;         /* RATE */
        struct {
            uint16_t run, count;
            uint32_t block;
        } log_read;     /* LOG_READ */
        uint32_t epoch; /* LOG_ERASE */
        uint32_t utc_s; /* LOG_START */
        uint8_t side;   /* SIDE */
    } of;
} sm_command_t;

/* SM_STATUS_DONE when `command` is filled and may be obeyed; type and seq always are. Unknown types
 * and arguments that no device could take are refused here; what a board lacks, by the board. */
uint8_t sm_command_parse(const sm_frame_t *frame, sm_command_t *command);

#ifdef __cplusplus
}
#endif
#endif
