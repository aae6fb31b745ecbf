/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <simavr/avr_uart.h>

static void hand_out(terminal_t *terminal) {
    const uint8_t *at = terminal->waiting, *const end = at + terminal->count;
    terminal->count = 0;
    while (at < end) {
        const ssize_t n = write(terminal->master, at, (size_t)(end - at));
        if (n > 0) {
            at += n;
            continue;
        }
        if ((errno != EAGAIN && errno != EINTR) || terminal->drop_late || terminal->closing) {
            terminal->bytes_dropped += (unsigned long)(end - at);
            return;
        }
        struct pollfd room = {.fd = terminal->master, .events = POLLOUT};
        poll(&room, 1, 100);
    }
}

static void byte_from_board(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    terminal_t *const terminal = param;
    terminal->bytes_out++;
    terminal->waiting[terminal->count++] = (uint8_t)value;
    if (terminal->count == sizeof terminal->waiting) hand_out(terminal);
}

static void board_has_room(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq, (void)value;
    ((terminal_t *)param)->board_full = false;
}

static void board_is_full(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq, (void)value;
    ((terminal_t *)param)->board_full = true;
}

static void connect_uart(terminal_t *terminal) {
    avr_t *const avr = terminal->avr;
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_t *const uart = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), 0);
    avr_irq_register_notify(uart + UART_IRQ_OUTPUT, byte_from_board, terminal);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XON, board_has_room, terminal);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XOFF, board_is_full, terminal);
    terminal->to_board = uart + UART_IRQ_INPUT;
}

bool terminal_open(terminal_t *terminal, avr_t *avr, const char *link) {
    char name[64];
    struct termios raw = {0};
    cfmakeraw(&raw);
    terminal->avr = avr;
    /* The slave stays open here, so that a reader may come and go. */
    if (openpty(&terminal->master, &terminal->slave, name, &raw, NULL) != 0) {
        perror("pseudo terminal");
        return false;
    }
    fcntl(terminal->master, F_SETFL, O_NONBLOCK);
    if (link) {
        unlink(link);
        if (symlink(name, link) != 0) {
            perror(link);
            return false;
        }
    }
    fprintf(stderr, "serial port %s\n", link ? link : name);
    connect_uart(terminal);
    return true;
}

void terminal_wait_for_host(terminal_t *terminal) {
    struct pollfd input = {.fd = terminal->master, .events = POLLIN};
    while (!terminal->closing && poll(&input, 1, 100) == 0) {
    }
}

void terminal_poll(terminal_t *terminal) {
    uint8_t byte;
    hand_out(terminal);
    while (!terminal->board_full && read(terminal->master, &byte, 1) == 1)
        avr_raise_irq(terminal->to_board, byte);
}

void terminal_drain(terminal_t *terminal) {
    /* A master that closes takes unread bytes with it, and bytes on their way through the kernel
     * are counted nowhere: only several looks at nothing say that there is nothing. */
    int waiting = 0, looks_at_nothing = 0;
    hand_out(terminal);
    if (terminal->drop_late) return;
    for (int tries = 0; tries < 500 && looks_at_nothing < 5; tries++) {
        usleep(10000);
        if (ioctl(terminal->slave, FIONREAD, &waiting) != 0) return;
        looks_at_nothing = waiting > 0 ? 0 : looks_at_nothing + 1;
    }
}
