/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "eeprom.h"
#include "random.h"
#include <stdio.h>
#include <simavr/avr_eeprom.h>
#include <simavr/sim_io.h>
#include <simavr/sim_time.h>

enum { BYTES = 1024, WRITE_US = 3400 };
enum { EECR = 0x3F, EEDR = 0x40, EEARL = 0x41, EEARH = 0x42 };
enum { READ = 1, WRITE = 2, ENABLE_WRITE = 4, READY_INTERRUPT = 8 };
enum { ENABLED_FOR_CYCLES = 4 };

static void end_write(eeprom_t *eeprom) {
    if (!eeprom->writing) return;
    eeprom->bytes[eeprom->at] = eeprom->value;
    eeprom->writing = false;
    eeprom->avr->data[EECR] &= (uint8_t)~WRITE;
}

static avr_cycle_count_t write_ended(avr_t *avr, avr_cycle_count_t when, void *param) {
    (void)avr, (void)when;
    end_write(param);
    return 0;
}

static avr_cycle_count_t not_enabled_any_more(avr_t *avr, avr_cycle_count_t when, void *param) {
    (void)when, (void)param;
    avr->data[EECR] &= (uint8_t)~ENABLE_WRITE;
    return 0;
}

static uint16_t address(const avr_t *avr) {
    return (uint16_t)(avr->data[EEARL] | avr->data[EEARH] << 8) % BYTES;
}

static void begin_write(eeprom_t *eeprom) {
    avr_t *const avr = eeprom->avr;
    eeprom->at = address(avr);
    eeprom->value = avr->data[EEDR];
    eeprom->writing = true;
    eeprom->writes++;
    eeprom->ends = avr->cycle + avr_usec_to_cycles(avr, WRITE_US);
    avr_cycle_timer_register(avr, eeprom->ends - avr->cycle, write_ended, eeprom);
}

static void control_written(avr_t *avr, avr_io_addr_t at, uint8_t value, void *param) {
    (void)at;
    eeprom_t *const eeprom = param;
    const bool enabled = avr->data[EECR] & ENABLE_WRITE;
    uint8_t control = value & (READY_INTERRUPT | ENABLE_WRITE);
    if (eeprom->writing && ((value & READ) || ((value & WRITE) && enabled))) eeprom->early++;
    if ((value & READ) && !eeprom->writing) avr->data[EEDR] = eeprom->bytes[address(avr)];
    if ((value & WRITE) && enabled && !eeprom->writing) {
        begin_write(eeprom);
        control &= (uint8_t)~ENABLE_WRITE;
    } else if ((value & ENABLE_WRITE) && !enabled) {
        avr_cycle_timer_register(avr, ENABLED_FOR_CYCLES, not_enabled_any_more, NULL);
    }
    avr->data[EECR] = control | (eeprom->writing ? WRITE : 0);
}

void eeprom_connect(eeprom_t *eeprom, avr_t *avr, const char *path) {
    avr_eeprom_desc_t all = {.ee = NULL, .offset = 0, .size = BYTES};
    avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &all); /* says -1 when it has worked */
    eeprom->avr = avr;
    eeprom->bytes = all.ee;
    avr->io[AVR_DATA_TO_IO(EECR)].w.c = control_written;
    avr->io[AVR_DATA_TO_IO(EECR)].w.param = eeprom;
    FILE *const file = path ? fopen(path, "rb") : NULL;
    if (!file) return;
    if (fread(eeprom->bytes, 1, BYTES, file) != BYTES) fprintf(stderr, "%s: too short\n", path);
    fclose(file);
}

void eeprom_save(const eeprom_t *eeprom, const char *path) {
    FILE *const file = path ? fopen(path, "wb") : NULL;
    if (!file) return;
    fwrite(eeprom->bytes, 1, BYTES, file);
    fclose(file);
}

void eeprom_reset(eeprom_t *eeprom) { end_write(eeprom); }

/* A byte is first erased, bit by bit to ones, then written, bit by bit to zeros. */
void eeprom_power_lost(eeprom_t *eeprom) {
    if (!eeprom->writing) return;
    eeprom->writing = false;
    uint8_t *const byte = &eeprom->bytes[eeprom->at];
    const uint64_t chance = random_bits();
    const bool was_erased = chance & 0x100;
    *byte = (was_erased ? eeprom->value : *byte) | (uint8_t)chance;
}

bool eeprom_tears_now(const eeprom_t *eeprom) {
    const avr_cycle_count_t half = avr_usec_to_cycles(eeprom->avr, WRITE_US / 2);
    return eeprom->writing && eeprom->writes == eeprom->tear_at &&
           eeprom->avr->cycle + half >= eeprom->ends;
}
