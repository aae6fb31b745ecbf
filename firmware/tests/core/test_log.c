/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"
#include "memory_of_blocks.h"
#include "sm_bytes.h"
#include "sm_crc16.h"

static sm_log_t log_;
static const uint8_t info[] = {'i', 'n', 'f', 'o'};

static bool mounted(void) { return sm_log_mount(&log_, &blocks); }

/* What the memory must hold: every block whose write was told to be done. */
enum { RUNS_MAX = 4 };
static struct {
    uint8_t runs;
    uint16_t first; /* number of the oldest run */
    struct {
        uint8_t blocks;
        bool ended;
    } run[RUNS_MAX];
} model;

static void forget_all(void) {
    model.runs = 0;
    model.first = (uint16_t)(log_.run + 1);
}

static void begin_fresh(bool flash) {
    memory_fresh(flash);
    CHECK(mounted(), "a fresh memory is mounted");
    forget_all();
}

/* ---- what stands in the memory --------------------------------------------------------------- */

static bool stands(uint32_t block, const uint8_t *front, uint16_t length, uint16_t crc) {
    memory_get(block, log_.buffer);
    bool zeros = true;
    for (uint16_t i = length; i < SM_BLOCK_BYTES - 2; i++) zeros = zeros && log_.buffer[i] == 0;
    return zeros && differs_from_flash(log_.buffer, front, length) == 0 &&
           sm_get_u16(log_.buffer + SM_BLOCK_BYTES - 2) == crc;
}

static bool superblock_stands(uint32_t block, uint8_t vector) {
    superblocks_t is;
    LOAD(is, SUPERBLOCKS, vector);
    return stands(block, is.front, is.length, is.crc);
}

static bool write_one(const blocks_t *is, const uint8_t *payload) {
    switch (is->kind) {
    case SM_BLOCK_START: return sm_log_begin(&log_, sm_get_u32(payload), info, sizeof info);
    case SM_BLOCK_ROWS: return sm_log_append(&log_, payload, is->vector.length);
    default: return sm_log_end(&log_);
    }
}

static void blocks_stand_as_the_vectors_do(void) {
    begin_fresh(true);
    CHECK(superblock_stands(0, 0), "superblock");
    for (uint8_t i = 0; i < COUNT(BLOCKS); i++) {
        blocks_t is;
        LOAD(is, BLOCKS, i);
        if (is.front_length > KEPT) { /* too long for the memory of an AVR: another in its place */
            CHECK(sm_log_append(&log_, info, 1), "written");
            continue;
        }
        about(is.vector.name);
        uint8_t payload[KEPT];
        copy_of_flash(payload, is.vector.payload, is.vector.length);
        CHECK(write_one(&is, payload), "written");
        CHECK(stands(SM_LOG_FIRST_BLOCK + i, is.front, is.front_length, is.crc), "bytes");
    }
    about(NULL);
    log_.run = 513;
    CHECK(sm_log_erase(&log_, 1) && superblock_stands(8, 1), "superblock of an erase");
    CHECK(superblock_stands(0, 0), "the older stays");
}

/* ---- a life, and power that goes ------------------------------------------------------------- */

static uint32_t utc_of(uint16_t run) { return 1000000ul + run; }

static bool begin_run(void) {
    if (!sm_log_begin(&log_, utc_of((uint16_t)(log_.run + 1)), info, sizeof info)) return false;
    model.run[model.runs].ended = false;
    model.run[model.runs++].blocks = 1;
    return true;
}

static bool append(uint8_t rows) {
    for (uint8_t i = 0; i < rows; i++) {
        const uint8_t payload[] = {(uint8_t)log_.run, (uint8_t)log_.number, 0xA5};
        if (!sm_log_append(&log_, payload, sizeof payload)) return false;
        model.run[model.runs - 1].blocks++;
    }
    return true;
}

static bool end_run(void) {
    if (!sm_log_end(&log_)) return false;
    model.run[model.runs - 1].blocks++;
    model.run[model.runs - 1].ended = true;
    return true;
}

