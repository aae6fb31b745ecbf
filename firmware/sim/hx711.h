/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A modelled HX711: runs free on its own oscillator, and answers its clock line as the chip does. */
#ifndef HX711_H
#define HX711_H
#include "load.h"
#include <simavr/sim_avr.h>
#include <simavr/sim_irq.h>
#include <stdio.h>

typedef struct {
    double sps;        /* nominal conversions per second */
    double ppm;        /* this chip's oscillator error */
    double noise;      /* standard deviation of one conversion, counts */
    bool filter;       /* the chip's own filter; without it each conversion is of one instant */
} hx711_settings_t;

/* What may be broken on a chip and its bridge. */
typedef struct {
    bool silent;  /* gives nothing any more */
    bool shorted; /* DOUT is shorted to ground */
    enum { BRIDGE_WHOLE, BRIDGE_HIGH, BRIDGE_LOW, BRIDGE_FLOATING } bridge; /* a wire is open */
} hx711_faults_t;

typedef struct {
    unsigned long conversions, unread; /* unread: overwritten before anybody clocked them out */
    unsigned long collisions;          /* a read-out overtaken by the next conversion */
    unsigned long early_pulses;        /* clocked while nothing was ready */
    unsigned long power_downs;         /* SCK was high for more than 60 us */
    double readout_max_us, sck_high_max_us;
} hx711_counters_t;

typedef struct {
    hx711_settings_t settings;
    hx711_faults_t faults;
    hx711_counters_t counters;
    int channel;
    load_t *load;
    avr_t *avr;
    avr_irq_t *dout;
    avr_cycle_count_t period, sck_rose, readout_began;
    avr_cycle_count_t ends, falls; /* of the next conversion, and its falling edge of DOUT */
    uint32_t shift;
    int pulses, settling;
    bool ready, sck, level;
    FILE *log; /* if there is one: "channel t_s count" of each conversion */
} hx711_t;

/* Delay of the filter: how far the middle of its four averages lies before a conversion's end. */
#define HX711_FILTER_DELAY_CONVERSIONS 2.0

void hx711_connect(hx711_t *chip, avr_t *avr, int channel, load_t *load, hx711_settings_t settings,
                   avr_irq_t *dout, avr_irq_t *sck);

void hx711_power_up(hx711_t *chip);

/* A reset of the processor drops all of simavr's timers, and what it knows of its pins; the chip
 * is not reset and goes on. */
void hx711_go_on(hx711_t *chip);

/* From now on. */
void hx711_break(hx711_t *chip, hx711_faults_t faults);
#endif
