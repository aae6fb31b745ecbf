/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_command.h"
#include "sm_bytes.h"
#include "sm_insole.h"

_Static_assert((int)SM_CALIBRATION_BYTES <= (int)SM_PAYLOAD_MAX, "CAL_WRITE does not fit a frame");

static uint8_t done_if(bool good) { return good ? SM_STATUS_DONE : SM_STATUS_BAD_ARGUMENT; }

static uint8_t parse_start(const uint8_t *payload, uint8_t length, sm_command_t *command) {
    command->of.streams = length > 0 ? payload[0] : SM_STREAM_SAMPLES;
    return done_if(command->of.streams <= (SM_STREAM_SAMPLES | SM_STREAM_COP));
}

static uint8_t parse_calibration(const uint8_t *payload, uint8_t length, sm_command_t *command) {
    if (length < SM_CALIBRATION_BYTES) return SM_STATUS_BAD_ARGUMENT;
    sm_unpack_calibration(payload, &command->of.calibration);
    return SM_STATUS_DONE;
}

static uint8_t parse_rate(const uint8_t *payload, uint8_t length, sm_command_t *command) {
    if (length < 4) return SM_STATUS_BAD_ARGUMENT;
    command->of.rate.mhz = sm_get_u32(payload);
    command->of.rate.rows = length > 4 ? payload[4] : 0;
    return done_if(command->of.rate.mhz > 0 && command->of.rate.rows <= SM_INSOLE_ROWS_MAX);
}

static uint8_t parse_log_read(const uint8_t *payload, uint8_t length, sm_command_t *command) {
    if (length < 8) return SM_STATUS_BAD_ARGUMENT;
    command->of.log_read.run = sm_get_u16(payload);
    command->of.log_read.block = sm_get_u32(payload + 2);
    command->of.log_read.count = sm_get_u16(payload + 6);
    return SM_STATUS_DONE;
}

static uint8_t parse_u32(const uint8_t *payload, uint8_t length, uint32_t *value) {
    if (length < 4) return SM_STATUS_BAD_ARGUMENT;
    *value = sm_get_u32(payload);
    return SM_STATUS_DONE;
}

static uint8_t parse_side(const uint8_t *payload, uint8_t length, sm_command_t *command) {
    if (length < 1) return SM_STATUS_BAD_ARGUMENT;
    command->of.side = payload[0];
    return done_if(payload[0] == SM_SIDE_LEFT || payload[0] == SM_SIDE_RIGHT);
}

uint8_t sm_command_parse(const sm_frame_t *frame, sm_command_t *command) {
    const uint8_t *const payload = frame->payload;
    const uint8_t length = frame->length;
    command->type = frame->type;
    command->seq = frame->seq;
    switch (frame->type) {
    case SM_COMMAND_INFO:
    case SM_COMMAND_STOP:
    case SM_COMMAND_TIME:
    case SM_COMMAND_TARE:
    case SM_COMMAND_CAL_READ:
    case SM_COMMAND_SELF_TEST:
    case SM_COMMAND_LOG_LIST:
    case SM_COMMAND_LOG_STOP: return SM_STATUS_DONE;
    case SM_COMMAND_START: return parse_start(payload, length, command);
    case SM_COMMAND_CAL_WRITE: return parse_calibration(payload, length, command);
    case SM_COMMAND_RATE: return parse_rate(payload, length, command);
    case SM_COMMAND_LOG_READ: return parse_log_read(payload, length, command);
    case SM_COMMAND_LOG_ERASE: return parse_u32(payload, length, &command->of.epoch);
    case SM_COMMAND_LOG_START: return parse_u32(payload, length, &command->of.utc_s);
    case SM_COMMAND_SIDE: return parse_side(payload, length, command);
    default: return SM_STATUS_UNKNOWN;
    }
}
