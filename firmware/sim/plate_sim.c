/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the plate's real image on a simulated ATmega328P with four modelled HX711s and its UART on a
 * pseudo terminal. `plate_sim --help` lists the options. */
#define _GNU_SOURCE
#include "hx711.h"
#include "random.h"
#include "terminal.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_time.h>

enum { CHIPS = LOAD_CHANNELS, DOUT_FIRST_PIN = 2 /* PD2 */, SCK_FIRST_PIN = 0 /* PB0 */ };
enum { EEPROM_BYTES = 1024, POLL_US = 1000 };

static const char USAGE[] =
    "usage: plate_sim [options] firmware.elf\n"
    "  --link PATH          make PATH a link to the serial port\n"
    "  --wait-host          start when the host has sent its first byte\n"
    "  --input FILE         loads: lines \"t_s c0 c1 c2 c3\" in counts; - reads \"c0 c1 c2 c3\" live\n"
    "  --interpolate        straight lines between the input's lines\n"
    "  --filter             the chips' own filter: delays by two conversions\n"
    "  --sps HZ             conversions per second (80)\n"
    "  --ppm A,B,C,D        oscillator errors, parts per million\n"
    "  --noise COUNTS       standard deviation of one conversion\n"
    "  --seed N             of the noise\n"
    "  --silence C,FROM,TO  chip C gives nothing between these seconds\n"
    "  --short C,FROM       DOUT of chip C is shorted to ground from this second on\n"
    "  --hang S             the program hangs at S, for the watchdog to find\n"
    "  --eeprom FILE        EEPROM image: read if it exists, written at the end\n"
    "  --speed X            1 real time (the default), 0 as fast as it goes\n"
    "  --duration S         simulated seconds; for ever without it\n"
    "  --drop-late          a slow reader loses bytes, as on a real link\n"
    "  --log FILE           write each conversion: chip, second, count\n"
    "  --stats FILE         write what happened as JSON\n";

typedef struct {
    const char *link, *input, *eeprom, *log, *stats, *firmware;
    bool wait_host, interpolate, drop_late;
    double speed, duration, hang_s;
    hx711_settings_t chip[CHIPS];
} options_t;

static struct {
    avr_t *avr;
    hx711_t chip[CHIPS];
    load_t load;
    terminal_t terminal;
    double speed;
    struct timespec began;
    unsigned long resets;
    void (*core_reset)(avr_t *avr);
} board;

/* ---- time ----------------------------------------------------------------------------------- */

static double wall_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - board.began.tv_sec) + 1e-9 * (double)(now.tv_nsec - board.began.tv_nsec);
}

static double simulated_s(void) { return (double)board.avr->cycle / board.avr->frequency; }

static avr_cycle_count_t every_millisecond(avr_t *avr, avr_cycle_count_t when, void *param) {
    (void)param;
    load_refresh(&board.load);
    terminal_poll(&board.terminal);
    if (board.speed > 0) {
        const double ahead_s = simulated_s() / board.speed - wall_s();
        if (ahead_s > 0.0005) usleep((useconds_t)(ahead_s * 1e6));
    }
    return when + avr_usec_to_cycles(avr, POLL_US);
}

static void leave_pacing_to_us(avr_t *avr, avr_cycle_count_t how_long) { (void)avr, (void)how_long; }

/* ---- the board ------------------------------------------------------------------------------ */

static void power_up(void) {
    for (int c = 0; c < CHIPS; c++) hx711_power_up(&board.chip[c]);
    avr_cycle_timer_register(board.avr, avr_usec_to_cycles(board.avr, POLL_US), every_millisecond, NULL);
}

/* A reset, the watchdog's too, drops every timer of simavr's, ours among them. */
static void reset(avr_t *avr) {
    board.resets++;
    if (board.core_reset) board.core_reset(avr);
    power_up();
}

