/* SPDX-License-Identifier: Apache-2.0 */
/* The converters; a test says what is on each pin. */
#pragma once
#include "fake_board.h"

typedef enum { ADC_0db, ADC_2_5db, ADC_6db, ADC_11db } adc_attenuation_t;

namespace fake {
constexpr uint64_t kConversionNs = 40000;
inline std::map<int, std::function<double()>> volts; /* by pin; none: 0 V */
inline std::map<int, adc_attenuation_t> attenuation;
inline int resolution_bits = 12;

inline double volts_at(int pin) {
    const double held = volts.count(pin) ? volts[pin]() : 0; /* sampled, then converted */
    board.pass_ns(kConversionNs);
    return held;
}
} // namespace fake

inline void analogReadResolution(uint8_t bits) { fake::resolution_bits = bits; }
inline void analogSetPinAttenuation(uint8_t pin, adc_attenuation_t attenuation) {
    fake::attenuation[pin] = attenuation;
}
/* The range in this setting is taken to be the supply's 3.3 V; the chip's own is a little less. */
inline uint16_t analogRead(uint8_t pin) {
    const double full = fake::attenuation[pin] == ADC_11db ? 3.3 : 0.95;
    const double most = (1 << fake::resolution_bits) - 1;
    const double code = fake::volts_at(pin) / full * most + 0.5;
    return static_cast<uint16_t>(code < 0 ? 0 : code > most ? most : code);
}
inline uint32_t analogReadMilliVolts(uint8_t pin) {
    return static_cast<uint32_t>(fake::volts_at(pin) * 1000 + 0.5);
}
