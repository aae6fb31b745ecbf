/* SPDX-License-Identifier: Apache-2.0 */
/* Any image of a log. Each block is made of 20 bytes of the input: the header and the front of the
 * payload, whose CRC is made right unless the last of them says otherwise. Mounting must end, what
 * is listed must stand in the memory, and a run that is then written must be the newest. */
#include "fuzz.h"
#include "sm_bytes.h"
#include "sm_crc16.h"
#include "sm_log.h"
#include <string.h>

enum { BLOCKS = 40, PIECE = 20 };

static uint8_t memory[BLOCKS][SM_BLOCK_BYTES];

static bool read(void *context, uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]) {
    (void)context;
    MUST(block < BLOCKS);
    memcpy(bytes, memory[block], SM_BLOCK_BYTES);
    return true;
}

static bool write(void *context, uint32_t block, const uint8_t bytes[SM_BLOCK_BYTES]) {
    (void)context;
    MUST(block == 0 || block == 8 || (block >= SM_LOG_FIRST_BLOCK && block < BLOCKS));
    memcpy(memory[block], bytes, SM_BLOCK_BYTES);
    return true;
}

static void fill(uint32_t block, const uint8_t *piece, size_t length) {
    memset(memory[block], 0, SM_BLOCK_BYTES);
    memcpy(memory[block], piece, length);
    const bool spoiled = length == PIECE && piece[PIECE - 1] == 0xFF;
    sm_put_u16(memory[block] + 510, (uint16_t)(sm_crc16(memory[block], 510) + spoiled));
}

static void make_image(const uint8_t *data, size_t size) {
    memset(memory, 0xFF, sizeof memory);
    for (uint32_t i = 0; i + 14 < BLOCKS && size > 0; i++) {
        const size_t length = size < PIECE ? size : PIECE;
        fill(i == 0 ? 0 : i == 1 ? 8 : 14 + i, data, length);
        data += length;
        size -= length;
    }
}

static void runs_stand(sm_log_t *log) {
    sm_log_run_t run;
    uint32_t start, before = log->end;
    for (bool any = sm_log_newest(log, &run, &start); any; any = sm_log_older(log, &run, &start)) {
        MUST(start >= SM_LOG_FIRST_BLOCK && start < before && start + run.blocks <= before);
        before = start;
        const uint8_t *const last = memory[start + run.blocks - 1];
        MUST(sm_get_u16(last) == 0x4D53 && sm_get_u32(last + 4) == log->epoch);
        MUST(sm_get_u16(last + 8) == run.run && sm_get_u32(last + 10) == run.blocks - 1);
        MUST(sm_get_u16(last + 510) == sm_crc16(last, 510));
        MUST((run.state == SM_LOG_RUN_ENDED) == (last[3] == SM_BLOCK_END));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const sm_blocks_t blocks = {read, write, NULL, BLOCKS};
    sm_log_t log;
    sm_log_run_t run;
    uint32_t start;
    uint8_t block[SM_BLOCK_BYTES];
    make_image(data, size);
    MUST(sm_log_mount(&log, &blocks));
    MUST(log.end >= SM_LOG_FIRST_BLOCK && log.end <= BLOCKS);
    runs_stand(&log);
    const uint16_t newest = log.run;
    if (sm_log_begin(&log, 77, (const uint8_t *)"info", 4)) {
        while (sm_log_append(&log, (const uint8_t *)"row", 3)) {}
        MUST(sm_log_end(&log));
        MUST(sm_log_mount(&log, &blocks) && sm_log_newest(&log, &run, &start));
        MUST(run.run == (uint16_t)(newest + 1) && run.utc_s == 77 && run.state == SM_LOG_RUN_ENDED);
        MUST(sm_log_read(&log, run.run, run.blocks - 1, block) && block[3] == SM_BLOCK_END);
        runs_stand(&log);
    }
    MUST(sm_log_erase(&log, log.epoch) && !sm_log_newest(&log, &run, &start));
    return 0;
}
