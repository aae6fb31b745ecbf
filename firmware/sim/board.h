/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An Arduino Uno with four HX711s: what is wired to what, and how power and resets come and go. */
#ifndef BOARD_H
#define BOARD_H
#include "eeprom.h"
#include "hx711.h"
#include "terminal.h"
#include <time.h>

enum { CHIPS = LOAD_CHANNELS };

typedef struct {
    const char *firmware, *eeprom; /* files; eeprom may be NULL */
    hx711_settings_t chip[CHIPS];
    uint8_t extended_fuse;
    bool shared_sck; /* one clock line for all chips */
} board_settings_t;

typedef struct {
    avr_t *avr;
    hx711_t chip[CHIPS];
    eeprom_t eeprom;
    load_t load;
    terminal_t terminal;
    double speed; /* 1 real time, 0 as fast as it goes */
    struct timespec began;
    unsigned long resets;
    bool power_was_gone;
    uint8_t *ram_at_power_up; /* to see how much of it the program has touched */
    struct {
        avr_cycle_count_t ends; /* 0: runs as it should */
        avr_flashaddr_t goes_on_at;
    } stall;
    void (*core_reset)(avr_t *avr);
} board_t;

/* There is one board to a process, as simavr's reset hook knows no other way to find it. */
extern board_t board;

/* False, having said why, when that cannot be done. */
bool board_make(const board_settings_t *settings);
void board_power_up(void);

/* Runs the program for one instruction, or to the next thing that wakes it; simavr's state. */
int board_step(void);

double board_simulated_s(void);
double board_wall_s(void);
/* Bytes of RAM, in one piece, that the program has never touched since power came. */
unsigned board_ram_untouched(void);

/* ---- what may happen to it ---- */
void board_reset_pin(void);
/* The supply sinks far enough for the detector: RAM is mostly kept. */
void board_brown_out(void);
/* The supply is gone, and comes back. */
void board_power_cut(void);
/* An endless loop where the image does not reach: interrupts go on, the program does not. */
void board_hang(void);
/* The same, for a while; it begins when the program has nothing to do. */
void board_stall(double ms);
#endif
