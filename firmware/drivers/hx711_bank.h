/* SPDX-License-Identifier: Apache-2.0 */
/* Four HX711s on an AVR, each with its own clock line.
 *
 * The chips convert on their own oscillators. With a shared clock line one chip is read while
 * another updates, and one sample in two hundred is wrong without a sign of it; so each chip is
 * clocked alone, right after its own falling edge. Chips that are ready together are clocked
 * together, one look at the port per bit. */
#pragma once
#include <Arduino.h>

class Hx711Bank {
public:
    static constexpr uint8_t kChips = 4;

    /* Pins as masks' lowest bits: DOUT on port D, SCK on port B, channel 0 first. */
    template <uint8_t dout_first_bit, uint8_t sck_first_bit>
    void begin() {
        static_assert(dout_first_bit >= 2 && dout_first_bit + kChips <= 8, "DOUT: D2 to D7");
        static_assert(sck_first_bit + kChips <= 6, "SCK: D8 to D13");
        dout_shift_ = dout_first_bit;
        sck_shift_ = sck_first_bit;
        DDRD &= static_cast<uint8_t>(~dout_mask());
        PORTD |= dout_mask(); /* pull-ups: a missing chip reads as never ready */
        DDRB |= static_cast<uint8_t>(0x0F << sck_shift_);
        PCMSK2 |= dout_mask();
        restart(0x0F);
        PCICR |= _BV(PCIE2);
    }

    /* SCK high for more than 60 us powers a chip down; released, it starts anew and settles. */
    void restart(uint8_t chips) {
        PORTB |= static_cast<uint8_t>(chips << sck_shift_);
        delayMicroseconds(80);
        PORTB &= static_cast<uint8_t>(~(chips << sck_shift_));
    }

    /* From the pin-change interrupt: stamps every chip that has just become ready. */
    void on_pin_change(uint32_t now_us) {
        uint8_t fell = static_cast<uint8_t>((~PIND & dout_mask()) >> dout_shift_);
        fell &= static_cast<uint8_t>(~ready_);
        for (uint8_t c = 0; c < kChips; c++)
            if (fell & _BV(c)) at_us_[c] = now_us;
        ready_ |= fell;
    }

    bool any_ready() const { return ready_ != 0; }

    /* Reads every chip that is ready. `take(channel, count, t_us)` gets each conversion,
     * `drop(channel)` each read-out that failed its check. */
    template <typename Take, typename Drop>
    void read(Take take, Drop drop) {
        PCICR &= static_cast<uint8_t>(~_BV(PCIE2)); /* DOUT toggles while it is read */
        const uint8_t chips = ready_;
        const uint8_t clocks = static_cast<uint8_t>(chips << sck_shift_);
        uint8_t bits[24];
        for (uint8_t i = 0; i < 24; i++) bits[i] = pulse(clocks);
        /* The 25th pulse chooses gain 128, and leaves DOUT of a chip that is well high. */
        pulse(clocks);
        const uint8_t well = static_cast<uint8_t>(PIND >> dout_shift_);
        uint32_t at_us[kChips];
        for (uint8_t c = 0; c < kChips; c++) at_us[c] = at_us_[c];
        resume();
        for (uint8_t c = 0; c < kChips; c++) {
            if (!(chips & _BV(c))) continue;
            if (well & _BV(c)) take(c, gather(bits, static_cast<uint8_t>(_BV(c) << dout_shift_)),
                                    at_us[c]);
            else drop(c);
        }
    }

private:
    volatile uint8_t ready_ = 0;
    volatile uint32_t at_us_[kChips] = {};
    uint8_t dout_shift_ = 0, sck_shift_ = 0;

    uint8_t dout_mask() const { return static_cast<uint8_t>(0x0F << dout_shift_); }

    void resume() {
        cli();
        ready_ = 0;
        PCIFR = _BV(PCIF2);
        PCICR |= _BV(PCIE2);
        on_pin_change(micros()); /* a chip that fell while the interrupt was off */
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
