/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the tests of the core: all, or on an AVR, whose flash would not hold them, those of ONLY. */
#include "check.h"
#include <stdio.h>

#ifdef __AVR__
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

static int put(char byte, FILE *stream) {
    (void)stream;
    while (!(UCSR0A & _BV(UDRE0))) {}
    UDR0 = (uint8_t)byte;
    return 0;
}

static FILE serial = FDEV_SETUP_STREAM(put, NULL, _FDEV_SETUP_WRITE);

static void begin(void) {
    UCSR0B = _BV(TXEN0);
    stdout = &serial;
}

/* The simulator ends when the processor sleeps for ever, and takes GPIOR0 for the exit code. */
static int end(int code) {
    GPIOR0 = (uint8_t)code;
    cli();
    sleep_enable();
    sleep_cpu();
    return code;
}

#define print printf_P
#define IN_FLASH "%S"
#else
static void begin(void) {}
static int end(int code) { return code; }
#define print printf
#define IN_FLASH "%s"
#endif

static long checks, failures;
static const char *subject;

void about(const char *name) { subject = name; }

void check(bool good, const char *what, const char *file, int line) {
    checks++;
    if (good) return;
    failures++;
    print(TEXT("FAILED: " IN_FLASH " (" IN_FLASH ":%d)"), what, file, line);
    if (subject) print(TEXT(" of \"" IN_FLASH "\""), subject);
    print(TEXT("\n"));
}

int main(void) {
    static void (*const tests[])(void) = {
#ifdef ONLY
        ONLY,
#else
        test_batch, test_command, test_cop,  test_frame,     test_insole,
        test_log,   test_records, test_rows, test_self_test, test_slots,
#endif
    };
    begin();
    for (size_t i = 0; i < COUNT(tests); i++) {
        about(NULL);
        tests[i]();
    }
    print(TEXT("core: %ld checks, %ld failed\n"), checks, failures);
    return end(failures != 0 || checks == 0);
}
