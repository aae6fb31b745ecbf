/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the load cells feel: counts over time, from a file, or as they are said to be now. */
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
} load_t;

/* Reads lines "t_s c0 c1 c2 c3"; without a path nothing is on the cells. Returns false, having said
 * why, when that cannot be done. */
bool load_open(load_t *load, const char *path, bool interpolate);

/* This is on the cells from now on, whatever the file said. */
void load_set(load_t *load, const double counts[LOAD_CHANNELS]);

double load_at(load_t *load, double t_s, int channel);
#endif
