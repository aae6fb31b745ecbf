/* SPDX-License-Identifier: Apache-2.0 */
/* Any image of two slots: byte 0 chooses whether the CRCs are made right, and is what a byte reads
 * as at which power goes. What is found must stand in the image as PROTOCOL.md says, after a save
 * the new record must be found, and after one that is cut off at any byte, the one or the other. */
#include "fuzz.h"
#include "sm_bytes.h"
#include "sm_crc16.h"
#include "sm_slots.h"
#include <string.h>

enum { PAYLOAD = 6, SLOT = SM_SLOT_OVERHEAD + PAYLOAD, SIZE = 2 * (SM_SLOT_OVERHEAD + 64) };
static const uint8_t NEWER[PAYLOAD] = "newer";

typedef struct {
    uint8_t cells[SIZE];
    uint16_t power; /* bytes that can still be written */
    uint8_t garbled;
} image_t;

static bool read(void *context, uint16_t at, uint8_t *bytes, uint8_t length) {
    if (at + length > SIZE) return false;
    memcpy(bytes, ((image_t *)context)->cells + at, length);
    return true;
}

static bool write(void *context, uint16_t at, const uint8_t *bytes, uint8_t length) {
    image_t *const image = context;
    if (at + length > SIZE) return false;
    for (uint8_t i = 0; i < length; i++) {
        uint8_t *const cell = &image->cells[at + i];
        if (*cell == bytes[i]) continue;
        *cell = image->power ? bytes[i] : image->garbled;
        if (!image->power) return false;
        image->power--;
    }
    return true;
}

static bool stands_in(const uint8_t *slot, uint32_t counter, const uint8_t *payload) {
    return slot[0] == 'S' && slot[1] == 1 && sm_get_u32(slot + 2) == counter &&
           slot[6] == PAYLOAD && memcmp(slot + 7, payload, PAYLOAD) == 0 &&
           sm_crc16(slot, SLOT - 2) == sm_get_u16(slot + SLOT - 2);
}

static uint32_t next(uint32_t counter) { return counter == UINT32_MAX ? 1 : counter + 1; }

/* Power goes at byte `cut` of all that a save writes; false when it writes no more than that. */
static bool survives(const image_t *image, uint16_t cut, uint8_t garbled) {
    image_t torn = *image;
    torn.power = cut;
    torn.garbled = garbled;
    const sm_memory_t memory = {read, write, &torn, false};
    const sm_slots_t slots = {&memory, 0, 1, PAYLOAD};
    uint8_t old[PAYLOAD] = {0}, found[PAYLOAD] = {0};
    uint32_t before, after;
    sm_slots_load(&slots, old, &before);
    if (sm_slots_save(&slots, NEWER)) return false;
    sm_slots_load(&slots, found, &after);
    const bool older = after == before && memcmp(found, old, PAYLOAD) == 0;
    const bool newer = after == next(before) && memcmp(found, NEWER, PAYLOAD) == 0;
    bool revived = false; /* one that was damaged at its magic alone, the first to be written */
    for (uint8_t which = 0; which < 2 && cut == 0; which++) {
        uint8_t slot[SLOT];
        memcpy(slot, image->cells + which * SLOT, SLOT);
        slot[0] = 'S';
        revived = revived || stands_in(slot, after, found);
    }
    MUST(older || (garbled == 'S' && (newer || revived)));
    torn.power = UINT16_MAX;
    MUST(sm_slots_save(&slots, NEWER));
    sm_slots_load(&slots, found, &after);
    MUST(memcmp(found, NEWER, PAYLOAD) == 0);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    image_t image = {.power = UINT16_MAX};
    uint8_t payload[PAYLOAD] = {0};
    if (size < 1) return -1;
    memset(image.cells, 0xFF, SIZE);
    memcpy(image.cells, data + 1, size - 1 < SIZE ? size - 1 : SIZE);
    for (uint8_t which = 0; which < 2; which++)
        if (data[0] & (1 << which)) {
            uint8_t *const slot = image.cells + which * SLOT;
            sm_put_u16(slot + SLOT - 2, sm_crc16(slot, SLOT - 2));
        }
    const image_t old = image;
    for (uint16_t cut = 0; survives(&old, cut, data[0]); cut++) {}
    for (uint16_t cut = 0; survives(&old, cut, 'S'); cut++) {}
    const sm_memory_t memory = {read, write, &image, false};
    const sm_slots_t slots = {&memory, 0, 1, PAYLOAD};
    uint32_t before, after;
    const sm_slots_outcome_t outcome = sm_slots_load(&slots, payload, &before);
    const bool a = before && stands_in(old.cells, before, payload);
    const bool b = before && stands_in(old.cells + SLOT, before, payload);
    MUST(before == 0 || a || b);
    MUST(outcome != SM_SLOTS_SOUND || before != 0);
    MUST(outcome != SM_SLOTS_EMPTY || before == 0);
    const bool same = before && memcmp(payload, NEWER, PAYLOAD) == 0;
    MUST(sm_slots_save(&slots, NEWER));
    MUST(sm_slots_load(&slots, payload, &after) != SM_SLOTS_EMPTY);
    MUST(memcmp(payload, NEWER, PAYLOAD) == 0);
    MUST(after == (same ? before : next(before)));
    /* The record that was valid still stands. */
    if (a) MUST(memcmp(old.cells, image.cells, SLOT) == 0 || b);
    else if (b) MUST(memcmp(old.cells + SLOT, image.cells + SLOT, SLOT) == 0);
    return 0;
}
