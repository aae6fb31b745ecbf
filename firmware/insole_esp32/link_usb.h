/* SPDX-License-Identifier: Apache-2.0 */
/* Frames over the chip's own USB. */
#pragma once
#include "link.h"
#include <Arduino.h>
#include <esp_timer.h>

class LinkUsb : public Link {
public:
    void begin() {
        Serial.setTxBufferSize(2048);
        Serial.begin(2000000); /* USB has no baud rate; the call wants one */
    }

    bool next_command(sm_frame_t &frame, uint32_t &received_us) override {
        while (Serial.available()) {
            if (!sm_receiver_push(&receiver_, static_cast<uint8_t>(Serial.read()), &frame))
                continue;
            received_us = static_cast<uint32_t>(esp_timer_get_time());
            return true;
        }
        return false;
    }

    bool listening(uint8_t) const override { return true; }
    uint16_t room(uint8_t) const override { return SM_PAYLOAD_MAX; }

protected:
    bool put(uint8_t type, uint16_t seq, const uint8_t *payload, uint16_t length) override {
        uint8_t wire[SM_WIRE_MAX];
        const size_t n = sm_frame_encode({type, seq, static_cast<uint8_t>(length), payload}, wire);
        if (Serial.availableForWrite() < static_cast<int>(n)) return false;
        Serial.write(wire, n);
        return true;
    }

private:
    sm_receiver_t receiver_ = {};
};
