/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EEPROM as it is in time: a byte takes 3.4 ms to write, and one whose power goes meanwhile is
 * neither what it was nor what it was to be. simavr's own writes at once. */
#ifndef EEPROM_H
#define EEPROM_H
#include <simavr/sim_avr.h>
#include <stdbool.h>

typedef struct {
    avr_t *avr;
    uint8_t *bytes;
    uint16_t at;               /* of the byte that is being written */
    uint8_t value;
    bool writing;
    avr_cycle_count_t ends;
    unsigned long writes, early; /* early: reads and writes while one was under way */
    unsigned long tear_at;     /* power is to go in the middle of this write; 0: of none */
} eeprom_t;

/* Takes the EEPROM over from simavr, and its contents from the file, if there is one. */
void eeprom_connect(eeprom_t *eeprom, avr_t *avr, const char *path);
void eeprom_save(const eeprom_t *eeprom, const char *path);

/* A reset lets the byte end that is being written; a loss of power does not. */
void eeprom_reset(eeprom_t *eeprom);
void eeprom_power_lost(eeprom_t *eeprom);

/* Whether the write that was to be torn is half done. */
bool eeprom_tears_now(const eeprom_t *eeprom);
#endif
