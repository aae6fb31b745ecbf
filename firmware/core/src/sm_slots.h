/* SPDX-License-Identifier: Apache-2.0 */
/* One small record in two slots, A and B, of a memory that can lose power at any byte.
 *
 * The damaged slot, or else the older one, is written and read back; the sound slot with the
 * higher counter is valid. Layout and order of writing: PROTOCOL.md, "Memory". */
#ifndef SM_SLOTS_H
#define SM_SLOTS_H
#include <stdbool.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* How a board reads and writes its memory; false when it could not. A write goes from the first
 * byte to the last, and leaves those alone that stand there already. */
typedef struct {
    bool (*read)(void *context, uint16_t at, uint8_t *bytes, uint8_t length);
    bool (*write)(void *context, uint16_t at, const uint8_t *bytes, uint8_t length);
    void *context;
    bool whole; /* power that goes during a write leaves all that stood there, or all that was to */
} sm_memory_t;

enum { SM_SLOT_OVERHEAD = 9, SM_SLOT_PAYLOAD_MAX = 64 };
#define SM_SLOTS_BYTES(payload) (2 * (SM_SLOT_OVERHEAD + (payload))) /* room that both take */

typedef struct {
    const sm_memory_t *memory;
    uint16_t at;     /* of slot A; slot B follows it */
    uint8_t version; /* of the payload's layout: slots of another are not read */
    uint8_t length;  /* of the payload, at most SM_SLOT_PAYLOAD_MAX */
} sm_slots_t;

typedef enum {
    SM_SLOTS_EMPTY,   /* neither was ever written: `payload` is untouched */
    SM_SLOTS_SOUND,   /* the newest record */
    SM_SLOTS_DAMAGED, /* a slot was damaged: the other's record, or none (then `counter` is 0) */
} sm_slots_outcome_t;

/* `counter` counts how often the record was written; 0 when there is none. */
sm_slots_outcome_t sm_slots_load(const sm_slots_t *slots, uint8_t *payload, uint32_t *counter);

/* True when `payload` now stands in the memory, read back; the same bytes are not written again. */
bool sm_slots_save(const sm_slots_t *slots, const uint8_t *payload);

#ifdef __cplusplus
}
#endif
#endif
