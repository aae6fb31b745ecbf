/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on the serial link: COBS(type u8 | seq u16 | payload | crc u16) 0x00. See PROTOCOL.md. */
#ifndef SM_FRAME_H
#define SM_FRAME_H
#include "sm_cobs.h"
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

/* On AVR a frame must fit Arduino's transmit buffer of 63 bytes; elsewhere one COBS block. */
#ifndef SM_PAYLOAD_MAX
#ifdef __AVR__
#define SM_PAYLOAD_MAX 56
#else
#define SM_PAYLOAD_MAX 248
#endif
#endif
enum { SM_HEADER = 3, SM_CRC = 2 };
#define SM_PLAIN_MAX (SM_HEADER + SM_PAYLOAD_MAX + SM_CRC)
#define SM_WIRE_MAX (SM_COBS_MAX(SM_PLAIN_MAX) + 1u)

typedef struct {
    uint8_t type;
    uint16_t seq;
    uint8_t length; /* of the payload */
    const uint8_t *payload;
} sm_frame_t;

/* Writes a frame with its closing zero; returns the number of bytes.
 * A payload longer than SM_PAYLOAD_MAX is cut: the callers' records are all shorter. */
size_t sm_frame_encode(sm_frame_t frame, uint8_t wire[SM_WIRE_MAX]);

/* Collects one frame. All zeros is a valid start. */
typedef struct {
    uint8_t bytes[SM_WIRE_MAX - 1]; /* without its closing zero */
    uint8_t length;
    bool overlong;
    uint16_t damaged; /* frames that were dropped: COBS, CRC or length */
} sm_receiver_t;

/* Takes one byte; true when it completes a sound frame, which stays valid until the next byte. */
bool sm_receiver_push(sm_receiver_t *receiver, uint8_t byte, sm_frame_t *frame);

#ifdef __cplusplus
}
#endif
#endif
