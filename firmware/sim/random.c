/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random.h"
#include <math.h>

static uint64_t state = 1;

void random_seed(uint64_t seed) { state = seed; }

/* SplitMix64 (Steele, Lea & Flood 2014). */
uint64_t random_bits(void) {
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double uniform(void) {
    return ((double)(random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

/* Box and Muller. */
double random_normal(void) { return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform()); }
