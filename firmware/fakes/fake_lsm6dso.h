/* SPDX-License-Identifier: Apache-2.0 */
/* An LSM6DSO as its data sheet (ST DS12140) describes it: registers, conversions at its own rate
 * that are new until they are read, ranges, settling, and its answer to being pushed. */
#pragma once
#include "Wire.h"
#include <cmath>

namespace fake {
class Lsm6dso : public I2cPart {
public:
    double accel_g[3] = {0, 0, 1}, gyro_dps[3] = {0, 0, 0};
    double push_g = 0.5, push_dps = 400; /* within the data sheet's limits */
    double oscillator = 1;               /* its clock against the board's */
    bool frozen = false;                 /* answers, but converts no more */
    int resets = 0;

    Lsm6dso() { reset(); }

    void write(const std::vector<uint8_t> &bytes) override {
        at_ = bytes.empty() ? at_ : bytes[0];
        for (size_t i = 1; i < bytes.size(); i++) {
            set(at_, bytes[i]);
            advance();
        }
    }
    uint8_t read() override {
        const uint8_t byte = get(at_);
        advance();
        return byte;
    }
    uint8_t reg(int at) const { return reg_[at]; }

    /* Power lost and back. */
    void reset() {
        memset(reg_, 0, sizeof reg_);
        reg_[0x0F] = 0x6C;
        reg_[0x12] = 0x04;
        reg_[0x18] = 0xE0;
        resets++;
        since_ns_ = board.now_ns;
        seen_accel_ = seen_gyro_ = 0;
    }

private:
    uint8_t reg_[128];
    uint8_t at_ = 0;
    uint64_t since_ns_ = 0, pushed_ns_ = 0; /* when the rate was set, when the push was */
    uint64_t seen_accel_ = 0, seen_gyro_ = 0;

    void advance() {
        if (reg_[0x12] & 0x04) at_++;
    }

    void set(uint8_t at, uint8_t value) {
        if (at == 0x12 && value & 1) return reset();
        if ((at == 0x10 || at == 0x11) && value >> 4 != reg_[at] >> 4) since_ns_ = board.now_ns;
        if (at == 0x14 && value != reg_[at]) pushed_ns_ = board.now_ns;
        reg_[at] = value;
    }

    double seconds() const { return static_cast<double>(board.now_ns - since_ns_) * 1e-9; }

    /* How many there have been; with the mask of CTRL4_C none counts before 70 ms. */
    uint64_t conversions(int control) const {
        static const double kRate[16] = {0, 12.5, 26, 52, 104, 208, 416, 833, 1666};
        const double rate = kRate[reg_[control] >> 4] * oscillator;
        const bool masked = reg_[0x13] & 0x08 && seconds() < 0.070;
        return rate == 0 || frozen || masked ? 0 : static_cast<uint64_t>(seconds() * rate);
    }

    int16_t count(int axis, bool gyro) const {
        const double settled = static_cast<double>(board.now_ns - pushed_ns_) > 50e6 ? 1 : 0.3;
        double value;
        if (gyro) {
            const bool pushed = (reg_[0x14] >> 2 & 3) == 1;
            const double mdps = (reg_[0x11] & 0x0E) == 0x0C ? 70 : 8.75;
            value = (gyro_dps[axis] + (pushed ? push_dps * settled : 0)) * 1000 / mdps;
        } else {
            static const double kRange[4] = {2, 16, 4, 8};
            const bool pushed = (reg_[0x14] & 3) == 1;
            value = (accel_g[axis] + (pushed ? push_g * settled : 0)) * 32768 /
                    kRange[reg_[0x10] >> 2 & 3];
        }
        return static_cast<int16_t>(std::lround(std::fmin(std::fmax(value, -32768), 32767)));
    }

    uint8_t get(uint8_t at) {
        if (at == 0x1E)
            return static_cast<uint8_t>((conversions(0x10) > seen_accel_) |
                                        (conversions(0x11) > seen_gyro_) << 1);
        if (at >= 0x22 && at < 0x2E) {
            const bool gyro = at < 0x28;
            (gyro ? seen_gyro_ : seen_accel_) = conversions(gyro ? 0x11 : 0x10);
            const int offset = at - (gyro ? 0x22 : 0x28);
            return static_cast<uint8_t>(count(offset / 2, gyro) >> 8 * (offset % 2));
        }
        return reg_[at];
    }
};
} // namespace fake
