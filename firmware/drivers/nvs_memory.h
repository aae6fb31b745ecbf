/* SPDX-License-Identifier: Apache-2.0 */
/* Small records in an ESP32's non-volatile storage, for sm_slots. Each place that is written is an
 * entry of its own, so a write that power cuts off cannot touch another; and an entry stays until
 * the one that replaces it stands whole. */
#pragma once
#include <Preferences.h>
#include <sm_slots.h>
#include <stdio.h>
#include <string.h>

class NvsMemory {
public:
    const sm_memory_t *begin(const char *name) {
        preferences_.begin(name);
        memory_ = {read, write, this, true};
        return &memory_;
    }

private:
    Preferences preferences_;
    sm_memory_t memory_ = {};

    struct Key {
        char text[8];
        explicit Key(uint16_t at) { snprintf(text, sizeof text, "at%u", at); }
    };

    /* What was never written reads as erased memory does. */
    static bool read(void *self, uint16_t at, uint8_t *bytes, uint8_t length) {
        Preferences &preferences = static_cast<NvsMemory *>(self)->preferences_;
        const Key key(at);
        uint8_t entry[SM_SLOT_OVERHEAD + SM_SLOT_PAYLOAD_MAX];
        memset(entry, 0xFF, sizeof entry);
        const size_t stored = preferences.getBytesLength(key.text);
        if (stored && preferences.getBytes(key.text, entry, sizeof entry) != stored) return false;
        memcpy(bytes, entry, length);
        return true;
    }

    static bool write(void *self, uint16_t at, const uint8_t *bytes, uint8_t length) {
        return static_cast<NvsMemory *>(self)->preferences_.putBytes(Key(at).text, bytes, length) ==
               length;
    }
};
