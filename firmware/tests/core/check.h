/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that count, and vectors that stay in flash, where a board's RAM could not hold them. */
#ifndef CHECK_H
#define CHECK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVR__
#include <avr/pgmspace.h>
#define FLASH PROGMEM
#define TEXT(text) PSTR(text)
#define copy_of_flash memcpy_P
#define differs_from_flash memcmp_P
#else
#define FLASH
#define TEXT(text) (text)
#define copy_of_flash memcpy
#define differs_from_flash memcmp
#endif

/* What every vector has; `name` and `payload` are in flash. */
typedef struct {
    const char *name;
    const uint8_t *payload;
    uint16_t length;
} vector_t;

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
/* Copies an entry of a table in flash. */
#define LOAD(copy, table, i) copy_of_flash(&(copy), &(table)[i], sizeof(copy))

/* The vector that the next checks are about; NULL for none. In flash. */
void about(const char *name);
void check(bool good, const char *what, const char *file, int line);
#define CHECK(good, what) check((good), TEXT(what), TEXT(__FILE__), __LINE__)

/* One for each part of the core. */
void test_batch(void);
void test_command(void);
void test_cop(void);
void test_frame(void);
void test_insole(void);
void test_log(void);
void test_records(void);
void test_rows(void);
void test_self_test(void);
void test_slots(void);

#endif
