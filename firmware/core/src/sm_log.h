/* SPDX-License-Identifier: Apache-2.0 */
/* Runs on a memory of 512-byte blocks that can lose power at any moment; "Log" in PROTOCOL.md. */
#ifndef SM_LOG_H
#define SM_LOG_H
#include "sm_records.h"
#include <stdbool.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_BLOCK_BYTES = 512, SM_BLOCK_PAYLOAD_MAX = 494, SM_LOG_FIRST_BLOCK = 16 };
enum { SM_LOG_SECTOR = 8 /* blocks */ };
enum { SM_BLOCK_START = 1, SM_BLOCK_ROWS = 2, SM_BLOCK_END = 3 };

/* How a board reads and writes its memory; false when it could not. A write replaces a block;
 * flash erases a sector of 8 blocks when its first block is written. Within a sector nothing is
 * rewritten, and the superblocks stand in sectors of their own. */
typedef struct {
    bool (*read)(void *context, uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]);
    bool (*write)(void *context, uint32_t block, const uint8_t bytes[SM_BLOCK_BYTES]);
    void *context;
    uint32_t blocks; /* how many there are */
} sm_blocks_t;

typedef struct {
    const sm_blocks_t *blocks;
    uint32_t superblock; /* the valid one */
    uint32_t epoch;
    uint32_t end;       /* the next block to be written */
    uint32_t run_start; /* block at which the run being written begins */
    uint16_t run;       /* number of the newest run */
    uint32_t number;    /* of the next block in it */
    bool writing;
    uint16_t found_run; /* that sm_log_read found last, for it is asked block by block */
    uint32_t found_start, found_blocks; /* 0 when none */
    uint8_t buffer[SM_BLOCK_BYTES];
} sm_log_t;

/* Finds the end of what is written; false when the memory cannot be read or written at all. A run
 * that power has cut off stays as it is.
 *
 * Blocks are valid up to the end and not beyond, but for the few that power has cut off or that
 * have rotted. So the end is halved for, and then the SM_LOG_PROBE blocks beyond it are looked at:
 * if one is valid, it goes on from there. About 100 reads, and as many again for each hole met. */
bool sm_log_mount(sm_log_t *log, const sm_blocks_t *blocks);
enum { SM_LOG_PROBE = 64 };

/* Each is true when the block stands in the memory, read back. After a failed write the run is
 * over. The last block of the memory is kept for the end of a run: append is false when no other
 * is left. To begin while a run is being written, and to end when none is, is done already. */
bool sm_log_begin(sm_log_t *log, uint32_t utc_s, const uint8_t *info, uint8_t info_length);
bool sm_log_append(sm_log_t *log, const uint8_t *payload, uint16_t length);
bool sm_log_end(sm_log_t *log);

/* Forgets every run, if `epoch` is the memory's; when it is another there is nothing to do. False
 * while a run is being written, and when the memory could not be written: then all is as it was. */
bool sm_log_erase(sm_log_t *log, uint32_t epoch);

/* The newest run, and the one before the run that begins at block `*start`. False when there is
 * none; else `*start` is the block at which `run` begins, to go on from. */
bool sm_log_newest(sm_log_t *log, sm_log_run_t *run, uint32_t *start);
bool sm_log_older(sm_log_t *log, sm_log_run_t *run, uint32_t *start);

/* Block `number` of a run as it stands in the memory, sound or not; false when there is none. */
bool sm_log_read(sm_log_t *log, uint16_t run, uint32_t number, uint8_t block[SM_BLOCK_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
