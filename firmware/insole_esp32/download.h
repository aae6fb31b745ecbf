/* SPDX-License-Identifier: Apache-2.0 */
/* LOG_LIST and LOG_READ: many records for one command, sent as the link has room. What is refused
 * is offered again, for a download is not live data. */
#pragma once
#include "link.h"
#include "logbook.h"
#include <sm_command.h>
#include <string.h>

class Download {
public:
    explicit Download(Logbook &logbook) : logbook_(logbook) {}

    /* The command that is being obeyed may come again: it goes on, and the newest gets the ACK. */
    void begin(Link &link, const sm_command_t &command) {
        const bool goes_on = link_ == &link && same(command);
        command_ = command;
        if (goes_on) return;
        link_ = &link;
        status_ = SM_STATUS_DONE;
        number_ = 0;
        offset_ = SM_BLOCK_BYTES;
        left_ = command.type == SM_COMMAND_LOG_READ ? command.of.log_read.count : UINT32_MAX;
        if (command.type == SM_COMMAND_LOG_READ) number_ = command.of.log_read.block;
    }

    void drop(const Link &link) {
        if (link_ == &link) link_ = nullptr;
    }

    /* A little at a time: beside a stream one record in a connection interval, so that the radio's
     * buffers are there when a row needs one. */
    void step(uint32_t now_us) {
        if (!link_ || (link_->streaming && now_us - last_us_ < kPaceUs)) return;
        last_us_ = now_us;
        for (uint8_t i = 0; i < kRecordsAtOnce && step_once() && !link_->streaming; i++) {
        }
    }

private:
    static constexpr uint32_t kPaceUs = 15000;
    static constexpr uint8_t kRecordsAtOnce = 4;

    Logbook &logbook_;
    Link *link_ = nullptr;
    sm_command_t command_ = {};
    uint8_t status_ = 0;
    uint32_t number_ = 0, left_ = 0;
    uint16_t offset_ = 0;
    uint32_t last_us_ = 0;
    sm_log_run_t run_ = {};
    uint32_t run_start_ = 0;
    uint8_t block_[SM_BLOCK_BYTES];

    bool same(const sm_command_t &other) const {
        if (other.type != command_.type) return false;
        return other.type == SM_COMMAND_LOG_LIST ||
               (other.of.log_read.run == command_.of.log_read.run &&
                other.of.log_read.block == command_.of.log_read.block &&
                other.of.log_read.count == command_.of.log_read.count);
    }

    /* True when a record went, and more are to come. */
    bool step_once() {
        const bool more = command_.type == SM_COMMAND_LOG_LIST ? find_run() : find_bytes();
        if (!more) return finish();
        return command_.type == SM_COMMAND_LOG_LIST ? offer_run() : offer_bytes();
    }

    /* `number_` is 0 before the first run, then 1 while one waits to be sent, else 2. */
    bool find_run() {
        if (number_ == 1) return true;
        sm_log_t *const log = logbook_.log();
        if (!logbook_.usable()) status_ = SM_STATUS_MEMORY;
        else if (number_ == 0 ? sm_log_newest(log, &run_, &run_start_)
                              : sm_log_older(log, &run_, &run_start_)) {
            number_ = 1;
            return true;
        }
        return false;
    }
    bool offer_run() {
        uint8_t payload[SM_LOG_RUN_BYTES];
        if (!link_->offer(SM_LOG_RUN, payload, sm_pack_log_run(&run_, payload))) return false;
        number_ = 2;
        return true;
    }

    bool find_bytes() {
        if (offset_ < SM_BLOCK_BYTES) return true;
        if (left_ == 0) return false;
        if (!logbook_.usable()) status_ = SM_STATUS_MEMORY;
        else if (!sm_log_read(logbook_.log(), command_.of.log_read.run, number_, block_))
            status_ = SM_STATUS_BAD_ARGUMENT;
        if (status_ != SM_STATUS_DONE) return false;
        left_--;
        number_++;
        offset_ = 0;
        return true;
    }
    bool offer_bytes() {
        uint8_t payload[SM_ROWS_PAYLOAD_MAX];
        const uint16_t room = link_->room(SM_LOG_DATA) < sizeof payload ? link_->room(SM_LOG_DATA)
                                                                        : sizeof payload;
        const uint16_t rest = SM_BLOCK_BYTES - offset_, most = room - SM_LOG_DATA_HEADER;
        const uint16_t bytes = rest < most ? rest : most;
        uint8_t *p = sm_put_u16(payload, command_.of.log_read.run);
        p = sm_put_u16(sm_put_u32(p, number_ - 1), offset_);
        memcpy(p, block_ + offset_, bytes);
        if (!link_->offer(SM_LOG_DATA, payload, SM_LOG_DATA_HEADER + bytes)) return false;
        offset_ += bytes;
        return true;
    }

    bool finish() {
        uint8_t payload[SM_ACK_BYTES + 4];
        uint8_t length = sm_pack_ack(command_.seq, command_.type, status_, payload);
        if (command_.type == SM_COMMAND_LOG_LIST)
            length = static_cast<uint8_t>(sm_put_u32(payload + length, logbook_.epoch()) - payload);
        if (link_->offer(SM_ACK, payload, length)) link_ = nullptr;
        return false;
    }
};