static bool make_board(const options_t *options) {
    elf_firmware_t firmware = {0};
    if (access(options->firmware, R_OK) != 0 || elf_read_firmware(options->firmware, &firmware) != 0) {
        fprintf(stderr, "%s: no firmware there\n", options->firmware);
        return false;
    }
    avr_t *const avr = board.avr = avr_make_mcu_by_name("atmega328p");
    avr_init(avr);
    avr->frequency = firmware.frequency = 16000000;
    avr_load_firmware(avr, &firmware);
    avr->sleep = leave_pacing_to_us;
    avr->log = LOG_ERROR;
    /* D2 and D3 are INT0 and INT1 too, which simavr would look at on every cycle they are low. */
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT0, 0);
    avr_extint_set_strict_lvl_trig(avr, EXTINT_IRQ_OUT_INT1, 0);
    for (int c = 0; c < CHIPS; c++)
        hx711_connect(&board.chip[c], avr, c, &board.load, options->chip[c],
                      avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), DOUT_FIRST_PIN + c),
                      avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), SCK_FIRST_PIN + c));
    return true;
}

static void read_eeprom(const char *path) {
    uint8_t image[EEPROM_BYTES];
    FILE *const file = path ? fopen(path, "rb") : NULL;
    if (!file) return;
    if (fread(image, 1, sizeof image, file) == sizeof image) {
        avr_eeprom_desc_t all = {.ee = image, .offset = 0, .size = sizeof image};
        avr_ioctl(board.avr, AVR_IOCTL_EEPROM_SET, &all);
    }
    fclose(file);
}

static void write_eeprom(const char *path) {
    FILE *const file = path ? fopen(path, "wb") : NULL;
    if (!file) return;
    avr_eeprom_desc_t all = {.ee = NULL, .offset = 0, .size = EEPROM_BYTES};
    avr_ioctl(board.avr, AVR_IOCTL_EEPROM_GET, &all); /* says -1 when it has worked */
    if (all.ee) fwrite(all.ee, 1, all.size, file);
    fclose(file);
}

static void write_statistics(const char *path) {
    FILE *const file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file,
            "{\"simulated_s\": %.3f, \"wall_s\": %.3f, \"bytes_out\": %lu, \"bytes_dropped\": %lu,\n"
            " \"resets\": %lu, \"filter_delay_conversions\": %.3f,\n \"chips\": [",
            simulated_s(), wall_s(), board.terminal.bytes_out, board.terminal.bytes_dropped,
            board.resets, board.chip[0].settings.filter ? HX711_FILTER_DELAY_CONVERSIONS : 0.0);
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

/* ---- options -------------------------------------------------------------------------------- */

static bool silence(options_t *options, const char *text) {
    int chip;
    double from_s, to_s;
    if (sscanf(text, "%d,%lf,%lf", &chip, &from_s, &to_s) != 3 || chip < 0 || chip >= CHIPS)
        return false;
    options->chip[chip].silent_from_s = from_s;
    options->chip[chip].silent_to_s = to_s;
    return true;
}

static bool short_circuit(options_t *options, const char *text) {
    int chip;
    double from_s;
    if (sscanf(text, "%d,%lf", &chip, &from_s) != 2 || chip < 0 || chip >= CHIPS) return false;
    options->chip[chip].short_from_s = from_s;
    return true;
}

static bool oscillators(options_t *options, const char *text) {
    return sscanf(text, "%lf,%lf,%lf,%lf", &options->chip[0].ppm, &options->chip[1].ppm,
                  &options->chip[2].ppm, &options->chip[3].ppm) == CHIPS;
}

