/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_slots.h"
#include "sm_bytes.h"
#include "sm_crc16.h"
#include <string.h>

enum { MAGIC = 'S', ERASED = 0xFF, HEADER = 7, CRC = 2 };
enum { LONGEST = SM_SLOT_OVERHEAD + SM_SLOT_PAYLOAD_MAX };

typedef enum { BLANK, FOREIGN, DAMAGED, SOUND } state_t;

typedef struct {
    state_t state;
    uint32_t counter;
    uint8_t bytes[LONGEST];
} slot_t;

static uint16_t place(const sm_slots_t *slots, uint8_t which) {
    return (uint16_t)(slots->at + which * (SM_SLOT_OVERHEAD + slots->length));
}

/* As memory is that was never written: erased, or cleared. */
static bool is_blank(const uint8_t *bytes, uint8_t length) {
    for (uint8_t i = 0; i < length; i++)
        if (bytes[i] != bytes[0]) return false;
    return bytes[0] == ERASED || bytes[0] == 0;
}

static state_t state_of(const sm_slots_t *slots, uint8_t which, slot_t *slot) {
    const uint16_t at = place(slots, which);
    uint8_t *const bytes = slot->bytes;
    const uint8_t expected = (uint8_t)(SM_SLOT_OVERHEAD + slots->length);
    if (!slots->memory->read(slots->memory->context, at, bytes, expected)) return DAMAGED;
    if (is_blank(bytes, expected)) return BLANK;
    if (bytes[0] != MAGIC || bytes[6] > SM_SLOT_PAYLOAD_MAX) return DAMAGED;
    /* One of another version may have another length: sound by its own, it is nobody's. */
    const uint8_t length = (uint8_t)(HEADER + bytes[6]);
    if (length + CRC > expected &&
        !slots->memory->read(slots->memory->context, at, bytes, (uint8_t)(length + CRC)))
        return DAMAGED;
    if (sm_get_u16(bytes + length) != sm_crc16(bytes, length)) return DAMAGED;
    if (bytes[1] != slots->version || bytes[6] != slots->length) return FOREIGN;
    slot->counter = sm_get_u32(bytes + 2);
    return slot->counter ? SOUND : DAMAGED;
}

/* Reads both slots; which one is valid, or -1. */
static int8_t find(const sm_slots_t *slots, slot_t slot[2]) {
    for (uint8_t which = 0; which < 2; which++)
        slot[which].state = state_of(slots, which, &slot[which]);
    if (slot[0].state != SOUND) return slot[1].state == SOUND ? 1 : -1;
    if (slot[1].state != SOUND) return 0;
    return (int32_t)(slot[1].counter - slot[0].counter) > 0 ? 1 : 0;
}

sm_slots_outcome_t sm_slots_load(const sm_slots_t *slots, uint8_t *payload, uint32_t *counter) {
    slot_t slot[2];
    const int8_t valid = find(slots, slot);
    const bool damaged = slot[0].state == DAMAGED || slot[1].state == DAMAGED;
    *counter = 0;
    if (valid >= 0) {
        *counter = slot[valid].counter;
        memcpy(payload, slot[valid].bytes + HEADER, slots->length);
        return damaged ? SM_SLOTS_DAMAGED : SM_SLOTS_SOUND;
    }
    /* Beside a slot of another version nothing is known of where its other slot stood. */
    const bool foreign = slot[0].state == FOREIGN || slot[1].state == FOREIGN;
    return damaged && !foreign ? SM_SLOTS_DAMAGED : SM_SLOTS_EMPTY;
}

/* After the highest counter comes 1: 0 stands for no record. */
static uint32_t next(uint32_t counter) { return counter == UINT32_MAX ? 1 : counter + 1; }

/* True when the slot then reads back as it was written. */
static bool put(const sm_slots_t *slots, uint8_t which, const uint8_t *bytes, uint8_t *back) {
    const sm_memory_t *const memory = slots->memory;
    const uint16_t at = place(slots, which);
    const uint8_t length = (uint8_t)(SM_SLOT_OVERHEAD + slots->length);
    return memory->write(memory->context, at, bytes, length) &&
           memory->read(memory->context, at, back, length) && memcmp(bytes, back, length) == 0;
}

bool sm_slots_save(const sm_slots_t *slots, const uint8_t *payload) {
    slot_t slot[2];
    const int8_t valid = find(slots, slot);
    if (valid >= 0 && memcmp(slot[valid].bytes + HEADER, payload, slots->length) == 0) return true;
    const uint8_t target = valid == 0 ? 1 : 0;
    uint8_t *const bytes = slot[0].bytes, *const back = slot[1].bytes;
    const uint32_t counter = next(valid >= 0 ? slot[valid].counter : 0);
    uint8_t *p = sm_put_u8(sm_put_u8(bytes, MAGIC), slots->version);
    p = sm_put_u8(sm_put_u32(p, counter), slots->length);
    memcpy(p, payload, slots->length);
    sm_put_u16(p + slots->length, sm_crc16(bytes, (size_t)(HEADER + slots->length)));
    /* One torn record in 65536 has a sound CRC by chance: no magic until all else stands. A magic
     * that is itself torn into an 'S' has the whole old record behind it, or the whole new one. */
    bytes[0] = ERASED;
    if (!slots->memory->whole && !put(slots, target, bytes, back)) return false;
    bytes[0] = MAGIC;
    return put(slots, target, bytes, back);
}
