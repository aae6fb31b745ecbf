/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that wait for the serial port, whose own buffer holds only one. */
#pragma once
#include <Arduino.h>

class Outbox {
public:
    static constexpr uint8_t kBytes = 255;

    uint8_t room() const { return static_cast<uint8_t>(kBytes - used()); }

    /* There must be room. */
    void put(const uint8_t *bytes, uint8_t length) {
        for (uint8_t i = 0; i < length; i++) ring_[in_++] = bytes[i];
    }

    /* As much as the port takes without waiting. */
    void pump() {
        int room = Serial.availableForWrite();
        for (; room > 0 && used(); room--) Serial.write(ring_[out_++]);
    }

private:
    uint8_t ring_[kBytes + 1];
    uint8_t in_ = 0, out_ = 0; /* modulo 256 */

    uint8_t used() const { return static_cast<uint8_t>(in_ - out_); }
};
