/* SPDX-License-Identifier: Apache-2.0 */
/* From one task to another without a lock: one puts, one takes. */
#pragma once
#include <atomic>
#include <stdint.h>

template <typename T, uint16_t size>
class Ring {
    static_assert((size & (size - 1)) == 0, "the counters wrap at a power of two");

public:
    bool put(const T &item) {
        const uint16_t end = end_.load(std::memory_order_relaxed);
        if (static_cast<uint16_t>(end - begin_.load(std::memory_order_acquire)) == size)
            return false;
        item_[end % size] = item;
        end_.store(static_cast<uint16_t>(end + 1), std::memory_order_release);
        return true;
    }
    bool take(T &item) {
        const uint16_t begin = begin_.load(std::memory_order_relaxed);
        if (begin == end_.load(std::memory_order_acquire)) return false;
        item = item_[begin % size];
        begin_.store(static_cast<uint16_t>(begin + 1), std::memory_order_release);
        return true;
    }

private:
    T item_[size];
    std::atomic<uint16_t> begin_{0}, end_{0};
};
