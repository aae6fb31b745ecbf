/* SPDX-License-Identifier: Apache-2.0 */
/* Any image of two slots: byte 0 chooses whether the CRCs are made right. What is found must stand
 * in the image as PROTOCOL.md says, and after a save the new record must be found. */
#include "fuzz.h"
#include "sm_bytes.h"
#include "sm_crc16.h"
#include "sm_slots.h"
#include <string.h>

enum { PAYLOAD = 6, SLOT = SM_SLOT_OVERHEAD + PAYLOAD, SIZE = 2 * (SM_SLOT_OVERHEAD + 64) };

static bool read(void *context, uint16_t at, uint8_t *bytes, uint8_t length) {
    if (at + length > SIZE) return false;
    memcpy(bytes, (uint8_t *)context + at, length);
    return true;
}

static bool write(void *context, uint16_t at, const uint8_t *bytes, uint8_t length) {
    if (at + length > SIZE) return false;
    memcpy((uint8_t *)context + at, bytes, length);
    return true;
}

static bool stands_in(const uint8_t *slot, uint32_t counter, const uint8_t *payload) {
    return slot[0] == 'S' && slot[1] == 1 && sm_get_u32(slot + 2) == counter &&
           slot[6] == PAYLOAD && memcmp(slot + 7, payload, PAYLOAD) == 0 &&
           sm_crc16(slot, SLOT - 2) == sm_get_u16(slot + SLOT - 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t cells[SIZE], payload[PAYLOAD] = {0}, newer[PAYLOAD] = "newer";
    if (size < 1) return -1;
    memset(cells, 0xFF, sizeof cells);
    memcpy(cells, data + 1, size - 1 < SIZE ? size - 1 : SIZE);
    for (uint8_t which = 0; which < 2; which++)
        if (data[0] & (1 << which)) {
            uint8_t *const slot = cells + which * SLOT;
            sm_put_u16(slot + SLOT - 2, sm_crc16(slot, SLOT - 2));
        }
    const sm_memory_t memory = {read, write, cells};
    const sm_slots_t slots = {&memory, 0, 1, PAYLOAD};
    uint32_t before, after;
    const sm_slots_outcome_t outcome = sm_slots_load(&slots, payload, &before);
    const bool a = before && stands_in(cells, before, payload);
    const bool b = before && stands_in(cells + SLOT, before, payload);
    MUST(before == 0 || a || b);
    MUST(outcome != SM_SLOTS_SOUND || before != 0);
    MUST(outcome != SM_SLOTS_EMPTY || before == 0);
    const bool same = before && memcmp(payload, newer, PAYLOAD) == 0;
    uint8_t old[SIZE];
    memcpy(old, cells, SIZE);
    MUST(sm_slots_save(&slots, newer));
    MUST(sm_slots_load(&slots, payload, &after) != SM_SLOTS_EMPTY);
    MUST(memcmp(payload, newer, PAYLOAD) == 0);
    MUST(after == (same ? before : before == UINT32_MAX ? 1 : before + 1));
    /* The record that was valid still stands. */
    if (a) MUST(memcmp(old, cells, SLOT) == 0 || b);
    else if (b) MUST(memcmp(old + SLOT, cells + SLOT, SLOT) == 0);
    return 0;
}
