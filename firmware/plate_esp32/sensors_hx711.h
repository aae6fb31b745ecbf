/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's plate of four HX711s. */
#pragma once
#include "device_hx711.h"
#include <hx711_bank_esp32.h>
#include <hx711_sensors.h>
#include <plate_device.h>
#include <plate_facts.h>

static_assert(SM_CHANNELS == SM_CELLS && SM_CHANNELS == Hx711BankEsp32::kChips, "four load cells");

class Sensors : public Hx711Sensors<Hx711BankEsp32> {
public:
    static constexpr unsigned long kBaud = 500000;

    template <typename Device>
    void begin(Device &) {
        static const uint8_t dout[] = SM_DOUT_PINS, sck[] = SM_SCK_PINS;
        bank.begin(dout, sck);
        Hx711Sensors::begin(SM_RATE_MHZ);
    }

    /* A pin of the chips chooses theirs. */
    bool takes_rate(uint32_t mhz, uint8_t rows) const { return mhz == SM_RATE_MHZ && rows <= 1; }
    template <typename Device>
    void set_rate(Device &, uint32_t, uint8_t) {}
    template <typename Device>
    void end_stream(Device &) {} /* no row waits for another */
    void memory_written() {
        bank.forget_held_up();
        excuse();
    }
};
