/* SPDX-License-Identifier: Apache-2.0 */
/* TI ADS131M04: four channels that convert together. Sections, tables and "8.6.x" registers are
 * those of the data sheet, SBAS890D.
 *
 * DRDY's interrupt stamps a conversion; the loop reads it. What the chip says is believed only
 * with a sound CRC (8.3.12) and a status word as it was configured: a chip that lost its power for
 * a moment comes back with gain 1, and says so by its RESET bit (8.6.2). */
#pragma once
#include <stdint.h>
#include <string.h>
#include <sm_crc16.h>

class Ads131m04 {
public:
    static constexpr uint8_t kChannels = 4;
    /* Response, four channels and CRC of 24 bits each (8.5.1.7). */
    static constexpr uint8_t kFrameBytes = 18;

    /* How a board reaches the chip. */
    struct Bus {
        /* One frame: SPI mode 1, chip selected throughout. */
        void (*transfer)(void *context, const uint8_t *out, uint8_t *in);
        void (*hold_in_reset)(void *context, bool hold);
        void (*wait_us)(void *context, uint32_t us);
        void *context;
    };
    struct Row {
        uint32_t t_us;  /* DRDY's edge */
        uint8_t number; /* of the conversion, modulo 256 */
        int32_t counts[kChannels];
    };
    enum Outcome {
        kNothing,
        kRow,
        kSkipped, /* a sound read-out that makes no row: after a restart or a pause */
        kDamaged, /* one that failed its check */
        kWasReset /* the chip has lost its configuration: restart it */
    };

    void begin(const Bus &bus, uint32_t clkin_hz) {
        bus_ = bus;
        clkin_hz_ = clkin_hz;
    }

    bool has_rate(uint32_t rate_mhz) const { return code_of(rate_mhz) < kCodes; }
    uint32_t period_us() const { return period_us_; }

    /* Resets the chip and configures it for gain 128; true when every register reads back as it was
     * written. Conversions count on. */
    bool restart(uint32_t rate_mhz) {
        period_us_ = 1000000000u / rate_mhz;
        bus_.hold_in_reset(bus_.context, true);
        bus_.wait_us(bus_.context, kResetClocks * 1000000u / clkin_hz_ + 1);
        bus_.hold_in_reset(bus_.context, false);
        bus_.wait_us(bus_.context, kRegistersReadyUs);
        const bool configured = write(kMode, kModeWanted) &&
                                write(kClock, kAllOnHighResolution | code_of(rate_mhz) << 2) &&
                                write(kGain1, kGain128);
        unsettled_ = kSettling;
        seen_ = edges_;
        return configured;
    }

    /* For the interrupt at DRDY's falling edge, into which it is inlined: that may have to run from
     * RAM. */
    __attribute__((always_inline)) void on_ready(uint32_t now_us) {
        at_us_ = now_us;
        edges_ = static_cast<uint8_t>(edges_ + 1);
    }

    bool is_ready() const { return edges_ != seen_; }

    /* Reads the conversion that is ready, if one is. */
    Outcome read(uint32_t now_us, Row *row) {
        uint8_t edges;
        uint32_t at_us;
        do { /* the interrupt may come between */
            edges = edges_;
            at_us = at_us_;
        } while (edges != edges_);
        const uint8_t fresh = static_cast<uint8_t>(edges - seen_);
        if (!fresh) return kNothing;
        seen_ = edges;
        /* Interrupts that were held up (the flash is written) leave one edge of many. */
        const bool paused = fresh > 1 || at_us - last_us_ > period_us_ + period_us_ / 2;
        const bool late = static_cast<int32_t>(now_us - at_us + kReadUs) >
                          static_cast<int32_t>(period_us_);
        last_us_ = at_us;
        return paused || late ? flush() : take(at_us, row);
    }

private:
    enum Register : uint8_t { kMode = 2, kClock = 3, kGain1 = 4 };
    enum : uint16_t {
        kNull = 0x0000,
        kReadRegister = 0xA000,  /* 101a aaaa annn nnnn (8.5.1.10.7) */
        kWriteRegister = 0x6000, /* 011a aaaa annn nnnn, answered by 010a ... (8.5.1.10.8) */
        kWritten = 0x4000,
    };
    enum : uint16_t {
        kModeWanted = 0x0110,          /* RESET cleared, 24 bits, CCITT, time-out on (8.6.3) */
        kAllOnHighResolution = 0x0F02, /* 8.6.4; OSR goes to bits 2 to 4 */
        kGain128 = 0x7777,             /* 8.6.5 */
    };
    enum : uint16_t { kStatusReset = 1u << 10, kStatusResync = 1u << 14, kStatusReady = 0x000F };
    static constexpr uint16_t kStatusWanted = 0x0100; /* 24-bit words, nothing else (8.6.2) */

