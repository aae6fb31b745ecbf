/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "fake_board.h"

class Preferences {
public:
    bool begin(const char *name, bool readOnly = false, const char * = nullptr) {
        space_ = name;
        read_only_ = readOnly;
        return space_.size() <= 15; /* NVS takes no longer name, and no longer key */
    }
    void end() { space_.clear(); }
    bool isKey(const char *key) { return fake::nvs.entry.count(full(key)) != 0; }
    bool remove(const char *key) { return !read_only_ && fake::nvs.entry.erase(full(key)) != 0; }
    size_t getBytesLength(const char *key) {
        return isKey(key) ? fake::nvs.entry[full(key)].size() : 0;
    }
    size_t getBytes(const char *key, void *buf, size_t maxLen) {
        const size_t length = getBytesLength(key);
        if (!length || length > maxLen) return 0; /* too small a room gets nothing */
        memcpy(buf, fake::nvs.entry[full(key)].data(), length);
        return length;
    }
    size_t putBytes(const char *key, const void *value, size_t len) {
        if (read_only_ || fake::nvs.broken || strlen(key) > 15) return 0;
        fake::nvs.writes++;
        fake::board.critical++;
        fake::board.pass_us(fake::nvs.write_us);
        if (--fake::board.critical == 0) fake::board.interrupt();
        std::vector<uint8_t> &bytes = fake::nvs.entry[full(key)];
        if (bytes.size() != len) bytes.resize(len, 0xFF);
        for (size_t i = 0; i < len; i++) {
            if (fake::nvs.cut_after == 0) throw fake::PowerCut{};
            if (fake::nvs.cut_after > 0) fake::nvs.cut_after--;
            bytes[i] = static_cast<const uint8_t *>(value)[i];
        }
        return len;
    }

private:
    std::string space_;
    bool read_only_ = false;
    std::string full(const char *key) const { return space_ + "/" + key; }
};
