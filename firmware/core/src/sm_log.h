/* SPDX-License-Identifier: Apache-2.0 */
/* Runs on a memory of 512-byte blocks that can lose power at any moment. See "Log" in PROTOCOL.md. */
#ifndef SM_LOG_H
#define SM_LOG_H
#include "sm_records.h"
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_BLOCK_BYTES = 512, SM_BLOCK_PAYLOAD_MAX = 494, SM_LOG_FIRST_BLOCK = 16 };
enum { SM_BLOCK_START = 1, SM_BLOCK_ROWS = 2, SM_BLOCK_END = 3 };

/* How a board reads and writes its memory; false when it could not. A write replaces a block;
 * flash erases a sector when its first block is written. Nothing is rewritten but the superblocks,
 * which stand in sectors of their own. */
typedef struct {
    bool (*read)(void *context, uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]);
    bool (*write)(void *context, uint32_t block, const uint8_t bytes[SM_BLOCK_BYTES]);
    void *context;
    uint32_t blocks; /* how many there are */
} sm_blocks_t;

typedef struct {
    const sm_blocks_t *blocks;
    uint32_t epoch;
    uint32_t end;       /* the next block to be written */
    uint32_t run_start; /* block at which the newest run begins; 0 when there is none */
    uint16_t run;       /* number of the newest run */
    uint32_t number;    /* of the next block in it */
    bool writing;
    uint8_t buffer[SM_BLOCK_BYTES];
} sm_log_t;

/* Finds the end of what is written; false when the memory cannot be read or written at all. A run
 * that power has cut off stays as it is. */
bool sm_log_mount(sm_log_t *log, const sm_blocks_t *blocks);

/* Each is true when the block stands in the memory. After a failed write the run is over. The
 * last block of the memory is kept for the end of a run: append is false when no other is left. */
bool sm_log_begin(sm_log_t *log, uint32_t utc_s, const uint8_t *info, uint8_t info_length);
bool sm_log_append(sm_log_t *log, const uint8_t *payload, uint16_t length);
bool sm_log_end(sm_log_t *log);

/* Forgets every run, if `epoch` is the memory's; when it is another there is nothing to do. */
bool sm_log_erase(sm_log_t *log, uint32_t epoch);

/* The run before `run`, or the newest for NULL. False when there is none. `start` is its first
 * block in the memory, to go on from. */
bool sm_log_newest(sm_log_t *log, sm_log_run_t *run, uint32_t *start);
bool sm_log_older(sm_log_t *log, sm_log_run_t *run, uint32_t *start);

/* Block `number` of the run that starts at block `start`, as it stands in the memory. */
bool sm_log_read(sm_log_t *log, uint16_t run, uint32_t number, uint8_t block[SM_BLOCK_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
