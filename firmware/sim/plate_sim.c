/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the plate's real image on a simulated ATmega328P with four modelled HX711s and its UART on a
 * pseudo terminal. `plate_sim --help` lists the options. */
#include "faults.h"
#include "live.h"
#include "options.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void on_signal(int number) {
    (void)number;
    board.terminal.closing = true;
}

static bool log_conversions(const char *path) {
    FILE *const file = path ? fopen(path, "w") : NULL;
    if (path && !file) perror(path);
    for (int c = 0; c < CHIPS; c++) board.chip[c].log = file;
    return file || !path;
}

static bool goes_on(int state, double duration_s) {
    return !board.terminal.closing && state != cpu_Done && state != cpu_Crashed &&
           (duration_s <= 0 || board_simulated_s() < duration_s);
}

static int run(double duration_s) {
    enum { LOOK_EVERY_CYCLES = 1600 };
    int state = cpu_Running;
    while (goes_on(state, duration_s)) {
        faults_due();
        live_obey();
        const avr_cycle_count_t look_at = board.avr->cycle + LOOK_EVERY_CYCLES;
        while (board.avr->cycle < look_at && state != cpu_Done && state != cpu_Crashed)
            state = board_step();
    }
    return state;
}

static void write_statistics(const char *path) {
    FILE *const file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file,
            "{\"simulated_s\": %.3f, \"wall_s\": %.3f, \"bytes_out\": %lu, \"bytes_dropped\": %lu,\n"
            " \"resets\": %lu, \"filter_delay_conversions\": %.3f, \"ram_untouched\": %u,\n"
            " \"eeprom_writes\": %lu, \"eeprom_early\": %lu,\n \"chips\": [",
            board_simulated_s(), board_wall_s(), board.terminal.bytes_out,
            board.terminal.bytes_dropped, board.resets,
            board.chip[0].settings.filter ? HX711_FILTER_DELAY_CONVERSIONS : 0.0,
            board_ram_untouched(), board.eeprom.writes, board.eeprom.early);
    for (int c = 0; c < CHIPS; c++) {
        const hx711_counters_t *const n = &board.chip[c].counters;
        fprintf(file,
                "%s\n  {\"conversions\": %lu, \"unread\": %lu, \"collisions\": %lu,"
                " \"early_pulses\": %lu, \"power_downs\": %lu,"
                " \"readout_max_us\": %.2f, \"sck_high_max_us\": %.2f}",
                c ? "," : "", n->conversions, n->unread, n->collisions, n->early_pulses,
                n->power_downs, n->readout_max_us, n->sck_high_max_us);
    }
    fprintf(file, "]}\n");
    fclose(file);
}

int main(int argc, char **argv) {
    options_t options;
    if (!options_parse(argc, argv, &options)) return 2;
    if (!load_open(&board.load, options.input, options.interpolate) ||
        !board_make(&options.board) || !log_conversions(options.log) || !live_open(options.live) ||
        !terminal_open(&board.terminal, board.avr, options.link))
        return 1;
    board.speed = options.speed;
    board.terminal.drop_late = options.drop_late;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    if (options.wait_host) terminal_wait_for_host(&board.terminal);
    board_power_up();

    const int state = run(options.duration);

    if (!board.terminal.closing) terminal_drain(&board.terminal);
    if (board.chip[0].log) fclose(board.chip[0].log);
    eeprom_save(&board.eeprom, options.board.eeprom);
    write_statistics(options.stats);
    live_close();
    if (options.link) unlink(options.link);
    return state == cpu_Crashed;
}
