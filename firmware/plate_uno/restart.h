/* SPDX-License-Identifier: Apache-2.0 */
/* Why the board started, and what it knew before: RAM outlasts a reset by the watchdog. */
#pragma once
#include <Arduino.h>
#include <avr/boot.h>
#include <avr/eeprom.h>
#include <sm_records.h>

class Restart {
public:
    /* First of all in setup(). */
    void begin() {
        cause_ = MCUSR & (_BV(PORF) | _BV(EXTRF) | _BV(BORF) | _BV(WDRF));
        MCUSR = 0;
        const bool fresh = cause_ & (_BV(PORF) | _BV(EXTRF) | _BV(BORF));
        if (fresh || check_ != check_of(tried_)) remember(0);
    }

    /* As in INFO: the bits are those of MCUSR. */
    uint8_t cause() const { return cause_; }

    /* Channels for which the whole board was restarted already. */
    uint8_t tried() const { return tried_; }
    void remember(uint8_t channels) {
        tried_ = channels;
        check_ = check_of(channels);
    }

    static bool brown_out_detector_is_on() {
        enum { LEVELS = 7, OFF = 7 };
        eeprom_busy_wait(); /* the fuses cannot be read meanwhile */
        const uint8_t sreg = SREG;
        cli();
        const uint8_t extended = boot_lock_fuse_bits_get(GET_EXTENDED_FUSE_BITS);
        SREG = sreg;
        return (extended & LEVELS) != OFF;
    }

private:
    static_assert(int{SM_RESET_POWER_ON} == _BV(PORF) && int{SM_RESET_EXTERNAL} == _BV(EXTRF) &&
                      int{SM_RESET_BROWN_OUT} == _BV(BORF) && int{SM_RESET_WATCHDOG} == _BV(WDRF),
                  "INFO's reset cause is MCUSR");
    uint8_t cause_, tried_;
    uint32_t check_;

    static uint32_t check_of(uint8_t channels) { return 0x736F6C65UL * (channels + 1UL); }
};
