/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OPTIONS_H
#define OPTIONS_H
#include "board.h"

typedef struct {
    const char *link, *input, *live, *log, *stats;
    bool wait_host, interpolate, drop_late;
    double speed, duration;
    board_settings_t board;
} options_t;

/* False, having shown the usage, when that is what is needed. */
bool options_parse(int argc, char **argv, options_t *options);
#endif
