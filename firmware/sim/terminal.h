/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board's UART on a pseudo terminal, which any serial program can open. */
#ifndef TERMINAL_H
#define TERMINAL_H
#include <simavr/sim_avr.h>
#include <stdbool.h>

typedef struct {
    avr_t *avr;
    avr_irq_t *to_board;
    int master, slave;
    bool drop_late; /* as on a real link: what a slow reader leaves is lost, time does not wait */
    bool board_full;
    volatile bool closing;
    uint8_t waiting[64]; /* what the board has sent in this millisecond */
    unsigned count;
    unsigned long bytes_out, bytes_dropped;
} terminal_t;

/* Opens the terminal; `link`, if given, becomes a symbolic link to it. False, having said why. */
bool terminal_open(terminal_t *terminal, avr_t *avr, const char *link);

/* Waits until the host has sent its first byte. */
void terminal_wait_for_host(terminal_t *terminal);

/* Hands bytes on, both ways; to be called every millisecond. */
void terminal_poll(terminal_t *terminal);

/* Lets the reader take what is left, for at most five seconds. */
void terminal_drain(terminal_t *terminal);
#endif
