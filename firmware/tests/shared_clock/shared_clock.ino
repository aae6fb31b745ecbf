/* SPDX-License-Identifier: Apache-2.0 */
/* The counter-example to the plate's wiring: one clock line for four HX711s, read when all are
 * ready, as most sketches do. Some of its samples are wrong, without a sign of it; a test shows
 * that they are. Not for use. */
#include <Arduino.h>
#include <avr/sleep.h>
#include <sm_frame.h>
#include <sm_records.h>

static const uint8_t kDout = 0x3C /* D2 to D5 */, kSck = 0x01 /* D8 */;

static bool all_ready() { return (PIND & kDout) == 0; }

static uint8_t pulse() {
    cli();
    PORTB |= kSck;
    __builtin_avr_delay_cycles(8);
    const uint8_t pins = PIND;
    PORTB &= static_cast<uint8_t>(~kSck);
    sei();
    return pins;
}

static int32_t gather(const uint8_t bits[24], uint8_t mask) {
    uint32_t value = (bits[0] & mask) ? 0xFF : 0;
    for (uint8_t i = 0; i < 24; i++) value = (value << 1) | ((bits[i] & mask) ? 1 : 0);
    return static_cast<int32_t>(value);
}

/* False when a chip does not end its read-out as it should: the only check that there is. */
static bool read(int32_t counts[SM_CELLS]) {
    uint8_t bits[24];
    for (uint8_t i = 0; i < 24; i++) bits[i] = pulse();
    pulse(); /* the 25th pulse chooses gain 128 */
    const bool well = (PIND & kDout) == kDout;
    for (uint8_t c = 0; c < SM_CELLS; c++)
        counts[c] = gather(bits, static_cast<uint8_t>(0x04 << c));
    return well;
}

ISR(PCINT2_vect) {}

void setup() {
    TCCR1B = TCCR2B = ADCSRA = 0;
    Serial.begin(500000);
    PORTD |= kDout;
    DDRB |= kSck;
    PCMSK2 |= kDout;
    PCICR |= _BV(PCIE2);
}

void loop() {
    static sm_sample_t sample;
    if (all_ready()) {
        sample.t_us = micros();
        if (read(sample.counts)) {
            uint8_t payload[SM_SAMPLE_BYTES], wire[SM_WIRE_MAX];
            const sm_frame_t frame = {SM_SAMPLE, static_cast<uint16_t>(sample.index),
                                      sm_pack_sample(&sample, payload), payload};
            Serial.write(wire, sm_frame_encode(frame, wire));
            sample.index++;
        }
    }
    set_sleep_mode(SLEEP_MODE_IDLE);
    sleep_mode(); /* a pin that changes, or the millisecond, ends it */
}
