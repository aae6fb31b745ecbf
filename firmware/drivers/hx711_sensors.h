/* SPDX-License-Identifier: Apache-2.0 */
/* Four HX711s to SAMPLE records: one row of free-running chips after the other. */
#pragma once
#include <Arduino.h>
#include <sm_rows.h>

template <typename Bank>
class Hx711Sensors {
public:
    static constexpr uint16_t kFeatures = SM_FEATURE_COP;

    Bank bank;

    /* The bank has begun: its chips were restarted just now. */
    void begin(uint32_t rate_mhz) {
        sm_rows_begin(&rows_, rate_mhz, micros());
        next_watch_us_ = micros();
    }

    bool must_sense() const { return bank.any_ready(); }
    void give_up(uint8_t channels) { sm_rows_give_up(&rows_, channels); }

    /* Conversions were missed for a reason that is known: nobody is silent for it. */
    void excuse() { next_watch_us_ = micros() + 2 * rows_.period_us; }

    /* `device` gets rows and what is wrong; a PlateDevice. */
    template <typename Device>
    void sense(Device &device) {
        if (bank.any_ready())
            bank.read([&](const sm_conversion_t &conversion) { take(device, conversion); },
                      [&](uint8_t channel) { device.tell_dropped(channel); });
        watch(device);
    }

private:
    sm_rows_t rows_ = {};
    uint32_t next_watch_us_ = 0;

    template <typename Device>
    void take(Device &device, const sm_conversion_t &conversion) {
        sm_sample_t sample;
        const uint8_t outcome = sm_rows_push(&rows_, &conversion, &sample);
        device.look(conversion.channel, conversion.count);
        if (outcome & SM_ROW_CLOSED) {
            device.take(sample);
            device.send_sample(sample);
            device.send_cop(sample);
        }
        if (outcome & SM_CHANNEL_BACK) device.tell_back(conversion.channel);
    }

    template <typename Device>
    void watch(Device &device) {
        const uint32_t now_us = micros();
        if (!is_time_to_watch(now_us)) return;
        sm_watch_t found;
        sm_rows_watch(&rows_, now_us, &found);
        if (found.restart) bank.restart(found.restart);
        device.tell(found);
    }

    /* Who has not looked for long, as the program stalled, cannot tell who was silent: there is time
     * to look first. */
    bool is_time_to_watch(uint32_t now_us) {
        const uint32_t late_us = now_us - next_watch_us_;
        if (static_cast<int32_t>(late_us) < 0) return false;
        const bool in_time = late_us < rows_.period_us;
        if (in_time) next_watch_us_ = now_us + rows_.period_us;
        else excuse();
        return in_time;
    }
};
