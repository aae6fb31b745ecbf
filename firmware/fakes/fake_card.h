/* SPDX-License-Identifier: Apache-2.0 */
/* A memory card: sectors of 512 bytes. Power may go in the middle of a write: then the first bytes
 * are new and the rest are old, which is worse than most cards do. */
#pragma once
#include "fake_board.h"
#include <array>

namespace fake {
struct Card {
    bool present = false, broken = false;
    uint32_t sectors = 4096;
    std::map<uint32_t, std::array<uint8_t, 512>> sector;
    long cut_after = -1; /* bytes until power goes; -1: it stays */
    size_t written = 0;  /* whole sectors */
    uint64_t write_us = 1000;
    uint64_t pause_us = 0; /* the next write takes this much longer: cards tidy up now and then */

    bool read(uint32_t at, uint8_t *bytes) {
        if (!present || at >= sectors) return false;
        board.pass_us(300);
        const auto found = sector.find(at);
        if (found == sector.end()) memset(bytes, 0, 512);
        else memcpy(bytes, found->second.data(), 512);
        return true;
    }
    bool write(uint32_t at, const uint8_t *bytes) {
        if (!present || broken || at >= sectors) return false;
        board.pass_us(write_us + pause_us);
        pause_us = 0;
        for (size_t i = 0; i < 512; i++) {
            if (cut_after == 0) throw PowerCut{};
            if (cut_after > 0) cut_after--;
            sector[at][i] = bytes[i];
        }
        written++;
        return true;
    }
};
inline Card card;
} // namespace fake
