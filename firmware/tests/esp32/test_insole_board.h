/* SPDX-License-Identifier: Apache-2.0 */
/* The insole's sketch on a simulated board, and hosts at both of its links. What comes over them is
 * taken apart here by hand, not by the project's own code. */
#pragma once
#include <Arduino.h>
#include <fake_lsm6dso.h>
#include "../../insole_esp32/insole_esp32.ino"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <new>

using Bytes = std::vector<uint8_t>;

static int checks, failures;
static const char *running = "";
#define CHECK(good)                                                                                \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(good)) {                                                                             \
            failures++;                                                                            \
            printf("FAILED: %s: %s (line %d)\n", running, #good, __LINE__);                        \
        }                                                                                          \
    } while (0)
#define RUN(test) (running = #test, test())

/* ---- bytes ----------------------------------------------------------------------------------- */

static uint32_t number(const Bytes &bytes, size_t at, size_t size) {
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) value |= static_cast<uint32_t>(bytes.at(at + i)) << 8 * i;
    return value;
}
static Bytes little(uint64_t value, size_t size) {
    Bytes bytes;
    for (size_t i = 0; i < size; i++) bytes.push_back(static_cast<uint8_t>(value >> 8 * i));
    return bytes;
}
static Bytes operator+(Bytes a, const Bytes &b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
/* CRC-16/CCITT-FALSE, bit by bit. */
static uint16_t crc(const Bytes &bytes) {
    uint16_t value = 0xFFFF;
    for (const uint8_t byte : bytes)
        for (int bit = 7; bit >= 0; bit--) {
            const bool carry = (value >> 15 & 1) != (byte >> bit & 1);
            value = static_cast<uint16_t>(value << 1);
            if (carry) value ^= 0x1021;
        }
    return value;
}

struct Record {
    uint8_t type;
    uint16_t seq;
    Bytes payload;
    uint64_t at_ns;
};

struct Ack {
    uint16_t seq;
    uint8_t command, status;
    bool operator==(const Ack &other) const {
        return seq == other.seq && command == other.command && status == other.status;
    }
};

/* ---- the parts ------------------------------------------------------------------------------- */

/* Transimpedance stage behind the multiplexer. After a switch its output runs from where it was to
 * where it will be. */
struct FrontEnd {
    std::function<double(int cell)> code = [](int cell) { return 400.0 + 100 * cell; };
    double baseline = SM_FRONT_END_BASELINE;
    double stuck = -1; /* a code: the stage is dead */
    double tau_us = 1.1;

    void connect() {
        static const int kSelect[4] = SM_PIN_MUX_SELECT;
        const auto switched = [this](bool) {
            from_ = now();
            since_ns_ = fake::board.now_ns;
            channel_ = 0;
            for (int s = 0; s < 4; s++) channel_ |= fake::board.pin[kSelect[s]].level << s;
            open_ = fake::board.pin[SM_PIN_MUX_ENABLE].level;
        };
        for (const int pin : kSelect) fake::board.pin[pin].written = switched;
        fake::board.pin[SM_PIN_MUX_ENABLE].written = switched;
        fake::volts[SM_PIN_CELLS] = [this] { return now() * 3.3 / 4095; };
    }

private:
    double from_ = 0;
    uint64_t since_ns_ = 0;
    int channel_ = 0;
    bool open_ = false;

    double target() const {
        static const int kMuxOf[SM_CHANNELS] = SM_CELL_MUX;
        if (stuck >= 0) return stuck;
        if (open_) return baseline;
        for (int cell = 0; cell < SM_CHANNELS; cell++)
            if (kMuxOf[cell] == channel_) return code(cell);
        return baseline;
    }
    double now() const {
        const double us = static_cast<double>(fake::board.now_ns - since_ns_) / 1000;
        return target() + (from_ - target()) * std::exp(-us / tau_us);
    }
};

static FrontEnd front_end;
static fake::Lsm6dso imu;
static double battery_v = 3.9;
static fake::Central central;
static uint16_t next_seq = 100;

static const char *const kStream = "fa880002-262e-457c-a5ea-31286f3476db";
static const char *const kControl = "fa880003-262e-457c-a5ea-31286f3476db";
static const char *const kInfo = "fa880004-262e-457c-a5ea-31286f3476db";

/* ---- life ------------------------------------------------------------------------------------ */

static void boot(esp_reset_reason_t reason = ESP_RST_POWERON) {
    fake::timer_task.reset();
    fake::tasks.clear();
    fake::board.agenda.clear();
    fake::reset_board();
    fake::radio = fake::Radio{};
    fake::reset_reason = reason;
    fake::card.cut_after = fake::flash.cut_after = fake::nvs.cut_after = -1;
    front_end.connect();
    fake::volts[SM_PIN_BATTERY] = [] { return battery_v * 1000 / SM_BATTERY_DIVIDER_MILLI; };
    insole.~Insole();
    new (&insole) Insole;
    setup();
}

/* A board as it comes from the bench, with a card or with flash to log to. */
enum class Memory { kNone, kCard, kFlash };
static void new_board(Memory memory = Memory::kNone, uint32_t blocks = 256) {
    fake::board.now_ns = fake::board.start_us = 0;
    fake::nvs = fake::Nvs{};
    fake::card = fake::Card{};
    fake::flash = fake::Flash{};
    fake::i2c = fake::I2cBus{};
    fake::i2c.part[0x6A] = &imu;
    imu = fake::Lsm6dso{};
    front_end = FrontEnd{};
    battery_v = 3.9;
    fake::card.present = memory == Memory::kCard;
    fake::card.sectors = blocks;
    if (memory == Memory::kFlash) fake::flash.make(blocks * 512);
    boot();
}

static void run_ms(uint64_t ms) {
    const uint64_t end = fake::board.now_ns + ms * 1000000;
    while (fake::board.now_ns < end) loop();
}

/* ---- hosts ----------------------------------------------------------------------------------- */

struct Host {
    size_t seen = 0;
    virtual ~Host() = default;
    virtual void write(const Bytes &record) = 0;
    virtual std::vector<Record> everything() = 0;

    /* What has come since the last call. */
    std::vector<Record> news() {
        const std::vector<Record> all = everything();
        const std::vector<Record> fresh(all.begin() + static_cast<long>(std::min(seen, all.size())),
                                        all.end());
        seen = all.size();
        return fresh;
    }
    uint16_t send(uint8_t type, const Bytes &payload = {}) {
        const uint16_t seq = next_seq++;
        write(Bytes{type} + little(seq, 2) + payload);
        return seq;
    }
    /* Sends, and gives all that comes up to the answer. */
    std::vector<Record> ask(uint8_t type, const Bytes &payload = {}, uint64_t patience_ms = 2000) {
        news();
        const uint16_t seq = send(type, payload);
        std::vector<Record> all;
        for (uint64_t ms = 0; ms < patience_ms; ms += 5) {
            run_ms(5);
            for (const Record &record : news()) all.push_back(record);
            for (const Record &record : all)
                if ((record.type == 0x02 || record.type == 0x03) &&
                    number(record.payload, 0, 2) == seq)
                    return all;
        }
        return all;
    }
    int status_of(uint8_t type, const Bytes &payload = {}) {
        for (const Record &record : ask(type, payload))
            if (record.type == 0x02 && record.payload.at(2) == type) return record.payload.at(3);
        return -1;
    }
};

struct BleHost : Host {
    void write(const Bytes &record) override { central.write(kControl, record); }
    std::vector<Record> everything() override {
        std::vector<Record> records;
        for (const fake::Notification &n : fake::radio.notifications)
            if (n.from == &central.characteristic(kStream) ||
                n.from == &central.characteristic(kControl))
                records.push_back({n.value.at(0), static_cast<uint16_t>(number(n.value, 1, 2)),
                                   Bytes(n.value.begin() + 3, n.value.end()), n.at_ns});
        return records;
    }
    void join(uint16_t mtu = 247, bool streams = true) {
        central.connect();
        if (mtu != 23) central.agree_mtu(mtu);
        central.subscribe(kControl);
        if (streams) central.subscribe(kStream);
        run_ms(5);
        seen = everything().size();
    }
};

struct UsbHost : Host {
    size_t damaged = 0;
    void write(const Bytes &record) override {
        const Bytes plain = record + little(crc(record), 2);
        Bytes wire;
        size_t code_at = 0;
        wire.push_back(1);
        for (const uint8_t byte : plain) {
            if (byte) {
                wire.push_back(byte);
                wire[code_at]++;
            } else {
                code_at = wire.size();
                wire.push_back(1);
            }
        }
        wire.push_back(0);
        fake::link.received.insert(fake::link.received.end(), wire.begin(), wire.end());
    }
    std::vector<Record> everything() override {
        std::vector<Record> records;
        Bytes frame;
        damaged = 0;
        for (const uint8_t byte : fake::link.sent) {
            if (byte) {
                frame.push_back(byte);
                continue;
            }
            Bytes plain;
            for (size_t i = 0; i < frame.size();) {
                const size_t code = frame[i++];
                for (size_t k = 1; k < code && i < frame.size(); k++) plain.push_back(frame[i++]);
                if (i < frame.size()) plain.push_back(0);
            }
            frame.clear();
            if (plain.size() < 5 ||
                crc(Bytes(plain.begin(), plain.end() - 2)) != number(plain, plain.size() - 2, 2)) {
                damaged++;
                continue;
            }
            records.push_back({plain[0], static_cast<uint16_t>(number(plain, 1, 2)),
                               Bytes(plain.begin() + 3, plain.end() - 2), 0});
        }
        return records;
    }
};

/* ---- what the records say -------------------------------------------------------------------- */

struct Row {
    uint32_t index, t_us;
    uint16_t cells[16];
    int16_t imu[6];
};

struct Rows {
    uint32_t index, t0_us;
    uint16_t period_us, boot_id;
    uint8_t flags;
    std::vector<Row> rows;
};

static Rows rows_of(const Bytes &p) {
    Rows record = {number(p, 0, 4), number(p, 4, 4), static_cast<uint16_t>(number(p, 8, 2)),
                   static_cast<uint16_t>(number(p, 10, 2)), p.at(12), {}};
    const size_t channels = p.at(13), rows = p.at(14), cells_bytes = channels * 3 / 2;
    CHECK(channels == 16);
    CHECK(p.size() == 15 + rows * (cells_bytes + (record.flags & 1 ? 12 : 0)));
    for (size_t r = 0; r < rows; r++) {
        Row row = {record.index + static_cast<uint32_t>(r),
                   record.t0_us + static_cast<uint32_t>(r) * record.period_us, {}, {}};
        for (size_t c = 0; c < channels; c += 2) {
            const uint32_t both = number(p, 15 + r * cells_bytes + c * 3 / 2, 3);
            row.cells[c] = both & 0xFFF;
            row.cells[c + 1] = static_cast<uint16_t>(both >> 12);
        }
        for (size_t a = 0; a < 6; a++)
            row.imu[a] =
                static_cast<int16_t>(number(p, 15 + rows * cells_bytes + r * 12 + a * 2, 2));
        record.rows.push_back(row);
    }
    return record;
}

static std::vector<Rows> rows_in(const std::vector<Record> &records) {
    std::vector<Rows> found;
    for (const Record &record : records)
        if (record.type == 0x13) found.push_back(rows_of(record.payload));
    return found;
}

struct Event {
    uint8_t code;
    uint16_t argument;
    bool operator==(const Event &other) const {
        return code == other.code && argument == other.argument;
    }
};
static std::vector<Event> events_in(const std::vector<Record> &records) {
    std::vector<Event> found;
    for (const Record &record : records)
        if (record.type == 0x04)
            found.push_back(
                {record.payload.at(4), static_cast<uint16_t>(number(record.payload, 5, 2))});
    return found;
}
static std::vector<Bytes> payloads(const std::vector<Record> &records, uint8_t type) {
    std::vector<Bytes> found;
    for (const Record &record : records)
        if (record.type == type) found.push_back(record.payload);
    return found;
}
