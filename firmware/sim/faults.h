/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be done to the board, each said in one line: at a time given beforehand, or live. */
#ifndef FAULTS_H
#define FAULTS_H
#include <stdbool.h>

/* For --help. */
extern const char FAULT_WORDS[];

/* Does what the line says, at once; false when it says nothing that is known. */
bool fault_now(const char *line);

/* "T,line": to be done at second T. False when it is not that. */
bool fault_at(const char *text);

/* Does what is due. */
void faults_due(void);
#endif
