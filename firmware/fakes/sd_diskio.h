/* SPDX-License-Identifier: Apache-2.0 */
/* Of Arduino-ESP32's SD library: the functions below its file system. */
#pragma once
#include "SPI.h"
#include "fake_card.h"
inline uint8_t sdcard_init(uint8_t, SPIClass *, int) { return 0; }
inline uint8_t sdcard_uninit(uint8_t) { return 0; }
inline uint32_t sdcard_num_sectors(uint8_t) { return fake::card.sectors; }
inline bool sd_read_raw(uint8_t, uint8_t *buffer, uint32_t sector) {
    return fake::card.read(sector, buffer);
}
inline bool sd_write_raw(uint8_t, uint8_t *buffer, uint32_t sector) {
    return fake::card.write(sector, buffer);
}
