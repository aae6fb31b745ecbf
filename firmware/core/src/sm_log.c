/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_log.h"
#include "sm_bytes.h"
#include "sm_crc16.h"
#include <string.h>

enum { MAGIC = 0x4D53, VERSION = 1, CRC_AT = SM_BLOCK_BYTES - 2 };
enum { KIND_AT = 3, EPOCH_AT = 4, RUN_AT = 8, NUMBER_AT = 10, LENGTH_AT = 14, PAYLOAD_AT = 16 };
enum { SUPER_A = 0, SUPER_B = 8, SUPER_EPOCH_AT = 4, SUPER_RUN_AT = 8 };
static const uint8_t SUPER_MAGIC[] = {'S', 'M', 'L', 1};

_Static_assert((int)PAYLOAD_AT + (int)SM_BLOCK_PAYLOAD_MAX == (int)CRC_AT, "a block's layout");

/* ---- blocks ---------------------------------------------------------------------------------- */

static bool read(sm_log_t *log, uint32_t block) {
    return log->blocks->read(log->blocks->context, block, log->buffer);
}

static bool crc_is_right(const sm_log_t *log) {
    return sm_get_u16(log->buffer + CRC_AT) == sm_crc16(log->buffer, CRC_AT);
}

/* Writes the buffer and reads it back. */
static bool write(sm_log_t *log, uint32_t block) {
    const uint16_t crc = sm_crc16(log->buffer, CRC_AT);
    sm_put_u16(log->buffer + CRC_AT, crc);
    return log->blocks->write(log->blocks->context, block, log->buffer) && read(log, block) &&
           crc_is_right(log) && sm_get_u16(log->buffer + CRC_AT) == crc;
}

/* A block of a run, of whatever epoch, now in the buffer. */
static bool is_a_runs(sm_log_t *log, uint32_t block) {
    return read(log, block) && sm_get_u16(log->buffer) == MAGIC && log->buffer[2] == VERSION &&
           crc_is_right(log);
}

static bool is_valid(sm_log_t *log, uint32_t block) {
    return is_a_runs(log, block) && sm_get_u32(log->buffer + EPOCH_AT) == log->epoch;
}

static bool is_erased(sm_log_t *log, uint32_t block) {
    if (!read(log, block)) return false;
    for (uint16_t i = 0; i < SM_BLOCK_BYTES; i++)
        if (log->buffer[i] != 0xFF) return false;
    return true;
}

/* ---- superblocks ----------------------------------------------------------------------------- */

static bool write_super(sm_log_t *log, uint32_t block, uint32_t epoch) {
    memset(log->buffer, 0, sizeof log->buffer);
    memcpy(log->buffer, SUPER_MAGIC, sizeof SUPER_MAGIC);
    sm_put_u32(log->buffer + SUPER_EPOCH_AT, epoch);
    sm_put_u16(log->buffer + SUPER_RUN_AT, log->run);
    return write(log, block);
}

static bool is_super(sm_log_t *log, uint32_t block) {
    return read(log, block) && memcmp(log->buffer, SUPER_MAGIC, sizeof SUPER_MAGIC) == 0 &&
           crc_is_right(log);
}

static bool find_super(sm_log_t *log) {
    bool found = false;
    for (uint32_t block = SUPER_A; block <= SUPER_B; block += SUPER_B - SUPER_A) {
        if (!is_super(log, block)) continue;
        const uint32_t epoch = sm_get_u32(log->buffer + SUPER_EPOCH_AT);
        if (found && (int32_t)(epoch - log->epoch) <= 0) continue;
        found = true;
        log->superblock = block;
        log->epoch = epoch;
        log->run = sm_get_u16(log->buffer + SUPER_RUN_AT);
    }
    return found;
}

/* A new memory, or both superblocks have rotted: then the first block of a run tells the epoch. */
static bool make_super(sm_log_t *log) {
    if (!read(log, SUPER_A) || !read(log, SUPER_B)) return false;
    log->epoch = 1;
    log->run = 0;
    for (uint32_t i = 0; i < SM_LOG_PROBE && SM_LOG_FIRST_BLOCK + i < log->blocks->blocks; i++) {
        if (!is_a_runs(log, SM_LOG_FIRST_BLOCK + i)) continue;
        log->epoch = sm_get_u32(log->buffer + EPOCH_AT);
        break;
    }
    log->superblock = SUPER_A;
    return write_super(log, SUPER_A, log->epoch);
}

/* ---- where the end is ------------------------------------------------------------------------ */

/* The first block that is not valid, after one that is. */
static uint32_t halve(sm_log_t *log, uint32_t valid, uint32_t beyond) {
    while (beyond - valid > 1) {
        const uint32_t middle = valid + (beyond - valid) / 2;
        if (is_valid(log, middle)) valid = middle;
        else beyond = middle;
    }
    return beyond;
}

static uint32_t find_end(sm_log_t *log) {
    const uint32_t blocks = log->blocks->blocks;
    uint32_t end = halve(log, SM_LOG_FIRST_BLOCK - 1, blocks);
    for (uint32_t i = 1; i <= SM_LOG_PROBE && i < blocks - end; i++) {
        if (!is_valid(log, end + i)) continue;
        end = halve(log, end + i, blocks);
        i = 0;
    }
    return end;
}

