/* SPDX-License-Identifier: Apache-2.0 */
/* A card or a flash in RAM, whose power can go at any write. */
#ifndef MEMORY_OF_BLOCKS_H
#define MEMORY_OF_BLOCKS_H
#include "sm_log.h"

/* On an AVR only the front and the end of a block are kept; what is between is all alike. */
enum {
#ifdef __AVR__
    KEPT = 28,
    DATA_BLOCKS = 24,
#else
    KEPT = 510,
    DATA_BLOCKS = 48,
#endif
    MEMORY_BLOCKS = SM_LOG_FIRST_BLOCK + DATA_BLOCKS
};

/* What is left of the write during which power goes. */
typedef enum {
    NOTHING,        /* the block is as it was */
    ERASED,         /* of a flash: its sector was erased, if it was the first of one */
    PARTLY,         /* its first bytes are new */
    ALL_BUT_A_BYTE, /* the last is missing */
    GARBLED,        /* anything; of a flash the whole sector, if it was the first of one */
    COMPLETE,       /* it stands, but nobody was told */
    WAYS
} way_t;

typedef struct {
    bool flash;         /* programs by clearing bits; erases 8 blocks when the first is written */
    uint16_t power;     /* writes until power goes */
    way_t way;
    bool off;           /* it has gone */
    bool unwritable, weak, unreadable; /* weak: reads back another last byte */
    uint16_t writes;
    bool misused;       /* a flash was written where it was not erased, or read where none may */
} memory_t;
extern memory_t memory;

extern sm_blocks_t blocks; /* as the log sees it */

void memory_fresh(bool flash);
void memory_power_on(void);
void memory_get(uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]);
void memory_rot(uint32_t block); /* one bit turns */

#endif
