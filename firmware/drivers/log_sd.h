/* SPDX-License-Identifier: Apache-2.0 */
/* The log's blocks on a microSD card: the whole card, one sector a block, without a file system,
 * for a file system can be torn by a power cut and the log cannot.
 *
 * Arduino's SD.readRAW() and SD.writeRAW() want a file system to be mounted first; these are the
 * functions they call. */
#pragma once
#include <SPI.h>
#include <sd_diskio.h>
#include <sm_log.h>
extern "C" {
#include <diskio.h>
}

class LogSd {
public:
    /* Null when no card answers. */
    const sm_blocks_t *begin(SPIClass &spi, int8_t sclk, int8_t miso, int8_t mosi, int8_t cs) {
        spi.begin(sclk, miso, mosi, cs);
        drive_ = sdcard_init(static_cast<uint8_t>(cs), &spi, kHz);
        if (drive_ == kNoDrive) return nullptr;
        if (disk_initialize(drive_) & STA_NOINIT) {
            sdcard_uninit(drive_);
            return nullptr;
        }
        blocks_ = {read, write, this, sdcard_num_sectors(drive_)};
        return &blocks_;
    }

    /* A card with somebody's files has to be given to the insole first: give(). */
    bool holds_files() {
        uint8_t first[SM_BLOCK_BYTES];
        if (!read(this, 0, first)) return false;
        const bool ours = first[0] == 'S' && first[1] == 'M' && first[2] == 'L';
        return !ours && first[510] == 0x55 && first[511] == 0xAA; /* a boot sector's end */
    }
    bool give() {
        const uint8_t blank[SM_BLOCK_BYTES] = {};
        return write(this, 0, blank);
    }

private:
    static constexpr uint8_t kNoDrive = 0xFF;
    static constexpr int kHz = 20000000;

    uint8_t drive_ = kNoDrive;
    sm_blocks_t blocks_ = {};

    static bool read(void *self, uint32_t block, uint8_t bytes[SM_BLOCK_BYTES]) {
        return sd_read_raw(static_cast<LogSd *>(self)->drive_, bytes, block);
    }
    static bool write(void *self, uint32_t block, const uint8_t bytes[SM_BLOCK_BYTES]) {
        /* It takes a pointer to bytes it does not change. */
        return sd_write_raw(static_cast<LogSd *>(self)->drive_, const_cast<uint8_t *>(bytes),
                            block);
    }
};
