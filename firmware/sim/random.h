/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same seed, the same noise, on every machine. */
#ifndef RANDOM_H
#define RANDOM_H
#include <stdint.h>

void random_seed(uint64_t seed);
uint64_t random_bits(void);
double random_normal(void);
#endif
