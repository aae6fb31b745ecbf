/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_frame.h"
#include "sm_bytes.h"
#include "sm_crc16.h"
#include <string.h>

size_t sm_frame_encode(sm_frame_t frame, uint8_t wire[SM_WIRE_MAX]) {
    uint8_t plain[SM_PLAIN_MAX];
    const uint8_t length =
        frame.length <= SM_PAYLOAD_MAX ? frame.length : (uint8_t)SM_PAYLOAD_MAX;
    uint8_t *end = sm_put_u16(sm_put_u8(plain, frame.type), frame.seq);
    if (length > 0) memcpy(end, frame.payload, length);
    end += length;
    end = sm_put_u16(end, sm_crc16(plain, (size_t)(end - plain)));
    const size_t stuffed = sm_cobs_encode(plain, (size_t)(end - plain), wire);
    wire[stuffed] = 0;
    return stuffed + 1;
}

static bool open_frame(sm_receiver_t *receiver, sm_frame_t *frame) {
    const size_t n = sm_cobs_decode(receiver->bytes, receiver->length, receiver->bytes);
    if (n < SM_HEADER + SM_CRC) return false;
    const uint8_t *plain = receiver->bytes;
    if (sm_get_u16(plain + n - SM_CRC) != sm_crc16(plain, n - SM_CRC)) return false;
    frame->type = plain[0];
    frame->seq = sm_get_u16(plain + 1);
    frame->payload = plain + SM_HEADER;
    frame->length = (uint8_t)(n - SM_HEADER - SM_CRC);
    return true;
}

bool sm_receiver_push(sm_receiver_t *receiver, uint8_t byte, sm_frame_t *frame) {
    if (byte != 0) {
        if (receiver->length < sizeof receiver->bytes) receiver->bytes[receiver->length++] = byte;
        else receiver->overlong = true;
        return false;
    }
    const bool idle = receiver->length == 0 && !receiver->overlong;
    const bool sound = !idle && !receiver->overlong && open_frame(receiver, frame);
    receiver->length = 0;
    receiver->overlong = false;
    if (!idle && !sound) receiver->damaged++;
    return sound;
}