static bool erase(void) {
    if (!sm_log_erase(&log_, log_.epoch)) return false;
    forget_all();
    return true;
}

/* Two runs over a border of sectors, an erase, and another run. */
static bool live(void) {
    memset(&model, 0, sizeof model);
    model.first = 1;
    return mounted() && begin_run() && append(3) && end_run() && begin_run() && append(6) &&
           end_run() && erase() && begin_run() && append(2) && end_run();
}
enum { WRITES_OF_A_LIFE = 1 + 5 + 8 + 1 + 4 };

static void block_is_right(uint16_t run, uint32_t number, uint8_t kind) {
    CHECK(sm_log_read(&log_, run, number, log_.buffer), "a block that was told to be written");
    const uint8_t *const bytes = log_.buffer;
    CHECK(sm_get_u16(bytes) == 0x4D53 && sm_get_u16(bytes + 510) == sm_crc16(bytes, 510), "sound");
    CHECK(sm_get_u16(bytes + 8) == run && sm_get_u32(bytes + 10) == number, "its place");
    CHECK(bytes[3] == kind, "kind");
    if (kind == SM_BLOCK_START) CHECK(sm_get_u32(bytes + 16) == utc_of(run), "time");
    if (kind == SM_BLOCK_ROWS) CHECK(bytes[17] == (uint8_t)number && bytes[18] == 0xA5, "payload");
}

static void run_is_as_the_model(const sm_log_run_t *run, uint8_t i) {
    const bool ended = model.run[i].ended;
    CHECK(run->run == (uint16_t)(model.first + i) && run->epoch == log_.epoch, "its number");
    CHECK(run->blocks == model.run[i].blocks, "its blocks");
    CHECK(run->utc_s == utc_of(run->run), "its time");
    CHECK(run->state == (ended ? SM_LOG_RUN_ENDED : SM_LOG_RUN_CUT_OFF), "its state");
    for (uint8_t n = 0; n < model.run[i].blocks; n++)
        block_is_right(run->run, n,
                       n == 0                                       ? SM_BLOCK_START
                       : ended && n + 1 == model.run[i].blocks ? SM_BLOCK_END
                                                                    : SM_BLOCK_ROWS);
}

static void memory_is_as_the_model(void) {
    sm_log_run_t run;
    uint32_t start;
    bool any = sm_log_newest(&log_, &run, &start);
    for (uint8_t i = model.runs; i-- > 0; any = sm_log_older(&log_, &run, &start)) {
        CHECK(any, "the run is there");
        if (any) run_is_as_the_model(&run, i);
    }
    CHECK(!any, "and no other");
}

/* The write during which power went may stand, though nobody was told: one block, or an erase. */
static void adopt_the_last_write(uint32_t epoch) {
    sm_log_run_t run;
    uint32_t start;
    if (log_.epoch != epoch) forget_all();
    if (!sm_log_newest(&log_, &run, &start)) return;
    const uint16_t newest = (uint16_t)(model.first + model.runs - 1);
    if (run.run == (uint16_t)(newest + 1)) model.run[model.runs++].blocks = 0;
    const uint8_t last = (uint8_t)(model.runs - 1);
    if (run.blocks != model.run[last].blocks + 1u) return;
    model.run[last].blocks++;
    model.run[last].ended = run.state == SM_LOG_RUN_ENDED;
}

static void lose_power_at(bool flash, uint16_t write, way_t way) {
    memory_fresh(flash);
    memory.power = write;
    memory.way = way;
    CHECK(live() == (write >= WRITES_OF_A_LIFE), "it lives as long as there is power");
    const uint32_t epoch = log_.epoch;
    memory_power_on();
    CHECK(mounted() && !log_.writing, "mounted again");
    if (write > 0 && way == COMPLETE) adopt_the_last_write(epoch);
    memory_is_as_the_model();
    const uint16_t before = log_.run;
    CHECK(begin_run() && log_.run == (uint16_t)(before + 1), "a run begins after it");
    CHECK(append(2) && end_run(), "and ends");
    memory_is_as_the_model();
    CHECK(mounted(), "and mounted once more");
    memory_is_as_the_model();
    CHECK(!memory.misused, "nothing is written where it was not erased");
}

