/* SPDX-License-Identifier: Apache-2.0 */
/* The EEPROM behind sm_slots. A byte takes 3.4 ms to write; others are served meanwhile. */
#pragma once
#include <avr/eeprom.h>
#include <sm_slots.h>

struct Eeprom {
    void (*while_it_writes)();

    sm_memory_t memory() { return {read, write, this, false}; }

private:
    static uint8_t *place(uint16_t at) { return reinterpret_cast<uint8_t *>(at); }

    static bool read(void *, uint16_t at, uint8_t *bytes, uint8_t length) {
        eeprom_read_block(bytes, place(at), length);
        return true;
    }

    static bool write(void *context, uint16_t at, const uint8_t *bytes, uint8_t length) {
        const Eeprom *const eeprom = static_cast<Eeprom *>(context);
        for (uint8_t i = 0; i < length; i++) {
            eeprom_update_byte(place(at + i), bytes[i]);
            while (!eeprom_is_ready()) eeprom->while_it_writes();
        }
        return true; /* sm_slots reads it back */
    }
};
