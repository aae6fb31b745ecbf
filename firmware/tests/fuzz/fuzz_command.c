/* SPDX-License-Identifier: Apache-2.0 */
/* Any type and payload, in a frame whose CRC is right, through the receiver to the parser. What it
 * lets pass must be a command of PROTOCOL.md's table, and made of the payload's own bytes. */
#include "fuzz.h"
#include "sm_bytes.h"
#include "sm_command.h"
#include <string.h>

static size_t least_of(uint8_t type) {
    switch (type) {
    case SM_COMMAND_CAL_WRITE: return SM_CALIBRATION_BYTES;
    case SM_COMMAND_RATE:
    case SM_COMMAND_LOG_ERASE:
    case SM_COMMAND_LOG_START: return 4;
    case SM_COMMAND_LOG_READ: return 8;
    case SM_COMMAND_SIDE: return 1;
    default: return 0;
    }
}

/* The arguments as bytes again; what a host left out stays out. */
static size_t write_again(const sm_command_t *command, size_t given, uint8_t *p) {
    uint8_t *const begin = p;
    switch (command->type) {
    case SM_COMMAND_START: *p++ = command->of.streams; break;
    case SM_COMMAND_CAL_WRITE: p += sm_pack_calibration(&command->of.calibration, p); break;
    case SM_COMMAND_RATE:
        p = sm_put_u32(p, command->of.rate.mhz);
        *p++ = command->of.rate.rows;
        break;
    case SM_COMMAND_LOG_READ:
        p = sm_put_u16(p, command->of.log_read.run);
        p = sm_put_u32(p, command->of.log_read.block);
        p = sm_put_u16(p, command->of.log_read.count);
        break;
    case SM_COMMAND_LOG_ERASE: p = sm_put_u32(p, command->of.epoch); break;
    case SM_COMMAND_LOG_START: p = sm_put_u32(p, command->of.utc_s); break;
    case SM_COMMAND_SIDE: *p++ = command->of.side; break;
    default: break;
    }
    const size_t length = (size_t)(p - begin);
    return length < given ? length : given;
}

static void look_at(const sm_frame_t *frame) {
    sm_command_t command;
    uint8_t again[SM_CALIBRATION_BYTES];
    const uint8_t status = sm_command_parse(frame, &command);
    const bool listed = frame->type >= SM_COMMAND_INFO && frame->type <= SM_COMMAND_SIDE;
    MUST(command.type == frame->type && command.seq == frame->seq);
    MUST((status == SM_STATUS_UNKNOWN) == !listed);
    if (status != SM_STATUS_DONE) {
        MUST(status == SM_STATUS_UNKNOWN || status == SM_STATUS_BAD_ARGUMENT);
        return;
    }
    MUST(frame->length >= least_of(frame->type));
    const size_t length = write_again(&command, frame->length, again);
    MUST(memcmp(again, frame->payload, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < SM_HEADER || size > SM_HEADER + SM_PAYLOAD_MAX) return -1;
    const uint8_t length = (uint8_t)(size - SM_HEADER);
    const sm_frame_t sent = {data[0], sm_get_u16(data + 1), length, data + SM_HEADER};
    uint8_t wire[SM_WIRE_MAX];
    sm_receiver_t receiver = {0};
    sm_frame_t frame;
    const size_t n = sm_frame_encode(sent, wire);
    for (size_t i = 0; i + 1 < n; i++) MUST(!sm_receiver_push(&receiver, wire[i], &frame));
    MUST(sm_receiver_push(&receiver, wire[n - 1], &frame));
    MUST(frame.type == sent.type && frame.seq == sent.seq && frame.length == length);
    look_at(&frame);
    return 0;
}
