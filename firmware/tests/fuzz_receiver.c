/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes, and sound frames with random damage, into the receiver: built with sanitizers, it
 * must neither stumble nor take a frame for sound that was not sent. `fuzz_receiver ROUNDS`. */
#include "sm_frame.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static uint32_t random_u32(void) { /* xorshift64 (Marsaglia 2003) */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

int main(int argc, char **argv) {
    const long rounds = argc > 1 ? atol(argv[1]) : 100000;
    sm_receiver_t receiver = {0};
    long sound = 0, damaged = 0, false_frames = 0;
    for (long round = 0; round < rounds; round++) {
        uint8_t payload[SM_PAYLOAD_MAX], wire[SM_WIRE_MAX + 8];
        for (size_t i = 0; i < sizeof payload; i++)
            payload[i] = (uint8_t)(random_u32() & (random_u32() & 1 ? 0xFFu : 0x01u));
        const sm_frame_t sent = {(uint8_t)random_u32(), (uint16_t)random_u32(),
                                 (uint8_t)(random_u32() % (SM_PAYLOAD_MAX + 1)), payload};
        size_t length = sm_frame_encode(sent, wire);
        const bool damage = random_u32() % 2;
        if (damage) {
            /* One to three bits: fewer than this CRC's distance, so it must always notice. */
            const size_t bits = 1 + random_u32() % 3;
            for (size_t i = 0; i < bits; i++)
                wire[random_u32() % (length - 1)] ^= (uint8_t)(1u << random_u32() % 8);
        }
        bool got_it = false;
        for (size_t i = 0; i < length; i++) {
            sm_frame_t got;
            if (!sm_receiver_push(&receiver, wire[i], &got)) continue;
            got_it = got.type == sent.type && got.seq == sent.seq && got.length == sent.length &&
                     memcmp(got.payload, payload, got.length) == 0;
            if (!got_it) false_frames++;
        }
        if (got_it) sound++;
        else damaged++;
        if (!damage && !got_it) {
            printf("a sound frame was dropped in round %ld\n", round);
            return 1;
        }
    }
    /* Damage to a length byte of COBS can look like anything; one in 65536 passes the CRC. */
    printf("receiver: %ld sound, %ld damaged, %ld mistaken\n", sound, damaged, false_frames);
    return false_frames > rounds / 5000;
}
