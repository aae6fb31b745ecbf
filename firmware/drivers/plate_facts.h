/* SPDX-License-Identifier: Apache-2.0 */
/* What a plate is by its build: the facts of the generated device.h, which is included before. */
#pragma once
#include <sm_records.h>
#include <string.h>

#ifndef SM_NOMINAL_GAIN
#error "include the plate's device.h before this"
#endif

struct plate_facts_t {
    sm_info_t info;           /* rate_mhz: until a host has chosen another */
    sm_calibration_t nominal; /* until one is stored */
};

inline plate_facts_t plate_facts(const uint8_t firmware[3], uint16_t features) {
    static const int32_t gain[] = SM_NOMINAL_GAIN, x_um[] = SM_CELL_X_UM, y_um[] = SM_CELL_Y_UM;
    plate_facts_t facts = {};
    memcpy(facts.info.firmware, firmware, sizeof facts.info.firmware);
    facts.info.kind = SM_KIND_PLATE;
    facts.info.board = SM_BOARD;
    facts.info.adc = SM_ADC;
    facts.info.channels = SM_CHANNELS;
    facts.info.bits = SM_ADC_BITS;
    facts.info.gain = SM_ADC_GAIN;
    facts.info.rate_mhz = SM_RATE_MHZ;
    facts.info.geometry_hash = SM_GEOMETRY_HASH;
    facts.info.id = SM_DEVICE_ID;
    facts.info.features = features;
    for (uint8_t c = 0; c < SM_CHANNELS; c++) facts.nominal.cell[c] = {gain[c], x_um[c], y_um[c]};
    return facts;
}