    static constexpr uint32_t kResetClocks = 2049;   /* more than 2048, tw(RSL), 6.6 */
    static constexpr uint32_t kRegistersReadyUs = 6; /* tREGACQ is 5 us, 6.7 */
    /* The sinc3 filter needs three conversions (8.4.2); the first after a restart is flushed. */
    static constexpr uint8_t kSettling = 3;
    /* Two frames at 8 MHz. A read-out that meets the next conversion hides its DRDY (8.5.1.5). */
    static constexpr uint32_t kReadUs = 40;

    /* OSR codes of the CLOCK register: 128 << code. For code 7 that register's description says
     * 16256, but tables 8-2, 8-3 and 7-1 say 16384, and 250 samples a second. */
    static constexpr uint8_t kCodes = 8;
    static constexpr uint32_t kLowestOsr = 128;

    Bus bus_ = {};
    uint32_t clkin_hz_ = 0, period_us_ = 0;
    volatile uint32_t at_us_ = 0;
    volatile uint8_t edges_ = 0;
    uint8_t seen_ = 0, unsettled_ = 0, number_ = 0;
    bool counting_ = false;
    uint32_t last_us_ = 0, row_us_ = 0;
    uint8_t frame_[kFrameBytes] = {};

    /* fDATA = fCLKIN / 2 / OSR (8.3.7); kCodes when no code gives that rate. */
    uint16_t code_of(uint32_t rate_mhz) const {
        uint16_t code = 0;
        while (code < kCodes && clkin_hz_ * 500ull != rate_mhz * (kLowestOsr << code)) code++;
        return code;
    }

    /* ---- rows -------------------------------------------------------------------------------- */

    Outcome take(uint32_t at_us, Row *row) {
        const Outcome outcome = exchange();
        if (outcome != kRow) return outcome;
        if (unsettled_) {
            unsettled_--;
            return kSkipped;
        }
        count(at_us);
        row->t_us = at_us;
        row->number = number_;
        for (uint8_t c = 0; c < kChannels; c++) row->counts[c] = counts_of(c);
        return kRow;
    }

    /* After a pause two old conversions wait in the chip; both have to go, at once, or all that
     * comes later is late by one (8.5.1.9.1). */
    Outcome flush() {
        Outcome outcome = kRow;
        for (uint8_t i = 0; i < 4 && outcome == kRow; i++) outcome = exchange();
        return outcome == kRow ? kSkipped : outcome;
    }

    /* Counted by the clock and not by the edges: after a pause not every conversion had one. */
    void count(uint32_t at_us) {
        uint32_t steps = (at_us - row_us_ + period_us_ / 2) / period_us_;
        if (!counting_ || steps == 0) steps = 1;
        if (steps > 1 && steps % 256 == 1) steps++; /* a hole must not look like none */
        number_ = static_cast<uint8_t>(number_ + steps);
        row_us_ = at_us;
        counting_ = true;
    }

    int32_t counts_of(uint8_t channel) const {
        const uint8_t *const word = frame_ + 3 * (1 + channel);
        const uint32_t top = static_cast<uint32_t>(word[0]) << 24;
        return static_cast<int32_t>(top | word[1] << 16 | word[2] << 8) >> 8;
    }

    /* ---- frames ------------------------------------------------------------------------------ */

    /* kRow: the frame holds a conversion that was not read before. kSkipped: it holds none. */
    Outcome exchange() {
        if (!transfer(kNull, 0)) return kDamaged;
        const uint16_t status = response();
        if (status & kStatusReset) return kWasReset;
        if ((status & ~(kStatusResync | kStatusReady)) != kStatusWanted) return kDamaged;
        return (status & kStatusReady) == kStatusReady ? kRow : kSkipped;
    }

    uint16_t response() const { return static_cast<uint16_t>(frame_[0] << 8 | frame_[1]); }

    /* Sends a command with one word of data; true when what came back has a sound CRC. */
    bool transfer(uint16_t command, uint16_t data) {
        uint8_t out[kFrameBytes] = {};
        out[0] = static_cast<uint8_t>(command >> 8);
        out[1] = static_cast<uint8_t>(command);
        out[3] = static_cast<uint8_t>(data >> 8);
        out[4] = static_cast<uint8_t>(data);
        bus_.transfer(bus_.context, out, frame_);
        const uint8_t *const crc = frame_ + kFrameBytes - 3;
        return sm_crc16(frame_, kFrameBytes - 3) == (crc[0] << 8 | crc[1]);
    }

    /* Each command is answered in the frame after it. */
    bool write(Register at, uint16_t value) {
        const uint16_t place = static_cast<uint16_t>(at << 7);
        transfer(kWriteRegister | place, value);
        const bool written = transfer(kReadRegister | place, 0) && response() == (kWritten | place);
        return transfer(kNull, 0) && written && response() == value;
    }
};
