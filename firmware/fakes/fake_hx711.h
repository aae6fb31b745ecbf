/* SPDX-License-Identifier: Apache-2.0 */
/* An HX711 on two pins of the fake board: converts on its own oscillator, is read bit by bit,
 * powers down when its clock stays high. Pulses and times: the chip's data sheet (Avia
 * Semiconductor); the 75 us between two conversions that nobody read: measured by its users. */
#pragma once
#include "fake_board.h"

namespace fake {

class Hx711 {
public:
    struct Conversion {
        uint64_t t_ns;
        int32_t count;
    };
    /* What it converts, by number; the whole run is kept for the test to compare. */
    std::function<int32_t(size_t)> load = [](size_t n) { return static_cast<int32_t>(n); };
    std::vector<Conversion> made;
    bool silent = false;  /* converts no more, and stays so through a restart */
    bool shorted = false; /* DOUT to ground */
    uint64_t longest_high_ns = 0; /* of its clock, restarts apart */
    unsigned restarts = 0, collisions = 0;

    Hx711(int dout, int sck, double ppm)
        : dout_(dout), sck_(sck), period_ns_(static_cast<uint64_t>(12500000 / (1 + ppm * 1e-6))) {
        board.pin[sck].written = [this](bool level) { clock(level); };
    }
    void power_on() {
        pulses_ = 25;
        set(true);
        settle();
    }
    uint64_t next_ns() const { return made.back().t_ns + period_ns_; }
    unsigned pulses() const { return pulses_; } /* since the last conversion */

private:
    static constexpr uint64_t kPowerDownNs = 60000, kUpdateNs = 75000;

    int dout_, sck_;
    uint64_t period_ns_, high_since_ns_ = 0;
    unsigned life_ = 0, pulses_ = 25;
    uint32_t shifting_ = 0;

    void set(bool level) { board.drive(dout_, level && !shorted); }

    /* Four conversions to settle, and a fifth that counts. */
    void settle() {
        const unsigned life = ++life_;
        board.at(board.now_ns + 5 * period_ns_, [this, life] { convert(life); });
    }

    void convert(unsigned life) {
        if (life != life_) return;
        board.at(board.now_ns + period_ns_, [this, life] { convert(life); });
        if (silent) return;
        if (pulses_ > 0 && pulses_ < 25) collisions++;
        const bool low = !board.pin[dout_].level;
        made.push_back({board.now_ns, load(made.size())});
        shifting_ = static_cast<uint32_t>(made.back().count);
        pulses_ = 0;
        if (low) {
            set(true);
            board.at(board.now_ns + kUpdateNs, [this] { set(pulses_ != 0); });
        } else {
            set(false);
        }
    }

    void clock(bool high) {
        if (high) {
            high_since_ns_ = board.now_ns;
            if (pulses_ < 25) pulses_++;
            if (pulses_ <= 24) set(shifting_ >> (24 - pulses_) & 1);
            else set(true);
            return;
        }
        const uint64_t ns = board.now_ns - high_since_ns_;
        if (ns <= kPowerDownNs) {
            if (ns > longest_high_ns) longest_high_ns = ns;
            return;
        }
        restarts++;
        pulses_ = 25;
        set(true);
        settle();
    }
};

} // namespace fake
