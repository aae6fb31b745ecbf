/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads and faults said while the board runs: on standard input, or on a socket. */
#ifndef LIVE_H
#define LIVE_H
#include <stdbool.h>

/* `where`: "-" standard input, ":PORT" a TCP port of this machine, else the path of a UNIX socket.
 * False, having said why. */
bool live_open(const char *where);

/* Obeys the lines that have come, and answers each on a socket with "done" or "not understood". */
void live_obey(void);

void live_close(void);
#endif
