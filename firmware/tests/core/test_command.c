/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

static bool same_arguments(const sm_command_t *a, const sm_command_t *b) {
    switch (a->type) {
    case SM_COMMAND_START: return a->of.streams == b->of.streams;
    case SM_COMMAND_CAL_WRITE:
        return memcmp(&a->of.calibration, &b->of.calibration, sizeof a->of.calibration) == 0;
    case SM_COMMAND_RATE:
        return a->of.rate.mhz == b->of.rate.mhz && a->of.rate.rows == b->of.rate.rows;
    case SM_COMMAND_LOG_READ:
        return a->of.log_read.run == b->of.log_read.run &&
               a->of.log_read.block == b->of.log_read.block &&
               a->of.log_read.count == b->of.log_read.count;
    case SM_COMMAND_LOG_ERASE: return a->of.epoch == b->of.epoch;
    case SM_COMMAND_LOG_START: return a->of.utc_s == b->of.utc_s;
    case SM_COMMAND_SIDE: return a->of.side == b->of.side;
    default: return true;
    }
}

static void commands_are_read_or_refused_as_the_vectors_are(void) {
    for (size_t i = 0; i < COUNT(COMMANDS); i++) {
        commands_t sent;
        LOAD(sent, COMMANDS, i);
        about(sent.vector.name);
        uint8_t payload[SM_PAYLOAD_MAX];
        copy_of_flash(payload, sent.vector.payload, sent.vector.length);
        const sm_frame_t frame = {sent.command.type, sent.command.seq,
                                  (uint8_t)sent.vector.length, payload};
        sm_command_t command;
        memset(&command, 0xA5, sizeof command);
        CHECK(sm_command_parse(&frame, &command) == sent.status, "status");
        CHECK(command.type == sent.command.type && command.seq == sent.command.seq,
              "type and seq, whatever the status");
        if (sent.status == SM_STATUS_DONE)
            CHECK(same_arguments(&command, &sent.command), "arguments");
    }
}

/* The types of PROTOCOL.md's table, and no other. */
static void every_other_type_is_unknown(void) {
    for (uint16_t type = 0; type < 256; type++) {
        const sm_frame_t frame = {(uint8_t)type, 0, 0, NULL};
        sm_command_t command;
        const bool listed = type >= 0x81 && type <= 0x8F;
        const bool known = sm_command_parse(&frame, &command) != SM_STATUS_UNKNOWN;
        CHECK(known == listed, "known if it is listed");
    }
}

void test_command(void) {
    commands_are_read_or_refused_as_the_vectors_are();
    about(NULL);
    every_other_type_is_unknown();
}