static void power_that_goes_at_any_write_loses_that_block_alone(void) {
    for (uint8_t flash = 0; flash < 2; flash++)
        for (uint16_t write = 0; write <= WRITES_OF_A_LIFE; write++)
            for (uint8_t way = 0; way < WAYS; way++) {
#ifdef __AVR__ /* a third of them, which takes half a minute of its time */
                if ((write + way + flash) % 3) continue;
#endif
                lose_power_at(flash, write, (way_t)way);
            }
}

/* Each life is cut short in the block after the one before was: not one whole block is lost. */
static void power_that_goes_again_and_again_loses_one_block_each_time(void) {
    for (uint8_t flash = 0; flash < 2; flash++) {
        begin_fresh(flash);
        for (uint8_t life = 0; life < 3; life++) {
            CHECK(begin_run() && append(1), "a run of two blocks");
            memory.power = 0;
            memory.way = GARBLED;
            CHECK(!append(1), "cut off");
            memory_power_on();
            CHECK(mounted(), "mounted again");
            memory.power = 0;
            CHECK(!begin_run(), "cut off at once");
            memory_power_on();
            CHECK(mounted(), "mounted again");
            memory_is_as_the_model();
        }
        CHECK(!memory.misused, "nothing is written where it was not erased");
    }
}

/* ---- one life -------------------------------------------------------------------------------- */

static void only_the_run_being_written_is_so(void) {
    begin_fresh(false);
    sm_log_run_t run;
    uint32_t start;
    CHECK(!sm_log_newest(&log_, &run, &start), "no run at first");
    begin_run();
    end_run();
    begin_run();
    append(2);
    CHECK(sm_log_newest(&log_, &run, &start) && start == 18, "the newest");
    CHECK(run.run == 2 && run.blocks == 3 && run.state == SM_LOG_RUN_BEING_WRITTEN, "is written");
    CHECK(sm_log_older(&log_, &run, &start) && start == 16, "the one before");
    CHECK(run.run == 1 && run.blocks == 2 && run.state == SM_LOG_RUN_ENDED, "has ended");
    CHECK(!sm_log_older(&log_, &run, &start), "there is none before that");
    CHECK(mounted() && sm_log_newest(&log_, &run, &start), "after a restart");
    CHECK(run.run == 2 && run.state == SM_LOG_RUN_CUT_OFF, "it is cut off");
}

static void what_is_done_twice_is_done_once(void) {
    begin_fresh(false);
    memory.writes = 0;
    CHECK(sm_log_begin(&log_, 1, info, sizeof info) && sm_log_begin(&log_, 2, info, sizeof info),
          "begun");
    CHECK(memory.writes == 1 && log_.run == 1, "one run");
    CHECK(sm_log_end(&log_) && sm_log_end(&log_) && memory.writes == 2, "one end");
    CHECK(!sm_log_append(&log_, info, 1) && memory.writes == 2, "no rows without a run");
    CHECK(sm_log_erase(&log_, 1) && log_.epoch == 2 && memory.writes == 3, "one write erases");
    CHECK(sm_log_begin(&log_, 3, info, sizeof info), "a run after it");
    CHECK(!sm_log_erase(&log_, 2), "which is not erased while it is written");
    CHECK(sm_log_erase(&log_, 1) && memory.writes == 4, "nor by the erase again");
    sm_log_run_t run;
    uint32_t start;
    CHECK(sm_log_newest(&log_, &run, &start) && run.utc_s == 3 && run.run == 2, "it is there");
    CHECK(!sm_log_older(&log_, &run, &start), "and those before are not");
    sm_log_end(&log_);
    CHECK(sm_log_erase(&log_, 2) && mounted(), "erased, and mounted again");
    CHECK(sm_log_begin(&log_, 4, info, sizeof info) && log_.run == 3, "the numbers go on");
}

