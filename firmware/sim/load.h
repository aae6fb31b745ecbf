/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the load cells feel: counts over time, from a file or from standard input. */
#ifndef LOAD_H
#define LOAD_H
#include <stdbool.h>
#include <stddef.h>

enum { LOAD_CHANNELS = 4 };

typedef struct {
    double t_s;
    double counts[LOAD_CHANNELS];
} load_point_t;

typedef struct {
    load_point_t *points; /* in order of time */
    size_t count, near;   /* near: where the last look-up ended */
    bool interpolate;     /* straight lines between points; without it each holds until the next */
    bool live;            /* standard input: the last line holds */
} load_t;

/* Reads lines "t_s c0 c1 c2 c3"; "-" takes lines "c0 c1 c2 c3" from standard input as they come.
 * Returns false, having said why, when that cannot be done. */
bool load_open(load_t *load, const char *path, bool interpolate);

/* Takes over lines that have come on standard input. */
void load_refresh(load_t *load);

double load_at(load_t *load, double t_s, int channel);
#endif
