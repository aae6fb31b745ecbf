/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"
#include "sm_crc16.h"
#include "sm_frame.h"

static bool receive(sm_receiver_t *receiver, const uint8_t *wire, uint16_t length,
                    sm_frame_t *frame) {
    bool sound = false;
    for (uint16_t i = 0; i < length; i++) {
        uint8_t byte;
        LOAD(byte, wire, i);
        sound = sm_receiver_push(receiver, byte, frame);
    }
    return sound;
}

static void the_checksum_is_the_published_one(void) {
    CHECK(sm_crc16((const uint8_t *)"123456789", 9) == 0x29B1, "check value");
}

static void sound_frames_are_read(void) {
    for (size_t i = 0; i < COUNT(SOUND); i++) {
        sound_t sent;
        LOAD(sent, SOUND, i);
        about(sent.vector.name);
        sm_receiver_t receiver = {0};
        sm_frame_t frame = {0};
        const bool sound = receive(&receiver, sent.wire, sent.wire_length, &frame);
        if (sent.vector.length > SM_PAYLOAD_MAX) {
            CHECK(!sound && receiver.damaged == 1, "a frame too long for the board is dropped");
            continue;
        }
        CHECK(sound, "read");
        CHECK(frame.type == sent.type && frame.seq == sent.seq, "type and seq");
        CHECK(frame.length == sent.vector.length, "length");
        CHECK(sound && differs_from_flash(frame.payload, sent.vector.payload, frame.length) == 0,
              "payload");
    }
}

static void sound_frames_are_written(void) {
    for (size_t i = 0; i < COUNT(SOUND); i++) {
        sound_t sent;
        LOAD(sent, SOUND, i);
        if (sent.vector.length > SM_PAYLOAD_MAX) continue;
        about(sent.vector.name);
        uint8_t payload[SM_PAYLOAD_MAX], wire[SM_WIRE_MAX];
        copy_of_flash(payload, sent.vector.payload, sent.vector.length);
        const sm_frame_t frame = {sent.type, sent.seq, (uint8_t)sent.vector.length, payload};
        CHECK(sm_frame_encode(frame, wire) == sent.wire_length, "length");
        CHECK(differs_from_flash(wire, sent.wire, sent.wire_length) == 0, "bytes");
    }
}

static void a_payload_beyond_the_longest_is_cut(void) {
    uint8_t payload[255], wire[SM_WIRE_MAX];
    memset(payload, 0x55, sizeof payload);
    const sm_frame_t frame = {0x7F, 1, sizeof payload, payload};
    CHECK(sm_frame_encode(frame, wire) == SM_WIRE_MAX, "length");
    sm_receiver_t receiver = {0};
    sm_frame_t got = {0};
    bool sound = false;
    for (uint16_t i = 0; i < SM_WIRE_MAX; i++) sound = sm_receiver_push(&receiver, wire[i], &got);
    CHECK(sound && got.length == SM_PAYLOAD_MAX, "and still sound");
}

static void damaged_frames_are_dropped_and_the_next_one_is_read(void) {
    sound_t next;
    LOAD(next, SOUND, 0);
    for (size_t i = 0; i < COUNT(DAMAGED); i++) {
        damaged_t sent;
        LOAD(sent, DAMAGED, i);
        about(sent.name);
        sm_receiver_t receiver = {0};
        sm_frame_t frame = {0};
        CHECK(!receive(&receiver, sent.wire, sent.wire_length, &frame), "dropped");
        CHECK(receiver.damaged == 1, "counted once");
        CHECK(receive(&receiver, next.wire, next.wire_length, &frame), "the next is read");
    }
}

static void zeros_in_a_row_are_idle(void) {
    sm_receiver_t receiver = {0};
    sm_frame_t frame = {0};
    for (int i = 0; i < 5; i++) CHECK(!sm_receiver_push(&receiver, 0, &frame), "idle");
    CHECK(receiver.damaged == 0, "no damage");
}

/* By the definition of COBS: 254 bytes without a zero are a full block, which no zero follows. */
static void long_data_without_zeros_is_stuffed_in_blocks_of_254(void) {
    uint8_t plain[300], wire[SM_COBS_MAX(300)];
    memset(plain, 0x55, sizeof plain);
    CHECK(sm_cobs_encode(plain, 254, wire) == 255 && wire[0] == 255, "one full block");
    CHECK(sm_cobs_encode(plain, 255, wire) == 257 && wire[0] == 255 && wire[255] == 2, "and one");
    CHECK(sm_cobs_encode(plain, 300, wire) == 302 && wire[255] == 47, "and the rest");
    CHECK(sm_cobs_decode(wire, 302, wire) == 300 && memcmp(wire, plain, 300) == 0, "back");
    CHECK(sm_cobs_decode(wire, 0, wire) == 0, "nothing is nothing");
}

static void a_zero_within_stuffed_data_is_not_valid(void) {
    const uint8_t zero_in_block[] = {3, 1, 0}, zero_code[] = {2, 1, 0};
    uint8_t plain[4];
    CHECK(sm_cobs_decode(zero_in_block, 3, plain) == 0, "in a block");
    CHECK(sm_cobs_decode(zero_code, 3, plain) == 0, "for a length");
}

void test_frame(void) {
    the_checksum_is_the_published_one();
    sound_frames_are_read();
    sound_frames_are_written();
    damaged_frames_are_dropped_and_the_next_one_is_read();
    about(NULL);
    a_payload_beyond_the_longest_is_cut();
    zeros_in_a_row_are_idle();
    long_data_without_zeros_is_stuffed_in_blocks_of_254();
    a_zero_within_stuffed_data_is_not_valid();
}