static void a_full_memory_keeps_the_last_block_for_the_end(void) {
    memory_fresh(true);
    blocks.blocks = SM_LOG_FIRST_BLOCK + 6;
    CHECK(mounted() && begin_run() && append(4), "start and four of rows");
    CHECK(!append(1) && log_.writing, "no more");
    CHECK(sm_log_end(&log_) && log_.end == blocks.blocks, "but the end");
    sm_log_run_t run;
    uint32_t start;
    CHECK(mounted() && sm_log_newest(&log_, &run, &start), "mounted again");
    CHECK(run.blocks == 6 && run.state == SM_LOG_RUN_ENDED, "all is there");
    CHECK(!sm_log_begin(&log_, 1, info, sizeof info), "no room for another");
    CHECK(sm_log_erase(&log_, 1) && sm_log_begin(&log_, 1, info, sizeof info), "before an erase");
    memory_fresh(true);
    blocks.blocks = SM_LOG_FIRST_BLOCK + 3;
    CHECK(mounted() && begin_run() && end_run(), "one block is left");
    CHECK(!sm_log_begin(&log_, 1, info, sizeof info), "which is too little");
}

static void rows_too_long_for_a_block_are_refused(void) {
    begin_fresh(false);
    begin_run();
    CHECK(!sm_log_append(&log_, info, SM_BLOCK_PAYLOAD_MAX + 1) && log_.writing, "refused");
}

/* ---- a memory that fails --------------------------------------------------------------------- */

static void a_memory_that_fails_is_not_mounted(void) {
    memory_fresh(false);
    blocks.blocks = SM_LOG_FIRST_BLOCK + 1;
    CHECK(!mounted(), "too small");
    memory_fresh(false);
    memory.unreadable = true;
    CHECK(!mounted() && memory.writes == 0, "cannot be read, and is left alone");
    memory_fresh(false);
    memory.unwritable = true;
    CHECK(!mounted(), "cannot be written");
}

static void a_failed_write_ends_the_run(void) {
    begin_fresh(true);
    begin_run();
    append(2);
    memory.unwritable = true;
    CHECK(!append(1) && !log_.writing, "cannot be written");
    CHECK(sm_log_end(&log_), "nothing is left to end");
    CHECK(!sm_log_begin(&log_, 1, info, sizeof info), "nor can one begin");
    memory.unwritable = false;
    memory.weak = true;
    CHECK(!sm_log_begin(&log_, 1, info, sizeof info), "reads back other than written");
    memory.weak = false;
    CHECK(sm_log_begin(&log_, 5, info, sizeof info) && sm_log_end(&log_), "it works again");
    sm_log_run_t run;
    uint32_t start;
    CHECK(sm_log_newest(&log_, &run, &start) && run.utc_s == 5 && run.blocks == 2, "that run");
    CHECK(sm_log_older(&log_, &run, &start) && run.blocks == 3, "and the one before");
    CHECK(run.run == 1 && run.state == SM_LOG_RUN_CUT_OFF, "which is cut off");
    CHECK(!memory.misused, "nothing is written where it was not erased");
}

/* The sector is the log's from before an erase: its first write would have erased it. */
static void after_a_failed_write_nothing_is_written_over_old_blocks(void) {
    begin_fresh(true);
    begin_run();
    append(8);
    end_run();
    sm_log_erase(&log_, 1);
    memory.unwritable = true;
    CHECK(!sm_log_begin(&log_, 1, info, sizeof info), "cannot be written");
    memory.unwritable = false;
    CHECK(log_.end == SM_LOG_FIRST_BLOCK + SM_LOG_SECTOR, "on to the next sector");
    CHECK(sm_log_begin(&log_, 1, info, sizeof info) && !memory.misused, "which is erased");
}

