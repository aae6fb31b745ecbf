/* SPDX-License-Identifier: Apache-2.0 */
/* An insole's force sensors: a CD74HC4067 connects one of sixteen to a transimpedance stage, whose
 * output the ESP32-S3's ADC1 reads (ADC2 belongs to the radio).
 *
 * The multiplexer breaks before it makes (TI SCHS209, "Features") and is fast; what takes time is
 * the stage, which has to swing from the last sensor's voltage to the next one's. Its output is
 * vref without a sensor and rises with force, so it never lies below the baseline.
 *
 * One look takes about 0.2 ms (settling, and four conversions of some 40 us), so the last of
 * sixteen cells is read 3 ms after the first.
 *
 * What cannot be seen: a sensor that carries no load is as good as an open circuit, so a broken
 * wire looks like an unloaded sensor until somebody steps on it. */
#pragma once
#include <Arduino.h>
#include <sm_insole.h>

class InsoleScan {
public:
    struct Pins {
        uint8_t select[4]; /* S0 to S3 */
        uint8_t enable;    /* E, low: one channel is connected */
        uint8_t output;    /* of the front end, on ADC1 */
        uint8_t mux_of[SM_INSOLE_CELLS_MAX];
    };

    InsoleScan(const Pins &pins, uint8_t cells) : pins_(pins), cells_(cells) {}

    void begin() {
        for (const uint8_t pin : pins_.select) pinMode(pin, OUTPUT);
        pinMode(pins_.enable, OUTPUT);
        digitalWrite(pins_.enable, LOW);
        analogReadResolution(12);
        analogSetPinAttenuation(pins_.output, ADC_11db); /* the whole supply */
    }

    void read(uint16_t *cells) {
        for (uint8_t c = 0; c < cells_; c++) {
            select(pins_.mux_of[c]);
            cells[c] = look();
        }
    }

    /* What the front end gives without any sensor. */
    uint16_t baseline() {
        digitalWrite(pins_.enable, HIGH);
        const uint16_t code = look();
        digitalWrite(pins_.enable, LOW);
        return code;
    }

private:
    /* From no load to the end of the range the stage takes some 14 us to half a code: the op-amp's
     * slope, then its bandwidth over a gain of ten (ngspice, tests/hardware/test_front_end.py). */
    static constexpr uint32_t kSettleUs = 20;
    static constexpr uint8_t kReadings = 4;

    const Pins pins_;
    const uint8_t cells_;

    void select(uint8_t channel) {
        for (uint8_t s = 0; s < 4; s++) digitalWrite(pins_.select[s], channel >> s & 1);
    }

    uint16_t look() {
        delayMicroseconds(kSettleUs);
        uint16_t sum = 0;
        for (uint8_t i = 0; i < kReadings; i++) sum += analogRead(pins_.output);
        return (sum + kReadings / 2) / kReadings;
    }
};