/* What was cut off within a sector cannot be written again before the sector is erased. */
static void skip_what_is_not_erased(sm_log_t *log) {
    while (log->end < log->blocks->blocks && log->end % SM_LOG_SECTOR != 0 &&
           !is_erased(log, log->end))
        log->end++;
}

bool sm_log_mount(sm_log_t *log, const sm_blocks_t *blocks) {
    sm_log_run_t newest;
    uint32_t start;
    memset(log, 0, sizeof *log);
    log->blocks = blocks;
    if (blocks->blocks < SM_LOG_FIRST_BLOCK + 2) return false;
    if (!find_super(log) && !make_super(log)) return false;
    log->end = find_end(log);
    if (sm_log_newest(log, &newest, &start)) log->run = newest.run;
    skip_what_is_not_erased(log);
    return true;
}

/* ---- writing a run --------------------------------------------------------------------------- */

static bool add(sm_log_t *log, uint8_t kind, uint16_t length) {
    uint8_t *p = sm_put_u16(log->buffer, MAGIC);
    p = sm_put_u8(sm_put_u8(p, VERSION), kind);
    p = sm_put_u32(p, log->epoch);
    p = sm_put_u16(p, log->run);
    p = sm_put_u32(p, log->number);
    p = sm_put_u16(p, length);
    memset(p + length, 0, (size_t)(SM_BLOCK_PAYLOAD_MAX - length));
    log->writing = write(log, log->end);
    log->end++;
    log->number++;
    if (!log->writing) skip_what_is_not_erased(log);
    return log->writing;
}

bool sm_log_begin(sm_log_t *log, uint32_t utc_s, const uint8_t *info, uint8_t info_length) {
    if (log->writing) return true;
    if (log->blocks->blocks - log->end < 2) return false;
    log->run++;
    log->number = 0;
    log->run_start = log->end;
    memcpy(sm_put_u32(log->buffer + PAYLOAD_AT, utc_s), info, info_length);
    return add(log, SM_BLOCK_START, (uint16_t)(4 + info_length));
}

bool sm_log_append(sm_log_t *log, const uint8_t *payload, uint16_t length) {
    if (!log->writing || length > SM_BLOCK_PAYLOAD_MAX) return false;
    if (log->blocks->blocks - log->end < 2) return false;
    memcpy(log->buffer + PAYLOAD_AT, payload, length);
    return add(log, SM_BLOCK_ROWS, length);
}

bool sm_log_end(sm_log_t *log) {
    if (!log->writing) return true;
    const bool ended = add(log, SM_BLOCK_END, 0);
    log->writing = false;
    return ended;
}

bool sm_log_erase(sm_log_t *log, uint32_t epoch) {
    if (epoch != log->epoch) return true;
    if (log->writing) return false;
    const uint16_t run = log->run;
    write_super(log, log->superblock == SUPER_A ? SUPER_B : SUPER_A, epoch + 1);
    /* What stands there now counts, whatever became of the write. */
    const bool erased = find_super(log) && log->epoch == epoch + 1;
    log->run = run;
    if (!erased) return false;
    log->end = SM_LOG_FIRST_BLOCK;
    log->found_start = 0;
    return true;
}

/* ---- reading runs ---------------------------------------------------------------------------- */

/* The run of the last valid block before block `before`. */
static bool find_run(sm_log_t *log, uint32_t before, sm_log_run_t *run, uint32_t *start) {
    uint32_t last = before;
    do {
        if (last <= SM_LOG_FIRST_BLOCK) return false;
        last--;
    } while (!is_valid(log, last) ||
             sm_get_u32(log->buffer + NUMBER_AT) > last - SM_LOG_FIRST_BLOCK);
    run->epoch = log->epoch;
    run->run = sm_get_u16(log->buffer + RUN_AT);
    run->blocks = sm_get_u32(log->buffer + NUMBER_AT) + 1;
    *start = last + 1 - run->blocks;
    run->state = log->buffer[KIND_AT] == SM_BLOCK_END ? SM_LOG_RUN_ENDED : SM_LOG_RUN_CUT_OFF;
    if (log->writing && *start == log->run_start) run->state = SM_LOG_RUN_BEING_WRITTEN;
    const bool begins = is_valid(log, *start) && log->buffer[KIND_AT] == SM_BLOCK_START;
    run->utc_s = begins ? sm_get_u32(log->buffer + PAYLOAD_AT) : 0;
    return true;
}

bool sm_log_newest(sm_log_t *log, sm_log_run_t *run, uint32_t *start) {
    return find_run(log, log->end, run, start);
}

bool sm_log_older(sm_log_t *log, sm_log_run_t *run, uint32_t *start) {
    return find_run(log, *start, run, start);
}

static bool search(sm_log_t *log, uint16_t run) {
    sm_log_run_t found;
    uint32_t start;
    for (bool any = sm_log_newest(log, &found, &start); any;
         any = sm_log_older(log, &found, &start)) {
        if (found.run != run) continue;
        log->found_run = run;
        log->found_start = start;
        log->found_blocks = found.blocks;
        return true;
    }
    return false;
}

bool sm_log_read(sm_log_t *log, uint16_t run, uint32_t number, uint8_t block[SM_BLOCK_BYTES]) {
    const bool known = log->found_start && log->found_run == run && number < log->found_blocks;
    if (!known && !(search(log, run) && number < log->found_blocks)) return false;
    return log->blocks->read(log->blocks->context, log->found_start + number, block);
}
