/* SPDX-License-Identifier: Apache-2.0 */
/* The log's blocks in a partition of the chip's own flash, named "log".
 *
 * Flash can only clear bits; a sector of 4096 bytes is set back as a whole. So the first block of a
 * sector erases it, unless it is blank. An erase holds the whole chip up for some 50 ms: rows of
 * that time are missed, and the index shows it. New flash is blank. */
#pragma once
#include <esp_partition.h>
#include <sm_log.h>

class LogFlash {
public:
    /* Null when there is no such partition. */
    const sm_blocks_t *begin() {
        partition_ = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY,
                                              "log");
        if (!partition_) return nullptr;
        blocks_ = {read, write, this, static_cast<uint32_t>(partition_->size / SM_BLOCK_BYTES)};
        return &blocks_;
    }

private:
    static constexpr uint32_t kSectorBytes = 4096, kBlocksInSector = kSectorBytes / SM_BLOCK_BYTES;

    const esp_partition_t *partition_ = nullptr;
    sm_blocks_t blocks_ = {};

    static bool read(void *self, uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]) {
        const auto *const partition = static_cast<LogFlash *>(self)->partition_;
        return esp_partition_read(partition, block * SM_BLOCK_BYTES, bytes, SM_BLOCK_BYTES) ==
               ESP_OK;
    }

    static bool write(void *self, uint32_t block, const uint8_t bytes[SM_BLOCK_BYTES]) {
        auto &flash = *static_cast<LogFlash *>(self);
        if (block % kBlocksInSector == 0 && !flash.make_blank(block)) return false;
        return esp_partition_write(flash.partition_, block * SM_BLOCK_BYTES, bytes,
                                   SM_BLOCK_BYTES) == ESP_OK;
    }

    bool make_blank(uint32_t first_block) {
        if (is_blank(first_block)) return true;
        return esp_partition_erase_range(partition_, first_block * SM_BLOCK_BYTES, kSectorBytes) ==
               ESP_OK;
    }

    bool is_blank(uint32_t first_block) {
        uint8_t bytes[SM_BLOCK_BYTES];
        for (uint32_t block = first_block; block < first_block + kBlocksInSector; block++) {
            if (!read(this, block, bytes)) return false;
            for (const uint8_t byte : bytes)
                if (byte != 0xFF) return false;
        }
        return true;
    }
};
