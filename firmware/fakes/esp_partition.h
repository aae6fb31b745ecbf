/* SPDX-License-Identifier: Apache-2.0 */
/* Flash: writing only clears bits, a sector of 4096 bytes is set back as a whole, and power may go
 * in the middle of either. An erase holds every task up. */
#pragma once
#include "esp_err.h"
#include "esp_timer.h"

#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_INVALID_SIZE 0x104
typedef enum { ESP_PARTITION_TYPE_APP, ESP_PARTITION_TYPE_DATA } esp_partition_type_t;
typedef enum { ESP_PARTITION_SUBTYPE_ANY = 0xff } esp_partition_subtype_t;
typedef struct {
    esp_partition_type_t type;
    uint32_t address, size, erase_size;
    char label[17];
} esp_partition_t;

namespace fake {
struct Flash {
    esp_partition_t partition = {ESP_PARTITION_TYPE_DATA, 0x200000, 0, 4096, "log"};
    std::vector<uint8_t> bytes;
    long cut_after = -1; /* bytes until power goes; -1: it stays */
    size_t writes = 0, erases = 0;
    uint64_t erase_us = 45000;

    void make(uint32_t size) {
        partition.size = size;
        bytes.assign(size, 0xFF);
    }
    void step() {
        if (cut_after == 0) throw PowerCut{};
        if (cut_after > 0) cut_after--;
    }
};
inline Flash flash;
} // namespace fake

inline const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
                                                       esp_partition_subtype_t, const char *label) {
    const esp_partition_t &partition = fake::flash.partition;
    const bool found =
        partition.size && type == partition.type && partition.label == std::string(label);
    return found ? &partition : nullptr;
}
inline esp_err_t esp_partition_read(const esp_partition_t *partition, size_t src_offset, void *dst,
                                    size_t size) {
    if (src_offset + size > partition->size) return ESP_ERR_INVALID_SIZE;
    memcpy(dst, fake::flash.bytes.data() + src_offset, size);
    return ESP_OK;
}
inline esp_err_t esp_partition_write(const esp_partition_t *partition, size_t dst_offset,
                                     const void *src, size_t size) {
    if (dst_offset + size > partition->size) return ESP_ERR_INVALID_SIZE;
    for (size_t i = 0; i < size; i++) {
        fake::flash.step();
        fake::flash.bytes[dst_offset + i] &= static_cast<const uint8_t *>(src)[i];
    }
    fake::flash.writes++;
    fake::timer_task.hold(1000);
    return ESP_OK;
}
inline esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset,
                                           size_t size) {
    if (offset + size > partition->size) return ESP_ERR_INVALID_SIZE;
    if (offset % partition->erase_size || size % partition->erase_size) return ESP_ERR_INVALID_ARG;
    for (size_t i = 0; i < size; i++) {
        fake::flash.step();
        fake::flash.bytes[offset + i] = 0xFF;
    }
    fake::flash.erases++;
    fake::timer_task.hold(fake::flash.erase_us);
    return ESP_OK;
}
