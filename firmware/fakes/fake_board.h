/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the fakes: one simulated ESP32, of which a test holds the strings.
 *
 * Time moves only when the program waits, uses a slow peripheral, or the test says so. Parts put
 * what they will do on the agenda and drive pins; edges on a pin run the program's interrupts. */
#pragma once
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace fake {

constexpr int kPins = 49;

/* Thrown where the program would cease to be. */
struct PowerCut {};
struct Restart {};

struct Pin {
    bool level = true; /* inputs are pulled up */
    bool output = false;
    int edge = 0; /* which one interrupts; 0 none */
    void (*handler)(void *) = nullptr;
    void *argument = nullptr;
    bool pending = false;
    std::function<void(bool)> written; /* the part that listens to this output */
};

struct Board {
    uint64_t now_ns = 0;
    uint64_t start_us = 0; /* what micros() shows at now_ns == 0 */
    Pin pin[kPins];
    int critical = 0; /* depth of critical sections */
    uint64_t latency_ns = 0; /* from an edge to its interrupt */
    std::function<void()> preempt; /* what may come in wherever interrupts are let in again */
    std::multimap<uint64_t, std::function<void()>> agenda;

    void at(uint64_t when_ns, std::function<void()> what) { agenda.emplace(when_ns, what); }

    void run_until(uint64_t when_ns) {
        while (!agenda.empty() && agenda.begin()->first <= when_ns) {
            const auto next = agenda.begin();
            const auto what = next->second;
            if (next->first > now_ns) now_ns = next->first;
            agenda.erase(next);
            what();
        }
        if (when_ns > now_ns) now_ns = when_ns;
    }
    void pass_ns(uint64_t ns) { run_until(now_ns + ns); }
    void pass_us(uint64_t us) { pass_ns(us * 1000); }

    /* A part drives an input. An edge during a critical section waits, and several become one. */
    void drive(int number, bool level) {
        Pin &p = pin[number];
        if (p.level == level) return;
        p.level = level;
        if (!(p.edge & (level ? 1 : 2))) return;
        p.pending = true;
        if (latency_ns) at(now_ns + latency_ns, [this] { interrupt(); });
        else interrupt();
    }
    void interrupt() {
        if (critical) return;
        for (Pin &p : pin)
            if (p.pending) {
                p.pending = false;
                p.handler(p.argument);
            }
    }
};
inline Board board;

/* The link: what was sent leaves the buffer as fast as the baud rate lets it. */
struct Link {
    size_t buffer = 128; /* the UART's own; setTxBufferSize() adds to it */
    unsigned long baud = 0;
    bool stuck = false;       /* nothing leaves */
    size_t waited_bytes = 0;  /* written without room: a real write would have waited */
    std::vector<uint8_t> sent;
    std::deque<uint8_t> received;
    double queued = 0;
    uint64_t drained_ns = 0;

    void drain() {
        const double bytes = static_cast<double>(board.now_ns - drained_ns) * 1e-10 * baud;
        drained_ns = board.now_ns;
        if (!stuck) queued = queued > bytes ? queued - bytes : 0;
    }
    size_t room() {
        drain();
        const size_t used = static_cast<size_t>(queued + 0.999);
        return used < buffer ? buffer - used : 0;
    }
};
inline Link link;

/* Non-volatile storage. A write may be cut off after some bytes: they stand there, the rest of
 * what was there before too, which is worse than what the chip's own library leaves. */
struct Nvs {
    std::map<std::string, std::vector<uint8_t>> entry; /* "namespace/key" */
    long cut_after = -1; /* bytes until power goes; -1: it stays */
    bool broken = false; /* writes are refused */
    uint64_t write_us = 0; /* the flash is busy for so long: nothing runs, interrupts wait */
    size_t writes = 0;
};
inline Nvs nvs;

struct Watchdog {
    uint32_t timeout_ms = 0;
    bool watching = false;
    uint64_t fed_ns = 0;
    uint64_t longest_ns = 0; /* between two feedings, up to the last look */
    size_t fed = 0;

    void look() {
        if (watching && board.now_ns - fed_ns > longest_ns) longest_ns = board.now_ns - fed_ns;
    }
    bool bitten() {
        look();
        return watching && longest_ns > timeout_ms * 1000000ull;
    }
};
inline Watchdog watchdog;

/* What a reset leaves of the board: time and pins are new, parts and the storage are not. */
inline void reset_board() {
    for (Pin &p : board.pin) {
        p.edge = 0;
        p.handler = nullptr;
        p.pending = false;
        p.output = false;
    }
    board.critical = 0;
    link = Link{};
    link.drained_ns = board.now_ns;
    watchdog = Watchdog{};
}

} // namespace fake
