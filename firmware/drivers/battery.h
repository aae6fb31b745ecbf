/* SPDX-License-Identifier: Apache-2.0 */
/* One lithium-polymer cell, seen through a divider. */
#pragma once
#include <Arduino.h>

class Battery {
public:
    Battery(uint8_t pin, uint16_t divider_milli) : pin_(pin), divider_milli_(divider_milli) {}

    void begin() { analogSetPinAttenuation(pin_, ADC_11db); }

    uint16_t read_mv() {
        uint32_t sum = 0;
        for (uint8_t i = 0; i < kReadings; i++) sum += analogReadMilliVolts(pin_);
        return static_cast<uint16_t>(sum * divider_milli_ / (1000u * kReadings));
    }

    /* Takes a reading; true when the battery has just become low. It stays so until it is well
     * above the limit again, for under load the voltage swings by some tens of millivolts. */
    bool watch(uint16_t mv) {
        mv_ = mv;
        const bool was_low = low_;
        low_ = mv < (low_ ? kWellMv : kLowMv);
        return low_ && !was_low;
    }

    bool low() const { return low_; }
    uint16_t mv() const { return mv_; }

    /* Typical open-circuit voltages of a 4.2 V cell at room temperature (graphite against lithium
     * cobalt oxide). Load, cold and age shift them: a guide to some ten percent, not a gauge. */
    static uint8_t percent(uint16_t mv) {
        static constexpr struct {
            uint16_t mv;
            uint8_t percent;
        } kCurve[] = {{3270, 0},  {3610, 5},  {3690, 10}, {3730, 20}, {3770, 30}, {3800, 40},
                      {3840, 50}, {3870, 60}, {3950, 70}, {4020, 80}, {4110, 90}, {4200, 100}};
        constexpr uint8_t kPoints = sizeof kCurve / sizeof kCurve[0];
        if (mv <= kCurve[0].mv) return 0;
        for (uint8_t i = 1; i < kPoints; i++) {
            if (mv > kCurve[i].mv) continue;
            const uint16_t span = kCurve[i].mv - kCurve[i - 1].mv;
            const uint8_t step = kCurve[i].percent - kCurve[i - 1].percent;
            return kCurve[i - 1].percent + (mv - kCurve[i - 1].mv) * step / span;
        }
        return 100;
    }

private:
    static constexpr uint16_t kLowMv = 3400, kWellMv = 3500;
    static constexpr uint8_t kReadings = 8;

    const uint8_t pin_;
    const uint16_t divider_milli_;
    uint16_t mv_ = 0;
    bool low_ = false;
};
