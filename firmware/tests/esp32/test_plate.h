/* SPDX-License-Identifier: Apache-2.0 */
/* The plate's real sketch on the fake board: loop it, talk to it, cut its power. What it sends is
 * read by a decoder of the test's own. */
#pragma once
#include "../../plate_esp32/plate_esp32.ino"
#include <cstdio>
#include <new>
#include <string>
#include <vector>

static int checks, failures;

#define CHECK(good)                                                                                \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(good)) {                                                                             \
            failures++;                                                                            \
            printf("FAILED: %s (%s, line %d)\n", #good, __func__, __LINE__);                       \
        }                                                                                          \
    } while (0)

struct Frame {
    uint8_t type;
    uint16_t seq;
    std::vector<uint8_t> payload;

    uint32_t u(size_t at, size_t bytes) const {
        uint32_t value = 0;
        for (size_t i = bytes; i-- > 0;) value = value << 8 | payload.at(at + i);
        return value;
    }
    int32_t i24(size_t at) const { return static_cast<int32_t>(u(at, 3) << 8) >> 8; }
    int32_t i32(size_t at) const { return static_cast<int32_t>(u(at, 4)); }
};

/* CRC-16/CCITT-FALSE, a bit at a time. */
static unsigned crc_of(const std::vector<uint8_t> &bytes, size_t length) {
    unsigned rest = 0xFFFF;
    for (size_t i = 0; i < length; i++)
        for (int bit = 7; bit >= 0; bit--) {
            const unsigned out = (rest >> 15 ^ bytes[i] >> bit) & 1;
            rest = (rest << 1 ^ (out ? 0x1021 : 0)) & 0xFFFF;
        }
    return rest;
}

/* Every frame of a stream; each has to be sound. */
static std::vector<Frame> frames_in(const std::vector<uint8_t> &stream) {
    std::vector<Frame> frames;
    std::vector<uint8_t> stuffed;
    for (const uint8_t byte : stream) {
        if (byte) {
            stuffed.push_back(byte);
            continue;
        }
        CHECK(stuffed.size() <= 254);
        std::vector<uint8_t> plain;
        for (size_t at = 0; at < stuffed.size(); at += stuffed[at]) {
            if (at) plain.push_back(0);
            for (size_t i = 1; i < stuffed[at]; i++) plain.push_back(stuffed.at(at + i));
        }
        stuffed.clear();
        CHECK(plain.size() >= 5);
        const size_t body = plain.size() - 2;
        CHECK((plain[body] | plain[body + 1] << 8) == static_cast<int>(crc_of(plain, body)));
        frames.push_back({plain[0], static_cast<uint16_t>(plain[1] | plain[2] << 8),
                          {plain.begin() + 3, plain.begin() + static_cast<long>(body)}});
    }
    return frames;
}

static std::vector<Frame> of_type(uint8_t type) {
    std::vector<Frame> found;
    for (const Frame &frame : frames_in(fake::link.sent))
        if (frame.type == type) found.push_back(frame);
    return found;
}

/* Code and argument of each EVENT. */
static std::vector<std::pair<unsigned, unsigned>> events() {
    std::vector<std::pair<unsigned, unsigned>> found;
    for (const Frame &frame : of_type(0x04)) found.emplace_back(frame.u(4, 1), frame.u(5, 2));
    return found;
}
using Events = std::vector<std::pair<unsigned, unsigned>>;

static size_t count_of(unsigned code) {
    size_t n = 0;
    for (const auto &event : events()) n += event.first == code;
    return n;
}

/* ---- time, power, the host ------------------------------------------------------------------- */

static uint64_t turn_ns = 10000; /* what a turn of the loop takes besides */

static void run_ms(double ms) {
    const uint64_t end_ns = fake::board.now_ns + static_cast<uint64_t>(ms * 1e6);
    while (fake::board.now_ns < end_ns) {
        loop();
        fake::board.pass_ns(turn_ns);
    }
}

/* Until the watchdog bites. */
static bool run_until_bitten(double ms) {
    const uint64_t end_ns = fake::board.now_ns + static_cast<uint64_t>(ms * 1e6);
    while (fake::board.now_ns < end_ns && !fake::watchdog.bitten()) {
        loop();
        fake::board.pass_ns(turn_ns);
    }
    return fake::watchdog.bitten();
}

/* The program anew: every variable but those in RTC memory. The chips know nothing of it. */
static void boot(esp_reset_reason_t reason) {
    fake::reset_board();
    fake::reset_reason = reason;
    plate.~PlateDevice<Board>();
    board.~Board();
    new (&board) Board;
    new (&plate) PlateDevice<Board>(board);
    setup();
}

static uint16_t host_seq;

static uint16_t command(uint8_t type, const std::vector<uint8_t> &payload = {}) {
    std::vector<uint8_t> plain = {type, static_cast<uint8_t>(host_seq),
                                  static_cast<uint8_t>(host_seq >> 8)};
    plain.insert(plain.end(), payload.begin(), payload.end());
    const unsigned crc = crc_of(plain, plain.size());
    plain.push_back(static_cast<uint8_t>(crc));
    plain.push_back(static_cast<uint8_t>(crc >> 8));
    std::vector<uint8_t> wire = {0};
    size_t mark = 0;
    for (const uint8_t byte : plain) {
        if (byte) wire.push_back(byte);
        if (byte) continue;
        wire[mark] = static_cast<uint8_t>(wire.size() - mark);
        mark = wire.size();
        wire.push_back(0);
    }
    wire[mark] = static_cast<uint8_t>(wire.size() - mark);
    wire.push_back(0);
    fake::link.received.insert(fake::link.received.end(), wire.begin(), wire.end());
    return host_seq++;
}

/* Status of the ACK to a command, or -1. The last one counts: commands may be repeated. */
static int ack_of(uint16_t seq) {
    int status = -1;
    for (const Frame &frame : of_type(0x02))
        if (frame.u(0, 2) == seq) status = static_cast<int>(frame.u(3, 1));
    return status;
}

static int ask(uint8_t type, const std::vector<uint8_t> &payload = {}) {
    const uint16_t seq = command(type, payload);
    run_ms(8); /* answers come at least 5 ms apart */
    return ack_of(seq);
}

static std::vector<uint8_t> u32(uint32_t value) {
    return {static_cast<uint8_t>(value), static_cast<uint8_t>(value >> 8),
            static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 24)};
}

/* A calibration whose every number is its own. */
static std::vector<uint8_t> calibration(uint8_t salt) {
    std::vector<uint8_t> bytes;
    for (unsigned i = 0; i < 52; i++)
        bytes.push_back(static_cast<uint8_t>(i % 4 == 3 ? 0 : salt + i));
    return bytes;
}

static void forget_what_was_sent() { fake::link.sent.clear(); }

/* For the host's own decoder: tests/firmware/test_esp32.py reads it. */
static void keep(const char *path) {
    FILE *const file = fopen(path, "wb");
    CHECK(file && fwrite(fake::link.sent.data(), 1, fake::link.sent.size(), file) ==
                      fake::link.sent.size());
    if (file) fclose(file);
}

static int verdict() {
    printf("%d checks, %d failed\n", checks, failures);
    return failures != 0;
}