static bool parse(int argc, char **argv, options_t *options) {
    static const struct option names[] = {
        {"link", 1, 0, 'l'},     {"wait-host", 0, 0, 'w'}, {"input", 1, 0, 'i'},
        {"interpolate", 0, 0, 'I'}, {"filter", 0, 0, 'f'}, {"sps", 1, 0, 's'},
        {"ppm", 1, 0, 'p'},      {"noise", 1, 0, 'n'},     {"seed", 1, 0, 'e'},
        {"silence", 1, 0, 'S'},  {"eeprom", 1, 0, 'E'},    {"speed", 1, 0, 'x'},
        {"duration", 1, 0, 'd'}, {"drop-late", 0, 0, 'D'}, {"stats", 1, 0, 'o'},
        {"short", 1, 0, 'g'},    {"hang", 1, 0, 'H'},      {"log", 1, 0, 'L'},
        {"help", 0, 0, 'h'},     {0, 0, 0, 0}};
    hx711_settings_t every = {.sps = 80};
    bool good = true;
    for (int c; good && (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'l': options->link = optarg; break;
        case 'w': options->wait_host = true; break;
        case 'i': options->input = optarg; break;
        case 'I': options->interpolate = true; break;
        case 'f': every.filter = true; break;
        case 's': every.sps = atof(optarg); break;
        case 'p': good = oscillators(options, optarg); break;
        case 'n': every.noise = atof(optarg); break;
        case 'e': random_seed(strtoull(optarg, NULL, 0)); break;
        case 'S': good = silence(options, optarg); break;
        case 'g': good = short_circuit(options, optarg); break;
        case 'H': options->hang_s = atof(optarg); break;
        case 'L': options->log = optarg; break;
        case 'E': options->eeprom = optarg; break;
        case 'x': options->speed = atof(optarg); break;
        case 'd': options->duration = atof(optarg); break;
        case 'D': options->drop_late = true; break;
        case 'o': options->stats = optarg; break;
        default: good = false;
        }
    }
    for (int c = 0; c < CHIPS; c++) {
        options->chip[c].sps = every.sps;
        options->chip[c].filter = every.filter;
        options->chip[c].noise = every.noise;
    }
    options->firmware = optind < argc ? argv[optind] : NULL;
    return good && options->firmware && every.sps > 0;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void on_signal(int number) {
    (void)number;
    board.terminal.closing = true;
}

/* An endless loop where the image does not reach: interrupts go on, the program does not. */
static void hang(void) {
    enum { JUMP_TO_ITSELF = 0xCFFF, PLACE = 0x7DFE };
    board.avr->flash[PLACE] = JUMP_TO_ITSELF & 0xFF;
    board.avr->flash[PLACE + 1] = JUMP_TO_ITSELF >> 8;
    board.avr->pc = PLACE;
}

static int run(double duration_s, double hang_s) {
    int state = cpu_Running;
    while (!board.terminal.closing && state != cpu_Done && state != cpu_Crashed &&
           (duration_s <= 0 || simulated_s() < duration_s)) {
        if (hang_s > 0 && simulated_s() >= hang_s) {
            hang();
            hang_s = 0;
        }
        state = avr_run(board.avr);
    }
    return state;
}

static bool log_conversions(const char *path) {
    FILE *const file = path ? fopen(path, "w") : NULL;
    if (path && !file) perror(path);
    for (int c = 0; c < CHIPS; c++) board.chip[c].log = file;
    return file || !path;
}

int main(int argc, char **argv) {
    options_t options = {.speed = 1};
    if (!parse(argc, argv, &options)) {
        fputs(USAGE, stderr);
        return 2;
    }
    if (!load_open(&board.load, options.input, options.interpolate) || !make_board(&options) ||
        !log_conversions(options.log) || !terminal_open(&board.terminal, board.avr, options.link))
        return 1;
    read_eeprom(options.eeprom);
    board.speed = options.speed;
    board.terminal.drop_late = options.drop_late;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    if (options.wait_host) terminal_wait_for_host(&board.terminal);
    clock_gettime(CLOCK_MONOTONIC, &board.began);
    power_up();
    board.core_reset = board.avr->reset;
    board.avr->reset = reset;

    const int state = run(options.duration, options.hang_s);

    if (!board.terminal.closing) terminal_drain(&board.terminal);
    if (board.chip[0].log) fclose(board.chip[0].log);
    write_eeprom(options.eeprom);
    write_statistics(options.stats);
    if (options.link) unlink(options.link);
    return state == cpu_Crashed;
}