static void a_failed_erase_leaves_all_as_it_was(void) {
    begin_fresh(true);
    begin_run();
    end_run();
    memory.unwritable = true;
    CHECK(!sm_log_erase(&log_, 1) && log_.epoch == 1, "not erased");
    memory.unwritable = false;
    memory.weak = true;
    CHECK(!sm_log_erase(&log_, 1) && log_.epoch == 1, "nor when it does not read back");
    memory_is_as_the_model();
    CHECK(log_.run == 1, "nor is a number given twice");
    CHECK(mounted(), "mounted again");
    memory_is_as_the_model();
    memory.weak = false;
    CHECK(sm_log_erase(&log_, 1) && log_.epoch == 2, "erased at the next try");
}

/* ---- blocks that have rotted ----------------------------------------------------------------- */

static void rotten_blocks_hide_no_others(void) {
    begin_fresh(false);
    begin_run();   /* 16 to 18 */
    append(1);
    end_run();
    begin_run();   /* 19 to 22 */
    append(2);
    end_run();
    memory_rot(19);
    memory_rot(18);
    sm_log_run_t run;
    uint32_t start;
    CHECK(mounted() && log_.end >= 23, "the end");
    CHECK(sm_log_newest(&log_, &run, &start) && run.run == 2 && run.blocks == 4 && run.utc_s == 0,
          "without its start a run has no time");
    CHECK(sm_log_read(&log_, 2, 3, log_.buffer) && log_.buffer[3] == SM_BLOCK_END,
          "but its blocks");
    CHECK(sm_log_read(&log_, 2, 0, log_.buffer) && log_.buffer[0] == 0x53,
          "the rotten one as it is");
    CHECK(!sm_log_read(&log_, 2, 4, log_.buffer), "and none beyond");
    CHECK(sm_log_older(&log_, &run, &start) && run.run == 1 && run.blocks == 2, "without its end");
    CHECK(run.state == SM_LOG_RUN_CUT_OFF, "it is cut off");
    CHECK(sm_log_read(&log_, 1, 1, log_.buffer) && !sm_log_read(&log_, 7, 0, log_.buffer),
          "a run that is there, and one that is not");
}

static void a_run_that_grows_is_read_to_its_newest_block(void) {
    begin_fresh(false);
    begin_run();
    CHECK(sm_log_read(&log_, 1, 0, log_.buffer) && !sm_log_read(&log_, 1, 1, log_.buffer), "one");
    append(1);
    CHECK(sm_log_read(&log_, 1, 1, log_.buffer) && log_.buffer[3] == SM_BLOCK_ROWS, "two");
    end_run();
    CHECK(sm_log_erase(&log_, 1) && !sm_log_read(&log_, 1, 0, log_.buffer), "none after an erase");
}

static void without_superblocks_the_runs_tell_the_epoch(void) {
    begin_fresh(false);
    sm_log_erase(&log_, 1);
    sm_log_erase(&log_, 2);
    begin_run();
    append(1);
    memory_rot(0);
    memory_rot(8);
    sm_log_run_t run;
    uint32_t start;
    CHECK(mounted() && log_.epoch == 3, "the epoch");
    CHECK(sm_log_newest(&log_, &run, &start) && run.blocks == 2, "and the run");
}

static void a_block_with_an_impossible_number_is_nobodys(void) {
    begin_fresh(false);
    begin_run();
    log_.number = 9;
    append(1);
    sm_log_run_t run;
    uint32_t start;
    CHECK(sm_log_newest(&log_, &run, &start) && start == 16 && run.blocks == 1, "passed over");
}

/* ---- a large memory, made up as it is read --------------------------------------------------- */

static struct {
    uint32_t end, reads;
    struct {
        uint32_t at, blocks;
    } hole[2];
} made_up;

static bool is_in_a_hole(uint32_t block) {
    return block - made_up.hole[0].at < made_up.hole[0].blocks ||
           block - made_up.hole[1].at < made_up.hole[1].blocks;
}

