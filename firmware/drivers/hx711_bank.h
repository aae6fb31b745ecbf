/* SPDX-License-Identifier: Apache-2.0 */
/* Four HX711s on an AVR, each with its own clock line.
 *
 * The chips convert on their own oscillators. With a shared clock line one chip is read while
 * another updates, and one sample in two hundred is wrong without a sign of it; so each chip is
 * clocked alone, right after its own falling edge. Chips that are ready together are clocked
 * together, one look at the port per bit. */
#pragma once
#include <Arduino.h>
#include "sm_rows.h"

class Hx711Bank {
public:
    static constexpr uint8_t kChips = 4;

    /* Lowest bits of the pins: DOUT on port D, SCK on port B, channel 0 first. */
    template <uint8_t dout_first_bit, uint8_t sck_first_bit>
    void begin() {
        static_assert(dout_first_bit >= 2 && dout_first_bit + kChips <= 8, "DOUT: D2 to D7");
        static_assert(sck_first_bit + kChips <= 6, "SCK: D8 to D13");
        dout_shift_ = dout_first_bit;
        sck_shift_ = sck_first_bit;
        DDRD &= static_cast<uint8_t>(~dout_mask());
        PORTD |= dout_mask(); /* pull-ups: a missing chip reads as never ready */
        DDRB |= clocks_of(kAll);
        PCMSK2 |= dout_mask();
        restart(kAll);
        PCICR |= _BV(PCIE2);
    }

    /* SCK high for more than 60 us powers a chip down; released, it starts anew and settles. */
    void restart(uint8_t chips) {
        PORTB |= clocks_of(chips);
        delayMicroseconds(80);
        PORTB &= static_cast<uint8_t>(~clocks_of(chips));
    }

    /* From the pin-change interrupt. A falling edge is a conversion, which is stamped and counted;
     * a rising one of a chip that was not read yet means that its conversion is gone. */
    void on_pin_change(uint32_t now_us) {
        const uint8_t low = low_now();
        const uint8_t fell = low & static_cast<uint8_t>(~low_);
        low_ = low;
        ready_ = (ready_ | fell) & low;
        for (uint8_t c = 0; c < kChips; c++) {
            if (!(fell & _BV(c))) continue;
            interval_us_[c] = now_us - at_us_[c];
            at_us_[c] = now_us;
            number_[c]++;
        }
    }

    bool any_ready() const { return ready_ != 0; }

    /* Reads every chip that is ready. `take(conversion)` gets each conversion, `drop(channel)` each
     * read-out that failed its check. Does nothing while the next conversion of one of them is just
     * about to end, for that would change the bits under the read-out; and who came so late has
     * lost a conversion, which `number` shows. */
    template <typename Take, typename Drop>
    void read(Take take, Drop drop) {
        PCICR &= static_cast<uint8_t>(~_BV(PCIE2)); /* DOUT toggles while it is read */
        on_pin_change(micros()); /* what has come since the last one: none may be missed */
        const uint8_t chips = ready_;
        if (chips & about_to_convert()) {
            PCICR |= _BV(PCIE2);
            return;
        }
        const uint8_t clocks = clocks_of(chips);
        uint8_t bits[24];
        for (uint8_t i = 0; i < 24; i++) bits[i] = pulse(clocks);
        /* The 25th pulse chooses gain 128, and leaves DOUT of a chip that is well high. */
        pulse(clocks);
        const uint8_t well = chips & static_cast<uint8_t>(~low_now());
        sm_conversion_t conversion[kChips];
        for (uint8_t c = 0; c < kChips; c++) conversion[c] = {c, number_[c], 0, at_us_[c]};
        listen_again(well);
        for (uint8_t c = 0; c < kChips; c++) {
            if (well & _BV(c)) {
                conversion[c].count = gather(bits, static_cast<uint8_t>(_BV(c) << dout_shift_));
                take(conversion[c]);
            } else if (chips & _BV(c)) {
                drop(c);
            }
        }
    }

private:
    static constexpr uint8_t kAll = 0x0F;
    /* Room for a read-out and for what delays a stamp. */
    static constexpr uint32_t kMarginUs = 500;
    volatile uint8_t low_ = 0, ready_ = 0;
    volatile uint8_t number_[kChips] = {};
    volatile uint32_t at_us_[kChips] = {}, interval_us_[kChips] = {};
    uint8_t dout_shift_ = 0, sck_shift_ = 0;

    uint8_t dout_mask() const { return static_cast<uint8_t>(kAll << dout_shift_); }
    uint8_t clocks_of(uint8_t chips) const { return static_cast<uint8_t>(chips << sck_shift_); }
    uint8_t low_now() const { return static_cast<uint8_t>(~PIND >> dout_shift_) & kAll; }

    /* A program that looks in time reads a chip long before that. A chip keeps its own period well,
     * so the one before tells when the next conversion ends. With the interrupt off. */
    uint8_t about_to_convert() const {
        const uint32_t now_us = micros();
        uint8_t chips = 0;
        for (uint8_t c = 0; c < kChips; c++) {
            const uint32_t window_began_us = at_us_[c] + interval_us_[c] - kMarginUs;
            if (now_us - window_began_us < 2 * kMarginUs) chips |= static_cast<uint8_t>(_BV(c));
        }
        return chips;
    }

    /* Chips that were read well have gone high, and may have fallen again. The others must rise
     * first: a line that is stuck low is left alone until its chip counts as silent. */
    void listen_again(uint8_t well) {
        cli();
        ready_ = 0;
        low_ = low_ & static_cast<uint8_t>(~well);
        PCIFR = _BV(PCIF2);
        PCICR |= _BV(PCIE2);
        on_pin_change(micros()); /* chips that fell while the interrupt was off */
        sei();
    }

    /* Interrupts stay off for one microsecond only, but they must: a longer one while SCK is
     * high would power the chip down. */
    static uint8_t pulse(uint8_t clocks) {
        const uint8_t sreg = SREG;
        cli();
        PORTB |= clocks;
        __builtin_avr_delay_cycles(8);
        const uint8_t pins = PIND;
        PORTB &= static_cast<uint8_t>(~clocks);
        SREG = sreg;
        return pins;
    }

    static int32_t gather(const uint8_t bits[24], uint8_t mask) {
        uint32_t value = (bits[0] & mask) ? 0xFF : 0; /* the sign, spread over the top byte */
        for (uint8_t i = 0; i < 24; i++) value = (value << 1) | ((bits[i] & mask) ? 1 : 0);
        return static_cast<int32_t>(value);
    }
};
