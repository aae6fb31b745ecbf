/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hx711.h"
#include "random.h"
#include <math.h>
#include <simavr/sim_time.h>

enum { UPDATE_US = 75, POWER_DOWN_US = 60, SETTLING_CONVERSIONS = 4 };
enum { STEPS = 64, AVERAGES = 4, TAPS = AVERAGES * (STEPS - 1) + 1 };

static double now_s(const hx711_t *chip) { return (double)chip->avr->cycle / chip->avr->frequency; }

/* ---- what a conversion gives ---------------------------------------------------------------- */

/* Four averages over one conversion each, one after the other, as weights of 64 looks a
 * conversion. Their middle lies exactly two conversions back. */
static const double *filter_weights(void) {
    static double weights[TAPS];
    if (weights[TAPS / 2] > 0) return weights;
    double *w = weights;
    w[0] = 1;
    for (int average = 0, n = 1; average < AVERAGES; average++, n += STEPS - 1) {
        double wider[TAPS] = {0};
        for (int i = 0; i < n; i++)
            for (int k = 0; k < STEPS; k++) wider[i + k] += w[i] / STEPS;
        for (int i = 0; i < TAPS; i++) w[i] = wider[i];
    }
    return weights;
}

static double filtered(hx711_t *chip, double end_s) {
    const double step_s = (double)chip->period / chip->avr->frequency / STEPS;
    const double first_s = end_s - HX711_FILTER_DELAY_CONVERSIONS * STEPS * step_s;
    const double *const weights = filter_weights();
    double sum = 0;
    for (int i = 0; i < TAPS; i++)
        sum += weights[i] * load_at(chip->load, first_s + (i - TAPS / 2) * step_s, chip->channel);
    return sum;
}

static double bridge(hx711_t *chip) {
    enum { FAR_BEYOND = 1 << 28, WANDERING = 1 << 21 };
    switch (chip->faults.bridge) {
    case BRIDGE_HIGH: return FAR_BEYOND;
    case BRIDGE_LOW: return -FAR_BEYOND;
    case BRIDGE_FLOATING: return WANDERING * random_normal();
    default: break;
    }
    const double end_s = now_s(chip);
    const double counts = chip->settings.filter ? filtered(chip, end_s)
                                                : load_at(chip->load, end_s, chip->channel);
    return counts + chip->settings.noise * random_normal();
}

static uint32_t convert(hx711_t *chip) {
    const double counts = round(bridge(chip));
    return (uint32_t)(int32_t)fmin(fmax(counts, -0x800000), 0x7FFFFF) & 0xFFFFFF;
}

static void log_conversion(const hx711_t *chip) {
    const int count = (int)(chip->shift ^ 0x800000) - 0x800000; /* the sign of 24 bits */
    fprintf(chip->log, "%d %.9f %d\n", chip->channel, now_s(chip), count);
}

/* ---- the chip's own time -------------------------------------------------------------------- */

static void set_dout(hx711_t *chip, bool level) {
    chip->level = level;
    avr_raise_irq(chip->dout, level && !chip->faults.shorted);
}

static avr_cycle_count_t data_ready(avr_t *avr, avr_cycle_count_t when, void *param) {
    (void)avr, (void)when;
    hx711_t *const chip = param;
    chip->falls = 0;
    chip->pulses = 0;
    chip->ready = true;
    set_dout(chip, false);
    return 0;
}

static avr_cycle_count_t conversion_end(avr_t *avr, avr_cycle_count_t when, void *param) {
    hx711_t *const chip = param;
    if (chip->faults.silent) {
        chip->ready = false;
        set_dout(chip, true);
    } else if (chip->settling > 0) {
        chip->settling--;
    } else {
        if (chip->pulses > 0 && chip->pulses < 25) chip->counters.collisions++;
        else if (chip->ready) chip->counters.unread++;
        chip->counters.conversions++;
        chip->shift = convert(chip);
        if (chip->log) log_conversion(chip);
        chip->ready = false;
        set_dout(chip, true); /* DOUT is high for 75 us at each update, also over an unread value */
        chip->falls = avr->cycle + avr_usec_to_cycles(avr, UPDATE_US);
        avr_cycle_timer_register(avr, chip->falls - avr->cycle, data_ready, chip);
    }
    return chip->ends = when + chip->period;
}

void hx711_power_up(hx711_t *chip) {
    chip->ready = false;
    chip->pulses = 0;
    chip->settling = SETTLING_CONVERSIONS;
    set_dout(chip, true);
    avr_cycle_timer_cancel(chip->avr, data_ready, chip);
    avr_cycle_timer_cancel(chip->avr, conversion_end, chip);
    chip->falls = 0;
    chip->ends = chip->avr->cycle + chip->period;
    avr_cycle_timer_register(chip->avr, chip->period, conversion_end, chip);
}

static void go_on_at(hx711_t *chip, avr_cycle_count_t then, avr_cycle_timer_t timer) {
    const avr_cycle_count_t now = chip->avr->cycle;
    avr_cycle_timer_register(chip->avr, then > now ? then - now : 1, timer, chip);
}

void hx711_go_on(hx711_t *chip) {
    const bool level = chip->level;
    set_dout(chip, !level); /* simavr passes on changes only */
    set_dout(chip, level);
    go_on_at(chip, chip->ends, conversion_end);
    if (chip->falls) go_on_at(chip, chip->falls, data_ready);
}

void hx711_break(hx711_t *chip, hx711_faults_t faults) {
    chip->faults = faults;
    set_dout(chip, chip->level);
}

/* ---- the clock line ------------------------------------------------------------------------- */

static double since_us(const hx711_t *chip, avr_cycle_count_t then) {
    return (double)(chip->avr->cycle - then) * 1e6 / chip->avr->frequency;
}

static void sck_rises(hx711_t *chip) {
    chip->sck_rose = chip->avr->cycle;
    if (!chip->ready && chip->pulses == 0) {
        chip->counters.early_pulses++;
        return;
    }
    if (chip->pulses++ == 0) chip->readout_began = chip->avr->cycle;
    if (chip->pulses <= 24) {
        set_dout(chip, (chip->shift >> (24 - chip->pulses)) & 1);
        return;
    }
    const double readout_us = since_us(chip, chip->readout_began);
    chip->counters.readout_max_us = fmax(chip->counters.readout_max_us, readout_us);
    set_dout(chip, true);
    chip->ready = false;
}

static void sck_falls(hx711_t *chip) {
    const double high_us = since_us(chip, chip->sck_rose);
    if (high_us > POWER_DOWN_US) {
        chip->counters.power_downs++;
        hx711_power_up(chip);
    } else {
        chip->counters.sck_high_max_us = fmax(chip->counters.sck_high_max_us, high_us);
    }
}

static void sck_changed(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    hx711_t *const chip = param;
    const bool level = value & 1;
    if (level == chip->sck) return;
    chip->sck = level;
    if (level) sck_rises(chip);
    else sck_falls(chip);
}

void hx711_connect(hx711_t *chip, avr_t *avr, int channel, load_t *load, hx711_settings_t settings,
                   avr_irq_t *dout, avr_irq_t *sck) {
    chip->avr = avr;
    chip->channel = channel;
    chip->load = load;
    chip->settings = settings;
    chip->period =
        (avr_cycle_count_t)llround(avr->frequency / (settings.sps * (1 + settings.ppm * 1e-6)));
    chip->dout = dout;
    avr_irq_register_notify(sck, sck_changed, chip);
}
