/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs an ATmega328P image that tests itself: `run_image IMAGE`. What it writes to its serial port
 * comes out here; when it sleeps for ever, GPIOR0 is the exit code. */
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <stdio.h>
#include <stdlib.h>

enum { GPIOR0 = 0x3E, SECONDS_MOST = 600, STUCK = 2, CRASHED = 3 };

static void print(avr_irq_t *irq, uint32_t byte, void *context) {
    (void)irq;
    (void)context;
    putchar((int)byte);
}

static avr_t *load(const char *path) {
    elf_firmware_t image = {0};
    if (elf_read_firmware(path, &image) != 0) return NULL;
    avr_t *const avr = avr_make_mcu_by_name("atmega328p");
    if (!avr) return NULL;
    avr_init(avr);
    image.frequency = 16000000;
    avr_load_firmware(avr, &image);
    avr->log = LOG_ERROR;
    uint32_t flags = 0; /* the simulator's own copy of the line would come twice */
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), print,
                            NULL);
    return avr;
}

int main(int argc, char **argv) {
    avr_t *const avr = argc == 2 ? load(argv[1]) : NULL;
    if (!avr) {
        fprintf(stderr, "usage: run_image IMAGE\n");
        return CRASHED;
    }
    const avr_cycle_count_t most = (avr_cycle_count_t)avr->frequency * SECONDS_MOST;
    int state = cpu_Running;
    while (state != cpu_Done && state != cpu_Crashed && avr->cycle < most) state = avr_run(avr);
    if (state == cpu_Crashed) printf("the processor crashed\n");
    else if (state != cpu_Done) printf("not at its end after %d s\n", SECONDS_MOST);
    return state == cpu_Done ? avr->data[GPIOR0] : state == cpu_Crashed ? CRASHED : STUCK;
}
