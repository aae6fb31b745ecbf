/* SPDX-License-Identifier: Apache-2.0 */
/* An ADS131M04 on the fake board's SPI, by its data sheet, SBAS890D (sections in brackets): frames,
 * registers, status, CRC, DRDY, the FIFO of two, settling, reset by its pin, loss of power. */
#pragma once
#include "SPI.h"
#include "fake_board.h"
#include <array>

namespace fake {

class Ads131m04 {
public:
    using Counts = std::array<int32_t, 4>;
    struct Conversion {
        uint64_t t_ns;
        Counts counts;
        bool settled;
    };
    static constexpr int32_t kUnsettled = 0x123456;
    static constexpr double kClockHz = 8192000;

    /* What gain 128 makes of the inputs, by number; other gains make less of it. */
    std::function<Counts(size_t)> load = [](size_t n) {
        const auto k = static_cast<int32_t>(n);
        return Counts{k, -k, 1000 + k, -8000000 + k};
    };
    std::vector<Conversion> made;
    bool frozen = false;          /* converts no more */
    bool absent = false;          /* nothing drives DOUT */
    bool deaf = false;            /* registers keep their reset values */
    uint16_t register_at[64] = {};
    int flip_bit = -1;            /* of the next frame's answer */
    bool narrow_pulse_seen = false; /* DRDY's between two waiting conversions (8.5.1.9.1) */
    unsigned resets = 0, frames = 0;
    unsigned violations = 0;      /* wrong SPI mode, short frames, talk before the chip is ready */

    Ads131m04(int cs, int drdy, int reset) : cs_(cs), drdy_(drdy) {
        board.pin[cs].written = [this](bool level) { select(!level); };
        board.pin[reset].written = [this](bool level) { reset_pin(level); };
        on_spi = [this](uint8_t byte, uint8_t mode) { return exchange(byte, mode); };
        power_on();
    }
    /* Also after a moment without power: it says nothing but its RESET bit. */
    void power_on() {
        memset(register_at, 0, sizeof register_at);
        register_at[kId] = 0x2400;
        register_at[kMode] = 0x0510;
        register_at[kClock] = 0x0F0E;
        for (int c = 0; c < 4; c++) register_at[0x0C + 5 * c] = 0x8000;
        resets++;
        fifo_.clear();
        response_ = 0xFF24;
        ready_ns_ = board.now_ns + 5000; /* tREGACQ (6.7) */
        since_change_ = 0;
        board.drive(drdy_, true);
        /* (256 + 44) tMOD before the first conversion begins (8.4.2) */
        schedule(static_cast<uint64_t>(600 / kClockHz * 1e9));
    }
    uint64_t period_ns() const {
        return static_cast<uint64_t>(2e9 / kClockHz * (128 << (register_at[kClock] >> 2 & 7)));
    }

private:
    enum { kId = 0, kStatus = 1, kMode = 2, kClock = 3, kGain1 = 4, kFrame = 18 };

    int cs_, drdy_;
    std::deque<Counts> fifo_;
    Counts last_ = {};
    uint16_t response_ = 0xFF24, command_ = 0;
    uint64_t low_since_ns_ = 0, ready_ns_ = 0;
    unsigned life_ = 0, since_change_ = 0;
    bool held_ = false, selected_ = false, overflowed_ = false;
    std::vector<uint8_t> in_, out_;

    void schedule(uint64_t delay_ns) {
        const unsigned life = ++life_;
        board.at(board.now_ns + delay_ns + period_ns(), [this, life] { convert(life); });
    }

    /* 0 for gain 1, 7 for gain 128 (8.6.5) */
    int gain_code(int channel) const { return register_at[kGain1] >> 4 * channel & 7; }

    void convert(unsigned life) {
        if (life != life_ || held_) return;
        board.at(board.now_ns + period_ns(), [this, life] { convert(life); });
        if (frozen) return;
        Counts counts = load(made.size());
        const bool settled = since_change_++ >= 3;
        for (int c = 0; c < 4; c++)
            counts[c] = settled ? counts[c] >> (7 - gain_code(c)) : kUnsettled;
        made.push_back({board.now_ns, counts, settled});
        /* Full, it keeps the old ones, and DRDY moves every second time only (table 9-1). */
        if (fifo_.size() == 2) {
            overflowed_ = !overflowed_;
            if (overflowed_) return;
        } else {
            fifo_.push_back(counts);
        }
        if (selected_) return; /* its edge is blocked while data are read (8.5.1.5) */
        board.drive(drdy_, true);
        board.drive(drdy_, false);
    }

