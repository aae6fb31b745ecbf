/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "load.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse(const char *line, int numbers, double *out) {
    char *end;
    for (int i = 0; i < numbers; i++, line = end) {
        out[i] = strtod(line, &end);
        if (end == line) return false;
    }
    return true;
}

static bool add(load_t *load, const double numbers[1 + LOAD_CHANNELS]) {
    if ((load->count & (load->count - 1)) == 0) {
        const size_t room = load->count ? 2 * load->count : 1;
        load_point_t *const points = realloc(load->points, room * sizeof *points);
        if (!points) return false;
        load->points = points;
    }
    load_point_t *const point = &load->points[load->count++];
    point->t_s = numbers[0];
    memcpy(point->counts, numbers + 1, sizeof point->counts);
    return true;
}

static bool read_all(load_t *load, const char *path) {
    FILE *const file = fopen(path, "r");
    if (!file) {
        perror(path);
        return false;
    }
    char line[512];
    bool good = true;
    for (int number = 1; good && fgets(line, sizeof line, file); number++) {
        double numbers[1 + LOAD_CHANNELS];
        good = parse(line, 1 + LOAD_CHANNELS, numbers) &&
               (load->count == 0 || numbers[0] >= load->points[load->count - 1].t_s) &&
               add(load, numbers);
        if (!good) fprintf(stderr, "%s:%d: not \"t_s c0 c1 c2 c3\" in order of time\n", path, number);
    }
    fclose(file);
    if (good && load->count == 0) {
        fprintf(stderr, "%s: empty\n", path);
        good = false;
    }
    return good;
}

bool load_open(load_t *load, const char *path, bool interpolate) {
    memset(load, 0, sizeof *load);
    load->interpolate = interpolate;
    static const double nothing[1 + LOAD_CHANNELS] = {0};
    if (!path) return add(load, nothing);
    return read_all(load, path);
}

void load_set(load_t *load, const double counts[LOAD_CHANNELS]) {
    load->count = 1;
    load->near = 0;
    memcpy(load->points[0].counts, counts, sizeof load->points[0].counts);
}

double load_at(load_t *load, double t_s, int channel) {
    const load_point_t *const points = load->points;
    size_t i = load->near;
    while (i > 0 && points[i].t_s > t_s) i--;
    while (i + 1 < load->count && points[i + 1].t_s <= t_s) i++;
    load->near = i;
    const double here = points[i].counts[channel];
    if (!load->interpolate || i + 1 == load->count || t_s <= points[i].t_s) return here;
    const double share = (t_s - points[i].t_s) / (points[i + 1].t_s - points[i].t_s);
    return here + share * (points[i + 1].counts[channel] - here);
}
