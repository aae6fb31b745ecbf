/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"
#include "faults.h"
#include "random.h"
#include <getopt.h>
#include <stdlib.h>

static const char USAGE[] =
    "usage: plate_sim [options] firmware.elf\n"
    "  --link PATH          make PATH a link to the serial port\n"
    "  --wait-host          start when the host has sent its first byte\n"
    "  --input FILE         loads: lines \"t_s c0 c1 c2 c3\" in counts\n"
    "  --interpolate        straight lines between the input's lines\n"
    "  --live WHERE         obey the words below, a line each, while it runs: - standard input,\n"
    "                       :PORT a TCP port of this machine, else the path of a UNIX socket\n"
    "  --at T,WORDS         obey them at second T; may be given many times\n"
    "  --filter             the chips' own filter: delays by two conversions\n"
    "  --sps HZ             conversions per second (80)\n"
    "  --ppm A,B,C,D        oscillator errors, parts per million\n"
    "  --noise COUNTS       standard deviation of one conversion\n"
    "  --seed N             of the noise, and of what garbles memory\n"
    "  --shared-sck         one clock line for all chips: D8\n"
    "  --fuse BYTE          the extended fuse (0xFD: the detector resets at 2.7 V)\n"
    "  --eeprom FILE        EEPROM image: read if it exists, written at the end\n"
    "  --speed X            1 real time (the default), 0 as fast as it goes\n"
    "  --duration S         simulated seconds; for ever without it\n"
    "  --drop-late          a slow reader loses bytes, as on a real link\n"
    "  --log FILE           write each conversion: chip, second, count\n"
    "  --stats FILE         write what happened as JSON\n"
    "words, C being a chip from 0 to 3:\n";

static bool oscillators(hx711_settings_t chip[CHIPS], const char *text) {
    return sscanf(text, "%lf,%lf,%lf,%lf", &chip[0].ppm, &chip[1].ppm, &chip[2].ppm,
                  &chip[3].ppm) == CHIPS;
}

static bool parse(int argc, char **argv, options_t *options) {
    static const struct option names[] = {
        {"link", 1, 0, 'l'},     {"wait-host", 0, 0, 'w'}, {"input", 1, 0, 'i'},
        {"interpolate", 0, 0, 'I'}, {"live", 1, 0, 'v'},   {"at", 1, 0, 'a'},
        {"filter", 0, 0, 'f'},   {"sps", 1, 0, 's'},       {"ppm", 1, 0, 'p'},
        {"noise", 1, 0, 'n'},    {"seed", 1, 0, 'e'},      {"shared-sck", 0, 0, 'c'},
        {"fuse", 1, 0, 'b'},     {"eeprom", 1, 0, 'E'},    {"speed", 1, 0, 'x'},
        {"duration", 1, 0, 'd'}, {"drop-late", 0, 0, 'D'}, {"log", 1, 0, 'L'},
        {"stats", 1, 0, 'o'},    {"help", 0, 0, 'h'},      {0, 0, 0, 0}};
    board_settings_t *const made = &options->board;
    hx711_settings_t every = {.sps = 80};
    bool good = true;
    for (int c; good && (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'l': options->link = optarg; break;
        case 'w': options->wait_host = true; break;
        case 'i': options->input = optarg; break;
        case 'I': options->interpolate = true; break;
        case 'v': options->live = optarg; break;
        case 'a': good = fault_at(optarg); break;
        case 'f': every.filter = true; break;
        case 's': every.sps = atof(optarg); break;
        case 'p': good = oscillators(made->chip, optarg); break;
        case 'n': every.noise = atof(optarg); break;
        case 'e': random_seed(strtoull(optarg, NULL, 0)); break;
        case 'c': made->shared_sck = true; break;
        case 'b': made->extended_fuse = (uint8_t)strtoul(optarg, NULL, 0); break;
        case 'E': made->eeprom = optarg; break;
        case 'x': options->speed = atof(optarg); break;
        case 'd': options->duration = atof(optarg); break;
        case 'D': options->drop_late = true; break;
        case 'L': options->log = optarg; break;
        case 'o': options->stats = optarg; break;
        default: good = false;
        }
    }
    for (int c = 0; c < CHIPS; c++) {
        every.ppm = made->chip[c].ppm;
        made->chip[c] = every;
    }
    made->firmware = optind < argc ? argv[optind] : NULL;
    return good && made->firmware && every.sps > 0;
}

bool options_parse(int argc, char **argv, options_t *options) {
    *options = (options_t){.speed = 1, .board.extended_fuse = 0xFD};
    if (parse(argc, argv, options)) return true;
    fputs(USAGE, stderr);
    fputs(FAULT_WORDS, stderr);
    return false;
}
