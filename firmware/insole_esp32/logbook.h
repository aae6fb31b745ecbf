/* SPDX-License-Identifier: Apache-2.0 */
/* Runs on the memory card or, without one, in the chip's flash. */
#pragma once
#include "device.h"
#include <log_flash.h>
#include <log_sd.h>
#include <sm_insole.h>

class Logbook {
public:
    void begin() {
        blocks_ = card_.begin(SPI, SM_PIN_SD_SCLK, SM_PIN_SD_MISO, SM_PIN_SD_MOSI, SM_PIN_SD_CS);
        card_is_foreign_ = blocks_ && card_.holds_files();
        if (!blocks_) blocks_ = flash_.begin();
        mount();
    }

    bool usable() const { return mounted_; }
    bool writing() const { return mounted_ && log_.writing; }
    uint16_t run() const { return log_.run; }
    uint32_t epoch() const { return mounted_ ? log_.epoch : 0; }
    sm_log_t *log() { return &log_; }

    uint8_t start(uint32_t utc_s, const uint8_t *info, uint8_t info_length, uint16_t boot_id,
                  uint16_t period_us) {
        if (writing()) return SM_STATUS_DONE;
        if (!mounted_ || !sm_log_begin(&log_, utc_s, info, info_length)) return SM_STATUS_MEMORY;
        const uint8_t rows = sm_insole_rows_in(SM_BLOCK_PAYLOAD_MAX, SM_CHANNELS, true);
        sm_insole_begin(&batch_, SM_CHANNELS, true, boot_id, period_us, rows);
        return SM_STATUS_DONE;
    }

    /* False when the run had to be ended. */
    bool push(uint32_t index, uint32_t t_us, uint8_t flags, const sm_insole_row_t &row) {
        return keep(sm_insole_push(&batch_, index, t_us, flags, &row, payload_));
    }

    uint8_t stop() {
        if (!writing()) return SM_STATUS_DONE;
        if (!keep(sm_insole_flush(&batch_, payload_))) return SM_STATUS_MEMORY;
        return sm_log_end(&log_) ? SM_STATUS_DONE : SM_STATUS_MEMORY;
    }

    uint8_t erase(uint32_t epoch) {
        if (card_is_foreign_ && epoch == 0) {
            card_is_foreign_ = !card_.give();
            mount();
        }
        if (!mounted_) return SM_STATUS_MEMORY;
        return sm_log_erase(&log_, epoch) ? SM_STATUS_DONE : SM_STATUS_MEMORY;
    }

private:
    LogSd card_;
    LogFlash flash_;
    const sm_blocks_t *blocks_ = nullptr;
    bool card_is_foreign_ = false, mounted_ = false;
    sm_log_t log_ = {};
    sm_insole_batch_t batch_ = {};
    uint8_t payload_[SM_ROWS_PAYLOAD_MAX];

    void mount() { mounted_ = blocks_ && !card_is_foreign_ && sm_log_mount(&log_, blocks_); }

    bool keep(uint16_t length) {
        if (!length || sm_log_append(&log_, payload_, length)) return true;
        if (log_.writing) sm_log_end(&log_); /* full: the last block is kept for this */
        return false;
    }
};
