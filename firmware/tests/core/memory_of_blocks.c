/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_of_blocks.h"
#include <string.h>

enum { TAIL = SM_BLOCK_BYTES - 2, SUPERBLOCKS = 2, SUPER_B = 8 };

static struct {
    uint8_t front[KEPT], between, tail[2];
} kept[SUPERBLOCKS + DATA_BLOCKS];

memory_t memory;

static bool is_kept(uint32_t block) {
    return block == 0 || block == SUPER_B ||
           (block >= SM_LOG_FIRST_BLOCK && block < MEMORY_BLOCKS);
}

static uint32_t place(uint32_t block) {
    return block < SM_LOG_FIRST_BLOCK ? block / SUPER_B : block - SM_LOG_FIRST_BLOCK + SUPERBLOCKS;
}

static void fill(uint32_t block, uint8_t byte) {
    memset(&kept[place(block)], byte, sizeof kept[0]);
}

void memory_get(uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]) {
    const uint32_t at = place(block);
    memset(bytes, kept[at].between, SM_BLOCK_BYTES);
    memcpy(bytes, kept[at].front, KEPT);
    memcpy(bytes + TAIL, kept[at].tail, 2);
}

/* A card takes what it is given, a flash can only clear bits. */
static void set(uint8_t *cell, uint8_t byte) {
    if (memory.flash && *cell != 0xFF) memory.misused = true;
    *cell = memory.flash ? *cell & byte : byte;
}

/* The first `length` bytes of a block. */
static void program(uint32_t block, const uint8_t *bytes, uint16_t length) {
    const uint32_t at = place(block);
    for (uint16_t i = 0; i < KEPT && i < length; i++) set(&kept[at].front[i], bytes[i]);
    if ((int)KEPT < (int)TAIL && length > KEPT) set(&kept[at].between, bytes[KEPT]);
    for (uint16_t i = KEPT; i < TAIL; i++)
        if (bytes[i] != bytes[KEPT]) memory.misused = true;
    for (uint16_t i = TAIL; i < length; i++) set(&kept[at].tail[i - TAIL], bytes[i]);
}

static void erase_sector(uint32_t block) {
    if (!memory.flash || block % SM_LOG_SECTOR != 0) return;
    for (uint32_t i = block; i < block + SM_LOG_SECTOR; i++)
        if (is_kept(i)) fill(i, 0xFF);
}

static void garble(uint32_t block) {
    const bool sector = memory.flash && block % SM_LOG_SECTOR == 0;
    for (uint32_t i = block; i < block + (sector ? SM_LOG_SECTOR : 1); i++)
        if (is_kept(i)) fill(i, (uint8_t)(0x5A + 29 * i));
}

static void lose_power(uint32_t block, const uint8_t *bytes) {
    memory.off = true;
    if (memory.way == NOTHING) return;
    if (memory.way == GARBLED) {
        garble(block);
        return;
    }
    erase_sector(block);
    if (memory.way == PARTLY) program(block, bytes, KEPT / 2);
    if (memory.way == ALL_BUT_A_BYTE) program(block, bytes, SM_BLOCK_BYTES - 1);
    if (memory.way == COMPLETE) program(block, bytes, SM_BLOCK_BYTES);
}

static bool write(void *context, uint32_t block, const uint8_t bytes[SM_BLOCK_BYTES]) {
    (void)context;
    if (!is_kept(block)) memory.misused = true;
    if (memory.off || memory.unwritable || !is_kept(block)) return false;
    if (memory.power == 0) {
        lose_power(block, bytes);
        return false;
    }
    memory.power--;
    memory.writes++;
    erase_sector(block);
    program(block, bytes, memory.weak ? SM_BLOCK_BYTES - 1 : SM_BLOCK_BYTES);
    return true;
}

static bool read(void *context, uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]) {
    (void)context;
    if (!is_kept(block)) memory.misused = true;
    if (memory.off || memory.unreadable || !is_kept(block)) return false;
    memory_get(block, bytes);
    return true;
}

sm_blocks_t blocks = {read, write, NULL, MEMORY_BLOCKS};

void memory_power_on(void) {
    memory.off = false;
    memory.power = UINT16_MAX;
}

/* A card comes with anything on it, here zeros; a flash erased. */
void memory_fresh(bool flash) {
    memset(&memory, 0, sizeof memory);
    memset(kept, flash ? 0xFF : 0, sizeof kept);
    memory.flash = flash;
    blocks.blocks = MEMORY_BLOCKS;
    memory_power_on();
}

void memory_rot(uint32_t block) { kept[place(block)].front[6] ^= 0x10; }
