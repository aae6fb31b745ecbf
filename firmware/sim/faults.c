/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faults.h"
#include "board.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char FAULT_WORDS[] =
    "  A B C D            counts on the cells, from now on\n"
    "  silent C           chip C gives nothing any more\n"
    "  short C            DOUT of chip C is shorted to ground\n"
    "  open C HOW         a wire of chip C's bridge is open: high, low or floating\n"
    "  mend C             chip C is whole again\n"
    "  reset              the reset pin\n"
    "  brownout           the supply sinks: a reset, RAM in part garbled, the chips start anew\n"
    "  powercut           the supply goes and comes back\n"
    "  tear K             the supply goes in the middle of the K-th EEPROM byte write from now\n"
    "  hang               the program hangs for ever; interrupts go on\n"
    "  stall MS           the program hangs for so long\n";

/* ---- one line ------------------------------------------------------------------------------- */

static bool break_chip(int c, const char *word, const char *how) {
    if (c < 0 || c >= CHIPS) return false;
    hx711_faults_t faults = board.chip[c].faults;
    if (strcmp(word, "silent") == 0) faults.silent = true;
    else if (strcmp(word, "short") == 0) faults.shorted = true;
    else if (strcmp(word, "mend") == 0) memset(&faults, 0, sizeof faults);
    else if (strcmp(word, "open") != 0) return false;
    else if (strcmp(how, "high") == 0) faults.bridge = BRIDGE_HIGH;
    else if (strcmp(how, "low") == 0) faults.bridge = BRIDGE_LOW;
    else if (strcmp(how, "floating") == 0) faults.bridge = BRIDGE_FLOATING;
    else return false;
    hx711_break(&board.chip[c], faults);
    return true;
}

static bool strike_board(const char *word) {
    static const struct {
        const char *word;
        void (*strike)(void);
    } all[] = {{"reset", board_reset_pin},
               {"brownout", board_brown_out},
               {"powercut", board_power_cut},
               {"hang", board_hang}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(word, all[i].word) != 0) continue;
        all[i].strike();
        return true;
    }
    return false;
}

bool fault_now(const char *line) {
    double counts[LOAD_CHANNELS], number;
    char word[16], how[16] = "";
    if (sscanf(line, "%lf %lf %lf %lf", &counts[0], &counts[1], &counts[2], &counts[3]) ==
        LOAD_CHANNELS) {
        load_set(&board.load, counts);
        return true;
    }
    const int parts = sscanf(line, "%15s %lf %15s", word, &number, how);
    if (parts == 1) return strike_board(word);
    if (parts < 2) return false;
    if (strcmp(word, "tear") == 0 && number >= 1) {
        board.eeprom.tear_at = board.eeprom.writes + (unsigned long)number;
        return true;
    }
    if (strcmp(word, "stall") == 0 && number > 0) {
        board_stall(number);
        return true;
    }
    return break_chip((int)number, word, how);
}

/* ---- beforehand ------------------------------------------------------------------------------ */

enum { FAULTS_MAX = 512 };
static struct {
    double at_s;
    const char *line;
} planned[FAULTS_MAX];
static int planned_count, planned_done;

bool fault_at(const char *text) {
    char *comma;
    const double at_s = strtod(text, &comma);
    if (comma == text || *comma != ',' || planned_count == FAULTS_MAX) return false;
    int i = planned_count++;
    for (; i > 0 && planned[i - 1].at_s > at_s; i--) planned[i] = planned[i - 1];
    planned[i].at_s = at_s;
    planned[i].line = comma + 1;
    return true;
}

void faults_due(void) {
    while (planned_done < planned_count && board_simulated_s() >= planned[planned_done].at_s) {
        const char *const line = planned[planned_done++].line;
        if (!fault_now(line)) fprintf(stderr, "not understood: %s\n", line);
    }
}