    void reset_pin(bool level) {
        if (!level) {
            low_since_ns_ = board.now_ns;
            held_ = true;
            return;
        }
        held_ = false;
        if ((board.now_ns - low_since_ns_) * 1e-9 * kClockHz <= 2048) { /* a synchronization */
            since_change_ = 0;
            schedule(0);
            return;
        }
        power_on();
    }

    /* ---- frames (8.5.1.7): six words of 24 bits; answers are one frame late ------------------ */

    uint16_t status() const {
        const uint16_t mode = register_at[kMode];
        return static_cast<uint16_t>((mode & 0x0F00) | (fifo_.empty() ? 0 : 0x000F));
    }

    void select(bool now) {
        if (now == selected_) return;
        selected_ = now;
        if (now) begin_frame();
        else end_frame();
    }

    void begin_frame() {
        frames++;
        in_.clear();
        out_.clear();
        if (!fifo_.empty()) last_ = fifo_.front();
        const uint16_t first = command_ == 0 && response_ != 0xFF24 ? status() : response_;
        put(static_cast<uint32_t>(first) << 8);
        for (const int32_t count : last_) put(static_cast<uint32_t>(count));
        put(static_cast<uint32_t>(crc(out_)) << 8);
        if (flip_bit >= 0) out_[flip_bit / 8] ^= static_cast<uint8_t>(1 << flip_bit % 8);
        flip_bit = -1;
    }

    void end_frame() {
        if (in_.size() < kFrame) {
            violations += !in_.empty();
            return;
        }
        if (!fifo_.empty()) fifo_.pop_front();
        overflowed_ = false;
        board.drive(drdy_, true);
        if (!fifo_.empty()) narrow_pulse();
        command_ = static_cast<uint16_t>(in_[0] << 8 | in_[1]);
        const unsigned at = command_ >> 7 & 0x3F;
        response_ = 0;
        if (command_ >> 13 == 5) response_ = at == kStatus ? status() : register_at[at];
        else if (command_ >> 13 == 3) response_ = write(at, in_[3] << 8 | in_[4]);
        else command_ = 0;
    }

    void narrow_pulse() {
        int &edge = board.pin[drdy_].edge;
        const int watched = edge;
        if (!narrow_pulse_seen) edge = 0;
        board.drive(drdy_, false);
        edge = watched;
    }

    uint16_t write(unsigned at, int word) {
        const auto value = static_cast<uint16_t>(word);
        if (at >= kMode && !deaf) {
            if (register_at[at] != value) since_change_ = 0;
            const bool new_rate = at == kClock && register_at[at] != value;
            register_at[at] = value;
            if (new_rate) schedule(0);
        }
        return static_cast<uint16_t>(0x4000 | at << 7);
    }

    uint8_t exchange(uint8_t byte, uint8_t mode) {
        if (!selected_ || absent) return 0xFF;
        if (held_ || board.now_ns < ready_ns_ || mode != SPI_MODE1) violations++;
        in_.push_back(byte);
        return in_.size() <= out_.size() ? out_[in_.size() - 1] : 0;
    }

    void put(uint32_t word) {
        for (const int shift : {16, 8, 0}) out_.push_back(static_cast<uint8_t>(word >> shift));
    }

    /* x^16 + x^12 + x^5 + 1 from FFFFh (table 8-7), a bit at a time. */
    static uint16_t crc(const std::vector<uint8_t> &bytes) {
        unsigned rest = 0xFFFF;
        for (const uint8_t byte : bytes)
            for (int bit = 7; bit >= 0; bit--) {
                const unsigned out = (rest >> 15 ^ byte >> bit) & 1;
                rest = (rest << 1 ^ (out ? 0x1021 : 0)) & 0xFFFF;
            }
        return static_cast<uint16_t>(rest);
    }
};

} // namespace fake
