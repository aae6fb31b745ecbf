/* SPDX-License-Identifier: Apache-2.0 */
/* Four HX711s on an ESP32, each with its own clock line; see hx711_bank.h for why.
 *
 * The falling edge of DOUT is a conversion: its interrupt stamps and counts it, the loop reads it.
 * SCK high for more than 60 us would power a chip down, so each pulse is a critical section, and
 * only the pulse: nothing can come between its edges, and interrupts wait for a microsecond. */
#pragma once
#include <Arduino.h>
#include <sm_rows.h>

struct Hx711Chip {
    uint8_t dout, sck;
    volatile bool ready, reading;
    volatile uint8_t number;
    volatile uint32_t at_us;

    /* Inlined into the interrupt, which has to run from RAM. */
    __attribute__((always_inline)) void stamp(uint32_t now_us) {
        /* At 80 to 94 conversions a second none follows so soon: it is a data bit or a spike. */
        if (now_us - at_us < 1000) return;
        at_us = now_us;
        number = static_cast<uint8_t>(number + 1);
        ready = true;
    }
};

/* Not a member: one that is defined in its class cannot be placed in RAM. DOUT toggles while it is
 * read, and an edge of then may be told late, when it is high again. */
static void IRAM_ATTR hx711_on_fall(void *of) {
    Hx711Chip &chip = *static_cast<Hx711Chip *>(of);
    if (!chip.reading && digitalRead(chip.dout) == LOW) chip.stamp(micros());
}

class Hx711BankEsp32 {
public:
    static constexpr uint8_t kChips = 4;

    void begin(const uint8_t dout[kChips], const uint8_t sck[kChips]) {
        for (uint8_t c = 0; c < kChips; c++) {
            chip_[c].dout = dout[c];
            chip_[c].sck = sck[c];
            pinMode(dout[c], INPUT_PULLUP); /* a missing chip reads as never ready */
            pinMode(sck[c], OUTPUT);
            attachInterruptArg(dout[c], hx711_on_fall, &chip_[c], FALLING);
        }
        restart(kAll);
    }

    /* SCK high for more than 60 us powers a chip down; released, it starts anew and settles. */
    void restart(uint8_t chips) {
        for (uint8_t c = 0; c < kChips; c++)
            if (chips & (1u << c)) {
                chip_[c].ready = false;
                digitalWrite(chip_[c].sck, HIGH);
            }
        delayMicroseconds(80);
        for (uint8_t c = 0; c < kChips; c++)
            if (chips & (1u << c)) digitalWrite(chip_[c].sck, LOW);
    }

    bool any_ready() const {
        for (const Hx711Chip &chip : chip_)
            if (chip.ready) return true;
        return false;
    }

    /* Reads every chip that is ready. `take(conversion)` gets each conversion, `drop(channel)` each
     * read-out that failed its check. */
    template <typename Take, typename Drop>
    void read(Take take, Drop drop) {
        for (uint8_t c = 0; c < kChips; c++) {
            if (!chip_[c].ready || leave(chip_[c])) continue;
            sm_conversion_t conversion = {c, chip_[c].number, 0, chip_[c].at_us};
            if (read_out(chip_[c], &conversion.count)) take(conversion);
            else drop(c);
        }
    }

    /* Interrupts were held up (the flash was written): the stamps of now are late, and not every
     * conversion had one. Left alone, each chip's next will be in time. */
    void forget_held_up() {
        for (Hx711Chip &chip : chip_) {
            portENTER_CRITICAL(&mux_);
            chip.ready = false;
            chip.number = static_cast<uint8_t>(chip.number + 1); /* shows a loss in any case */
            portEXIT_CRITICAL(&mux_);
        }
    }

private:
    static constexpr uint8_t kAll = 0x0F;
    /* The next conversion, 10.6 ms later at the soonest, would spoil a read-out without a sign. */
    static constexpr uint32_t kInTimeUs = 10000;
    Hx711Chip chip_[kChips] = {};
    portMUX_TYPE mux_ = portMUX_INITIALIZER_UNLOCKED;

    /* The 25th pulse chooses gain 128, and leaves DOUT of a chip that is well high. One that is not
     * must rise first: a line that is stuck low is left alone until its chip counts as silent. */
    bool read_out(Hx711Chip &chip, int32_t *count) {
        chip.reading = true;
        uint32_t bits = 0;
        for (uint8_t i = 0; i < 24; i++) bits = bits << 1 | (pulse(chip) ? 1 : 0);
        const bool rose = pulse(chip);
        const bool in_time = is_in_time(chip);
        portENTER_CRITICAL(&mux_);
        chip.ready = chip.reading = false;
        /* It may have fallen while nobody listened. */
        if (rose && digitalRead(chip.dout) == LOW) chip.stamp(micros());
        portEXIT_CRITICAL(&mux_);
        *count = static_cast<int32_t>(bits << 8) >> 8;
        return rose && in_time;
    }

    static bool is_in_time(const Hx711Chip &chip) { return micros() - chip.at_us < kInTimeUs; }

    /* True when this conversion is no more to be had: the loop came too late, or the chip was
     * restarted. Its number shows that it is gone. */
    bool leave(Hx711Chip &chip) {
        portENTER_CRITICAL(&mux_);
        const bool gone = !is_in_time(chip) || digitalRead(chip.dout) == HIGH;
        if (gone) chip.ready = false;
        portEXIT_CRITICAL(&mux_);
        return gone;
    }

    bool pulse(const Hx711Chip &chip) {
        portENTER_CRITICAL(&mux_);
        digitalWrite(chip.sck, HIGH);
        delayMicroseconds(1);
        const bool bit = digitalRead(chip.dout) == HIGH;
        digitalWrite(chip.sck, LOW);
        portEXIT_CRITICAL(&mux_);
        delayMicroseconds(1);
        return bit;
    }
};
