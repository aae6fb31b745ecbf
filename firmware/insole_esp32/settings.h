/* SPDX-License-Identifier: Apache-2.0 */
/* What an insole remembers: rate, rows in a record, side; and how often it has booted. */
#pragma once
#include "device.h"
#include <nvs_memory.h>
#include <sm_bytes.h>
#include <sm_records.h>

class Settings {
public:
    uint32_t rate_mhz = SM_RATE_MHZ;
    uint8_t rows = 0; /* 0: about 30 ms of them */
    uint8_t side = SM_SIDE_NONE;
    uint16_t boots = 0;

    static bool takes_rate(uint32_t mhz) { return mhz == 50000 || mhz == 100000 || mhz == 200000; }

    /* Counts this boot. What was damaged: a bit for each SM_MEMORY_. */
    uint8_t begin() {
        boots_.memory = settings_.memory = nvs_.begin("insole");
        uint8_t damaged = 0, bytes[kBytes], count[2] = {0, 0};
        uint32_t writes;
        if (sm_slots_load(&boots_, count, &writes) == SM_SLOTS_DAMAGED)
            damaged |= 1 << SM_MEMORY_BOOTS;
        boots = static_cast<uint16_t>(sm_get_u16(count) + 1);
        sm_put_u16(count, boots);
        if (!sm_slots_save(&boots_, count)) damaged |= 1 << SM_MEMORY_BOOTS;
        const sm_slots_outcome_t outcome = sm_slots_load(&settings_, bytes, &writes);
        if (outcome == SM_SLOTS_DAMAGED) damaged |= 1 << SM_MEMORY_SETTINGS;
        if (writes && takes_rate(sm_get_u32(bytes))) {
            rate_mhz = sm_get_u32(bytes);
            rows = bytes[4];
            side = bytes[5];
        }
        return damaged;
    }

    bool save() const {
        uint8_t bytes[kBytes];
        sm_put_u8(sm_put_u8(sm_put_u32(bytes, rate_mhz), rows), side);
        return sm_slots_save(&settings_, bytes);
    }

    uint16_t period_us() const { return static_cast<uint16_t>(1000000000u / rate_mhz); }
    uint8_t rows_wanted() const {
        return rows ? rows : static_cast<uint8_t>((rate_mhz * 3 + 50000) / 100000);
    }

private:
    static constexpr uint8_t kBytes = 6;

    NvsMemory nvs_;
    sm_slots_t boots_ = {nullptr, 0, 1, 2};
    sm_slots_t settings_ = {nullptr, SM_SLOTS_BYTES(2), 1, kBytes};
};
