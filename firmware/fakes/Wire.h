/* SPDX-License-Identifier: Apache-2.0 */
/* I2C with parts at its addresses. */
#pragma once
#include "fake_board.h"

namespace fake {
struct I2cPart {
    virtual ~I2cPart() = default;
    virtual void write(const std::vector<uint8_t> &bytes) = 0;
    virtual uint8_t read() = 0;
};
struct I2cBus {
    std::map<int, I2cPart *> part;
    bool broken = false; /* nobody answers, and each try takes the time-out */
    bool open = false;
    uint32_t hz = 100000, time_out_ms = 50;

    /* Nine clocks a byte, the address too. */
    I2cPart *address(int at, size_t bytes) {
        const bool answers = open && !broken && part.count(at);
        board.pass_ns(broken ? time_out_ms * 1000000ull
                             : (answers ? bytes + 1 : 1) * 9000000000ull / hz);
        return answers ? part[at] : nullptr;
    }
};
inline I2cBus i2c;
} // namespace fake

class TwoWire {
public:
    bool begin(int, int, uint32_t frequency = 0) {
        fake::i2c.open = true;
        if (frequency) fake::i2c.hz = frequency;
        return true;
    }
    bool end() {
        fake::i2c.open = false;
        return true;
    }
    void setTimeOut(uint16_t timeOutMillis) { fake::i2c.time_out_ms = timeOutMillis; }
    void beginTransmission(uint8_t address) {
        address_ = address;
        written_.clear();
    }
    size_t write(uint8_t byte) {
        written_.push_back(byte);
        return 1;
    }
    uint8_t endTransmission(bool = true) {
        fake::I2cPart *const part = fake::i2c.address(address_, written_.size());
        if (!part) return 2; /* the address was not acknowledged */
        part->write(written_);
        return 0;
    }
    size_t requestFrom(uint8_t address, size_t size, bool = true) {
        received_.clear();
        fake::I2cPart *const part = fake::i2c.address(address, size);
        for (size_t i = 0; part && i < size; i++) received_.push_back(part->read());
        return received_.size();
    }
    int read() {
        if (received_.empty()) return -1;
        const uint8_t byte = received_.front();
        received_.pop_front();
        return byte;
    }

private:
    uint8_t address_ = 0;
    std::vector<uint8_t> written_;
    std::deque<uint8_t> received_;
};
inline TwoWire Wire;
