/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../plate_uno/device.h"
#include "board.h"
#include "random.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_time.h>

enum { POLL_US = 1000 };
enum { MCUSR = 0x54, POWER_ON = 1, EXTERNAL = 2, BROWN_OUT = 4 };
enum { SPMCSR = 0x57, READ_FUSES = 0x09, FUSES_FOR_CYCLES = 4 };

board_t board;

/* ---- time ----------------------------------------------------------------------------------- */

double board_wall_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - board.began.tv_sec) +
           1e-9 * (double)(now.tv_nsec - board.began.tv_nsec);
}

double board_simulated_s(void) { return (double)board.avr->cycle / board.avr->frequency; }

static avr_cycle_count_t every_millisecond(avr_t *avr, avr_cycle_count_t when, void *param) {
    (void)param;
    terminal_poll(&board.terminal);
    if (board.speed > 0) {
        const double ahead_s = board_simulated_s() / board.speed - board_wall_s();
        if (ahead_s > 0.0005) usleep((useconds_t)(ahead_s * 1e6));
    }
    return when + avr_usec_to_cycles(avr, POLL_US);
}

static void leave_pacing_to_us(avr_t *avr, avr_cycle_count_t how_long) {
    (void)avr, (void)how_long;
}

/* ---- fuses: for a few cycles after SPMCSR was told so, LPM reads them; simavr knows them not - */

static uint8_t hidden_flash[4];

static avr_cycle_count_t fuses_back(avr_t *avr, avr_cycle_count_t when, void *param) {
    (void)when, (void)param;
    memcpy(avr->flash, hidden_flash, sizeof hidden_flash);
    return 0;
}

static void spm_control_written(avr_t *avr, avr_io_addr_t at, uint8_t value, void *param) {
    (void)at, (void)param;
    if (value != READ_FUSES) return;
    const uint8_t fuses[4] = {avr->fuse[AVR_FUSE_LOW], avr->lockbits, avr->fuse[AVR_FUSE_EXT],
                              avr->fuse[AVR_FUSE_HIGH]};
    memcpy(hidden_flash, avr->flash, sizeof hidden_flash);
    memcpy(avr->flash, fuses, sizeof fuses);
    avr_cycle_timer_register(avr, FUSES_FOR_CYCLES, fuses_back, NULL);
}

static void connect_fuses(avr_t *avr, uint8_t extended) {
    avr->fuse[AVR_FUSE_LOW] = 0xFF;
    avr->fuse[AVR_FUSE_HIGH] = 0xDE;
    avr->fuse[AVR_FUSE_EXT] = extended;
    avr->lockbits = 0x0F;
    avr->io[AVR_DATA_TO_IO(SPMCSR)].w.c = spm_control_written;
}

/* ---- the board ------------------------------------------------------------------------------ */

/* A reset, the watchdog's too, drops every timer of simavr's, ours among them. */
static void after_reset(avr_t *avr) {
    if (board.core_reset) board.core_reset(avr);
    eeprom_reset(&board.eeprom);
    for (int c = 0; c < CHIPS; c++) {
        if (board.power_was_gone) hx711_power_up(&board.chip[c]);
        hx711_go_on(&board.chip[c]);
    }
    board.power_was_gone = false;
    board.stall.ends = 0;
    avr_cycle_timer_register(avr, avr_usec_to_cycles(avr, POLL_US), every_millisecond, NULL);
}

static void count_reset(avr_t *avr) {
    board.resets++;
    after_reset(avr);
}

bool board_make(const board_settings_t *settings) {
    elf_firmware_t firmware = {0};
    if (access(settings->firmware, R_OK) != 0 ||
        elf_read_firmware(settings->firmware, &firmware) != 0) {
        fprintf(stderr, "%s: no firmware there\n", settings->firmware);
        return false;
    }
    avr_t *const avr = board.avr = avr_make_mcu_by_name("atmega328p");
    avr_init(avr);
    avr->frequency = firmware.frequency = 16000000;
    avr_load_firmware(avr, &firmware);
    avr->sleep = leave_pacing_to_us;
    avr->log = LOG_ERROR;
    /* D2 and D3 are INT0 and INT1 too, which simavr would look at on every cycle they are low. */
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT0, 0);
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT1, 0);
    for (int c = 0; c < CHIPS; c++) {
        const int sck = SM_SCK_FIRST_BIT + (settings->shared_sck ? 0 : c);
        hx711_connect(&board.chip[c], avr, c, &board.load, settings->chip[c],
                      avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), SM_DOUT_FIRST_BIT + c),
                      avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), sck));
    }
    connect_fuses(avr, settings->extended_fuse);
    eeprom_connect(&board.eeprom, avr, settings->eeprom);
    board.ram_at_power_up = malloc(avr->ramend + 1u);
    return board.ram_at_power_up != NULL;
}

