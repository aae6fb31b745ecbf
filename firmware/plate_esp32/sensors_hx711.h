/* SPDX-License-Identifier: Apache-2.0 */
/* Four HX711s to SAMPLE records: one row of free-running chips after the other. */
#pragma once
#include "device_hx711.h"
#include <hx711_bank_esp32.h>
#include <plate_device.h>

static_assert(SM_CHANNELS == SM_CELLS && SM_CHANNELS == Hx711BankEsp32::kChips, "four load cells");

class Sensors {
public:
    static constexpr unsigned long kBaud = 500000;
    static constexpr uint16_t kFeatures = SM_FEATURE_COP;

    template <typename Device>
    void begin(Device &, uint8_t given_up) {
        static const uint8_t dout[] = SM_DOUT_PINS, sck[] = SM_SCK_PINS;
        bank_.begin(dout, sck);
        sm_rows_begin(&rows_, SM_RATE_MHZ, micros());
        watch_from_us_ = micros();
        sm_rows_give_up(&rows_, given_up);
    }

    bool must_sense() const { return bank_.any_ready(); }

    /* A pin of the chips chooses theirs. */
    bool takes_rate(uint32_t mhz, uint8_t rows) const { return mhz == SM_RATE_MHZ && rows <= 1; }
    template <typename Device>
    void set_rate(Device &, uint32_t, uint8_t) {}
    template <typename Device>
    void end_stream(Device &) {} /* no row waits for another */

    /* Longer than three periods it would pass for silence. */
    void memory_written() {
        bank_.forget_held_up();
        watch_from_us_ = micros() + 2 * rows_.period_us;
    }

    template <typename Device>
    void sense(Device &device) {
        bank_.read([&](const sm_conversion_t &conversion) { take(device, conversion); },
                   [&](uint8_t channel) { device.tell_dropped(channel); });
        if (static_cast<int32_t>(micros() - watch_from_us_) < 0) return;
        sm_watch_t found;
        sm_rows_watch(&rows_, micros(), &found);
        if (found.restart) bank_.restart(found.restart);
        device.tell(found);
    }

private:
    Hx711BankEsp32 bank_;
    sm_rows_t rows_ = {};
    uint32_t watch_from_us_ = 0;

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
};