static bool read_made_up(void *context, uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]) {
    (void)context;
    made_up.reads++;
    memset(bytes, 0, SM_BLOCK_BYTES);
    const bool in_hole = is_in_a_hole(block);
    if (block == 0) memcpy(bytes, "SML", 5);
    if (block >= SM_LOG_FIRST_BLOCK && block < made_up.end && !in_hole) {
        uint8_t *p = sm_put_u8(sm_put_u8(sm_put_u16(bytes, 0x4D53), 1), SM_BLOCK_ROWS);
        sm_put_u32(sm_put_u16(sm_put_u32(p, 1), 1), block - SM_LOG_FIRST_BLOCK);
    }
    if (!in_hole) sm_put_u16(bytes + 510, sm_crc16(bytes, 510));
    return true;
}

static bool write_nothing(void *context, uint32_t block, const uint8_t bytes[SM_BLOCK_BYTES]) {
    (void)context;
    (void)block;
    (void)bytes;
    return false;
}

/* A card of 32 GB: 26 halvings, 64 blocks beyond, and a few more. */
static void the_end_of_a_large_memory_is_found_in_a_hundred_reads(void) {
    static const sm_blocks_t card = {read_made_up, write_nothing, NULL, 1ul << 26};
    static const uint32_t ends[] = {17, 18, 1000, 1ul << 20, (1ul << 25) + 1, (1ul << 26) - 1,
                                    1ul << 26};
    memset(&made_up, 0, sizeof made_up);
    for (size_t i = 0; i < COUNT(ends); i++) {
        made_up.end = ends[i];
        made_up.reads = 0;
        CHECK(sm_log_mount(&log_, &card), "mounted");
        CHECK(log_.end >= ends[i] && log_.end < ends[i] + SM_LOG_SECTOR, "the end");
        CHECK(made_up.reads <= 110, "reads");
    }
}

/* Among them the very blocks at which the memory is halved. */
static void a_hole_anywhere_does_not_hide_what_is_beyond(void) {
    static const sm_blocks_t card = {read_made_up, write_nothing, NULL, 1000};
    static const uint8_t holes[] = {1, 7, 64};
#ifdef __AVR__
    const uint32_t step = 87;
#else
    const uint32_t step = 1;
#endif
    for (size_t i = 0; i < sizeof holes; i++)
        for (uint32_t at = SM_LOG_FIRST_BLOCK; at + holes[i] < 900; at += step) {
            made_up.end = 900;
            made_up.hole[0].at = at;
            made_up.hole[0].blocks = holes[i];
            CHECK(sm_log_mount(&log_, &card), "mounted");
            CHECK(log_.end >= 900 && log_.end < 900 + SM_LOG_SECTOR, "the end");
        }
}

/* The first block looked at, 507, lies in the first hole, and the third, 890, in the second. */
static void a_hole_beyond_a_hole_does_not_either(void) {
    static const sm_blocks_t card = {read_made_up, write_nothing, NULL, 1000};
    made_up.end = 900;
    made_up.hole[0].at = 500;
    made_up.hole[0].blocks = 60;
    made_up.hole[1].at = 884;
    made_up.hole[1].blocks = 8;
    CHECK(sm_log_mount(&log_, &card), "mounted");
    CHECK(log_.end >= 900 && log_.end < 900 + SM_LOG_SECTOR, "the end");
}

void test_log(void) {
    blocks_stand_as_the_vectors_do();
    power_that_goes_at_any_write_loses_that_block_alone();
    power_that_goes_again_and_again_loses_one_block_each_time();
    only_the_run_being_written_is_so();
    what_is_done_twice_is_done_once();
    a_full_memory_keeps_the_last_block_for_the_end();
    rows_too_long_for_a_block_are_refused();
    a_memory_that_fails_is_not_mounted();
    a_failed_write_ends_the_run();
    after_a_failed_write_nothing_is_written_over_old_blocks();
    a_failed_erase_leaves_all_as_it_was();
    rotten_blocks_hide_no_others();
    a_run_that_grows_is_read_to_its_newest_block();
    without_superblocks_the_runs_tell_the_epoch();
    a_block_with_an_impossible_number_is_nobodys();
    the_end_of_a_large_memory_is_found_in_a_hundred_reads();
    a_hole_anywhere_does_not_hide_what_is_beyond();
    a_hole_beyond_a_hole_does_not_either();
}