/* Static RAM comes up with whatever it likes. */
static void fill_ram(void) {
    avr_t *const avr = board.avr;
    for (unsigned at = avr->ioend + 1u; at <= avr->ramend; at++)
        avr->data[at] = (uint8_t)random_bits();
    memcpy(board.ram_at_power_up, avr->data, avr->ramend + 1u);
}

unsigned board_ram_untouched(void) {
    unsigned longest = 0, run = 0;
    for (unsigned at = board.avr->ioend + 1u; at <= board.avr->ramend; at++) {
        run = board.avr->data[at] == board.ram_at_power_up[at] ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    return longest;
}

void board_power_up(void) {
    clock_gettime(CLOCK_MONOTONIC, &board.began);
    fill_ram();
    board.power_was_gone = true;
    board.core_reset = board.avr->reset;
    board.avr->reset = count_reset;
    after_reset(board.avr);
}

/* ---- what may happen to it ------------------------------------------------------------------- */

static void reset_because(uint8_t cause) {
    avr_reset(board.avr);
    board.avr->data[MCUSR] = cause;
}

void board_reset_pin(void) { reset_because(EXTERNAL); }

void board_brown_out(void) {
    eeprom_power_lost(&board.eeprom);
    for (unsigned at = board.avr->ioend + 1u; at <= board.avr->ramend; at++)
        if (random_bits() % 8 == 0) board.avr->data[at] = (uint8_t)random_bits();
    board.power_was_gone = true;
    reset_because(BROWN_OUT);
}

void board_power_cut(void) {
    eeprom_power_lost(&board.eeprom);
    fill_ram();
    board.power_was_gone = true;
    reset_because(POWER_ON);
}

enum { NOWHERE = 0x7DFE };

void board_hang(void) {
    enum { JUMP_TO_ITSELF = 0xCFFF };
    board.avr->flash[NOWHERE] = JUMP_TO_ITSELF & 0xFF;
    board.avr->flash[NOWHERE + 1] = JUMP_TO_ITSELF >> 8;
    board.avr->pc = NOWHERE;
    board.avr->state = cpu_Running;
}

void board_stall(double ms) {
    board.stall.ends = board.avr->cycle + (avr_cycle_count_t)(ms * 1e-3 * board.avr->frequency);
    board.stall.goes_on_at = 0;
}

static void go_on_with_stall(void) {
    if (!board.stall.goes_on_at) {
        if (board.avr->state != cpu_Sleeping) return;
        board.stall.goes_on_at = board.avr->pc;
        board_hang();
    } else if (board.avr->cycle >= board.stall.ends && board.avr->pc == NOWHERE) {
        board.avr->pc = board.stall.goes_on_at;
        board.stall.ends = 0;
    }
}

/* simavr runs so many cycles at once where no timer of its own comes between. What is to happen at
 * one instruction looks at every one. */
static void choose_pace(void) {
    enum { TEN_MICROSECONDS = 160 };
    const bool at_every_instruction = board.stall.ends || board.eeprom.tear_at;
    board.avr->run_cycle_limit = at_every_instruction ? 1 : TEN_MICROSECONDS;
    if (at_every_instruction) board.avr->run_cycle_count = 1;
}

int board_step(void) {
    choose_pace();
    if (board.stall.ends) go_on_with_stall();
    if (board.eeprom.tear_at && eeprom_tears_now(&board.eeprom)) {
        board.eeprom.tear_at = 0;
        board_power_cut();
    }
    return avr_run(board.avr);
}
