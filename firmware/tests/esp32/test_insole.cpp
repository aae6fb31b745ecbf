/* SPDX-License-Identifier: Apache-2.0 */
/* The insole's sketch, executed: links, rows, rates, sensors that fail, power that goes. */
#include "test_insole_board.h"
#include <fstream>
#include <sstream>
#include <stdexcept>

enum { INFO = 0x81, START, STOP, TIME, TARE, CAL_READ, CAL_WRITE, RATE, SELF_TEST_ASK, LOG_LIST,
       LOG_READ, LOG_ERASE, LOG_START, LOG_STOP, SIDE };
enum { DONE, UNKNOWN, BAD_ARGUMENT, MEMORY, BUSY, LINK_TOO_SMALL };

static uint32_t rows_missing(const std::vector<Rows> &records) {
    uint32_t missing = 0;
    for (size_t i = 1; i < records.size(); i++)
        missing += records[i].index - records[i - 1].index -
                   static_cast<uint32_t>(records[i - 1].rows.size());
    return missing;
}

static const char *vectors_path;

/* The payload of one of the shared vectors. */
static Bytes vector_payload(const std::string &name) {
    std::ifstream file(vectors_path);
    std::stringstream all;
    all << file.rdbuf();
    const std::string text = all.str(), key = "\"payload_hex\": \"";
    const size_t at = text.find("\"" + name + "\"");
    if (at == std::string::npos) throw std::runtime_error("no such vector: " + name);
    Bytes bytes;
    for (size_t i = text.find(key, at) + key.size(); text.at(i) != '"'; i += 2)
        bytes.push_back(static_cast<uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    return bytes;
}

/* ---- the link -------------------------------------------------------------------------------- */

static void it_advertises_its_service_and_name_and_asks_for_a_fast_link() {
    new_board();
    CHECK(fake::radio.advertising);
    CHECK(fake::radio.name == "Solemetry a23c");
    CHECK(fake::radio.advertised_services ==
          std::vector<std::string>{"fa880001-262e-457c-a5ea-31286f3476db"});
    CHECK(fake::radio.mtu_offered == 247);
    CHECK(NimBLEDevice::server->started);
    CHECK(central.characteristic("2A24").value ==
          Bytes({'i', 'n', 's', 'o', 'l', 'e', '-', '1', '6', '-', 'e', 's', 'p', '3', '2', 's',
                 '3'}));
    central.connect();
    CHECK(fake::radio.min_interval == 12 && fake::radio.max_interval == 12);
    CHECK(fake::radio.data_length == 251);
    const Bytes info = central.characteristic(kInfo).value;
    CHECK(info.size() == 32 + 17);
    CHECK(info[0] == 1 && info[5] == 2 && info[6] == 3 && info[7] == 3 && info[8] == 16);
    CHECK(number(info, 12, 4) == 100000);
    CHECK(number(info, 19, 4) == SM_GEOMETRY_HASH);
    CHECK(number(info, 31 + 17 - 5, 2) == 0x3E); /* features: rate, log, IMU, battery, brown-out */
    CHECK(info[31 + 17 - 3] == 16);
    /* 32768 steps of 70 millidegrees a second. */
    CHECK(std::abs(static_cast<double>(number(info, 31 + 17 - 2, 2)) - 32768 * 0.070) < 0.5);
}

static void a_link_that_is_too_small_is_refused_with_status_and_event() {
    new_board();
    BleHost host;
    for (const uint16_t mtu : {23, 63}) {
        host.join(mtu);
        const std::vector<Record> answer = host.ask(START);
        CHECK(events_in(answer) == std::vector<Event>({{10, mtu}}));
        CHECK(payloads(answer, 0x02).at(0).at(3) == LINK_TOO_SMALL);
        run_ms(200);
        CHECK(rows_in(host.news()).empty());
        CHECK(fake::radio.too_long == 0);
        CHECK(host.status_of(INFO) == (mtu == 23 ? LINK_TOO_SMALL : DONE));
        central.disconnect();
        run_ms(5);
    }
}

static void any_link_that_is_large_enough_carries_every_row() {
    for (const uint16_t mtu : {64, 100, 185, 247, 517}) {
        new_board();
        BleHost host;
        host.join(mtu);
        /* A row takes 24 + 12 bytes, a record 15 more, its header 3 and ATT 3. */
        const size_t fit = std::min((mtu - 3 - 3 - 15) / 36, 13);
        CHECK(host.status_of(RATE, little(200000, 4) + Bytes{20}) == DONE);
        CHECK(host.status_of(START) == DONE);
        run_ms(1000);
        const std::vector<Rows> records = rows_in(host.news());
        CHECK((records.size() + 1) * fit > 190);
        CHECK(rows_missing(records) == 0);
        for (const Rows &record : records) CHECK(record.rows.size() == fit);
        CHECK(fake::radio.too_long == 0);
    }
}

static void records_hold_thirty_milliseconds_unless_asked_otherwise() {
    new_board();
    BleHost host;
    host.join();
    const struct {
        uint32_t rate_mhz;
        uint8_t rows;
        size_t expected;
    } kCases[] = {{50000, 0, 2}, {100000, 0, 3}, {200000, 0, 6}, {100000, 1, 1}, {100000, 5, 5}};
    CHECK(host.status_of(START) == DONE);
    for (const auto &each : kCases) {
        CHECK(host.status_of(RATE, little(each.rate_mhz, 4) + Bytes{each.rows}) == DONE);
        run_ms(300);
        host.news();
        run_ms(1000);
        const std::vector<Rows> records = rows_in(host.news());
        CHECK(rows_missing(records) == 0);
        size_t rows = 0;
        for (const Rows &record : records) {
            CHECK(record.rows.size() == each.expected);
            CHECK(record.period_us == 1000000000 / each.rate_mhz);
            rows += record.rows.size();
        }
        CHECK(std::abs(static_cast<double>(rows) - each.rate_mhz / 1000.0) < 8);
    }
    CHECK(host.status_of(RATE, little(70000, 4)) == BAD_ARGUMENT);
}

static void rows_hold_what_the_sensors_had_and_are_packed_as_the_vector_is() {
    const Bytes expected =
        vector_payload("rows of 16 cells and IMU, as many as fit a notification");
    const Rows wanted = rows_of(expected);
    const size_t rows = wanted.rows.size();
    CHECK(rows == 6);

    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(RATE, little(200000, 4) + Bytes{static_cast<uint8_t>(rows)}) == DONE);
    run_ms(300);
    /* The sensors play the vector's rows, one in a period, changing shortly before a tick. */
    CHECK(host.status_of(START) == DONE);
    run_ms(100);
    const std::vector<Rows> before = rows_in(host.news());
    const uint64_t tick_ns = before.back().t0_us * 1000ull + 4500000;
    const auto row_now = [&] { return (fake::board.now_ns - tick_ns) / 5000000 % rows; };
    front_end.code = [&](int cell) { return wanted.rows[row_now()].cells[cell]; };
    for (int step = 0; step < 200; step++) {
        const uint64_t middle = tick_ns + static_cast<uint64_t>(step + 40) * 5000000;
        fake::board.at(middle, [&] {
            for (int axis = 0; axis < 3; axis++) {
                imu.accel_g[axis] = wanted.rows[row_now()].imu[axis] * 16 / 32768.0;
                imu.gyro_dps[axis] = wanted.rows[row_now()].imu[3 + axis] * 0.070;
            }
        });
    }
    run_ms(400);
    host.news();
    run_ms(500);
    size_t compared = 0;
    for (const Record &record : host.news()) {
        if (record.type != 0x13) continue;
        const Bytes &p = record.payload;
        CHECK(p.size() == expected.size());
        const size_t first = (number(p, 4, 4) * 1000ull - tick_ns) / 5000000 % rows;
        for (size_t r = 0; r < rows; r++) {
            const size_t k = (first + r) % rows;
            CHECK(std::equal(&p[15 + r * 24], &p[15 + r * 24] + 24, &expected[15 + k * 24]));
            const size_t imu_at = 15 + rows * 24;
            CHECK(std::equal(&p[imu_at + r * 12], &p[imu_at + r * 12] + 12,
                             &expected[imu_at + k * 12]));
            compared++;
        }
    }
    CHECK(compared > 80);
}

static void what_the_radio_refuses_is_a_hole_of_exactly_that_size_and_is_told() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    run_ms(300);
    int refused = 0;
    fake::radio.takes = [&](const NimBLECharacteristic *from) {
        if (from != &central.characteristic(kStream)) return true;
        refused++;
        return false;
    };
    while (refused < 7) run_ms(1);
    fake::radio.takes = [](const NimBLECharacteristic *) { return true; };
    run_ms(500);
    const std::vector<Record> news = host.news();
    CHECK(rows_missing(rows_in(news)) == 7 * 3);
    unsigned told = 0;
    for (const Event &event : events_in(news)) told += event.code == 3 ? event.argument : 100;
    CHECK(told == 7);
    /* The numbers of what was not sent are used up. */
    const std::vector<Record> all = host.everything();
    unsigned holes = 0;
    for (size_t i = 1; i < all.size(); i++)
        holes += static_cast<uint16_t>(all[i].seq - all[i - 1].seq) - 1u;
    CHECK(holes == 7);
}

static void when_nothing_at_all_goes_out_the_loss_is_told_afterwards() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    host.news();
    int refused = 0;
    fake::radio.takes = [&](const NimBLECharacteristic *from) {
        refused += from == &central.characteristic(kStream);
        return false;
    };
    run_ms(300);
    fake::radio.takes = [](const NimBLECharacteristic *) { return true; };
    run_ms(100);
    CHECK(refused == 10);
    CHECK(events_in(host.news()) == std::vector<Event>({{3, 10}}));
}

static void rows_wait_for_start_and_for_a_listener_and_stop_with_stop() {
    new_board();
    BleHost host;
    host.join(247, false);
    run_ms(200);
    CHECK(rows_in(host.everything()).empty());
    CHECK(host.status_of(START) == DONE);
    run_ms(200);
    CHECK(rows_in(host.everything()).empty());
    central.subscribe(kStream);
    run_ms(200);
    CHECK(!rows_in(host.news()).empty());
    CHECK(host.status_of(STOP) == DONE);
    CHECK(host.status_of(STOP) == DONE);
    host.news();
    run_ms(200);
    CHECK(host.news().empty());
    CHECK(host.status_of(START, Bytes{2}) == BAD_ARGUMENT); /* an insole has no COP record */
}

static void a_lost_link_advertises_again_and_the_next_host_starts_anew() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    run_ms(200);
    const uint32_t last = rows_in(host.news()).back().index;
    central.disconnect();
    CHECK(fake::radio.advertising);
    CHECK(fake::radio.advertisings == 2);
    run_ms(1000);
    host.join(185);
    run_ms(300);
    CHECK(rows_in(host.news()).empty());
    CHECK(host.status_of(START) == DONE);
    run_ms(200);
    const uint32_t next = rows_in(host.news()).at(0).index;
    CHECK(next - last > 125 && next - last < 165); /* the index went on */
    host.news();
    /* A command that is still waiting when the link goes is nobody's, however soon the
     * next host comes. */
    host.send(STOP);
    central.disconnect();
    central.connect();
    host.seen = host.everything().size();
    central.subscribe(kControl);
    run_ms(50);
    CHECK(payloads(host.news(), 0x02).empty());
    CHECK(host.status_of(START) == LINK_TOO_SMALL); /* it has agreed on no MTU yet */
    CHECK(fake::radio.notified_in_callback == 0);
}

static void both_links_take_the_same_commands_at_the_same_time() {
    new_board();
    BleHost ble;
    UsbHost usb;
    ble.join();
    const std::vector<Record> first = usb.news();
    CHECK(first.size() == 1 && first[0].type == 0x01); /* INFO at boot */
    CHECK(usb.status_of(START) == DONE);
    CHECK(ble.status_of(START) == DONE);
    ble.news(), usb.news();
    run_ms(500);
    const std::vector<Rows> over_ble = rows_in(ble.news()), over_usb = rows_in(usb.news());
    CHECK(over_ble.size() >= 16 && over_usb.size() >= 16);
    CHECK(rows_missing(over_ble) == 0 && rows_missing(over_usb) == 0);
    CHECK(usb.status_of(STOP) == DONE);
    usb.news(), ble.news();
    run_ms(200);
    CHECK(rows_in(usb.news()).empty());
    CHECK(!rows_in(ble.news()).empty());
    CHECK(usb.damaged == 0);
    CHECK(fake::link.waited_bytes == 0);
}

static void a_usb_host_that_does_not_read_costs_nothing_but_its_own_rows() {
    new_board();
    BleHost ble;
    UsbHost usb;
    ble.join();
    CHECK(usb.status_of(START) == DONE);
    CHECK(ble.status_of(START) == DONE);
    run_ms(100);
    usb.news(), ble.news();
    fake::link.stuck = true;
    run_ms(3000);
    CHECK(rows_missing(rows_in(ble.news())) == 0);
    fake::link.stuck = false;
    run_ms(300);
    const std::vector<Record> news = usb.news();
    unsigned told = 0;
    for (const Event &event : events_in(news)) told += event.code == 3 ? event.argument : 1000;
    CHECK(told > 50);
    CHECK(rows_missing(rows_in(news)) == 3 * told);
    CHECK(fake::link.waited_bytes == 0);
}

/* ---- commands -------------------------------------------------------------------------------- */

static void commands_done_twice_leave_what_they_leave_when_done_once() {
    new_board();
    BleHost host;
    host.join();
    for (int twice = 0; twice < 2; twice++) {
        CHECK(host.status_of(SIDE, Bytes{1}) == DONE);
        CHECK(host.status_of(RATE, little(200000, 4)) == DONE);
        CHECK(host.status_of(START) == DONE);
    }
    CHECK(fake::nvs.writes == 3); /* the boot, side, rate */
    CHECK(fake::radio.name == "Solemetry L a23c");
    host.news();
    run_ms(300);
    const std::vector<Rows> records = rows_in(host.news());
    CHECK(rows_missing(records) == 0 && records.size() > 8);
    const std::vector<Record> answer = host.ask(SIDE, Bytes{2});
    CHECK(payloads(answer, 0x01).at(0).back() == 2);
    CHECK(central.characteristic(kInfo).value == payloads(answer, 0x01).at(0));
}

static void malformed_and_foreign_commands_are_answered_and_harmless() {
    new_board();
    BleHost host;
    UsbHost usb;
    host.join();
    central.write(kControl, {});
    central.write(kControl, {0x82});
    central.write(kControl, {0x82, 1});
    central.write(kControl, Bytes(500, 0x55));
    run_ms(20);
    CHECK(host.status_of(0xEE) == UNKNOWN);
    CHECK(host.status_of(TARE) == UNKNOWN);
    CHECK(host.status_of(CAL_READ) == UNKNOWN);
    CHECK(host.status_of(CAL_WRITE, Bytes(52, 1)) == UNKNOWN);
    CHECK(host.status_of(RATE) == BAD_ARGUMENT);
    CHECK(host.status_of(RATE, {1, 2, 3}) == BAD_ARGUMENT);
    CHECK(host.status_of(SIDE) == BAD_ARGUMENT);
    CHECK(host.status_of(SIDE, {3}) == BAD_ARGUMENT);
    CHECK(host.status_of(LOG_READ, {1}) == BAD_ARGUMENT);
    CHECK(host.status_of(LOG_START, {1}) == BAD_ARGUMENT);
    CHECK(host.status_of(LOG_START, little(0, 4)) == MEMORY); /* no card, no flash */
    CHECK(host.status_of(LOG_LIST) == MEMORY);
    CHECK(host.status_of(LOG_READ, little(1, 2) + little(0, 4) + little(1, 2)) == MEMORY);
    CHECK(host.status_of(LOG_ERASE, little(0, 4)) == MEMORY);
    CHECK(host.status_of(LOG_STOP) == DONE);
    for (int i = 0; i < 400; i++) fake::link.received.push_back(static_cast<uint8_t>(i * 37 % 256));
    fake::link.received.push_back(0);
    CHECK(usb.status_of(INFO) == DONE);
    CHECK(host.status_of(START) == DONE);
}

static void a_flood_of_commands_loses_some_but_answers_none_wrongly() {
    new_board();
    BleHost host;
    host.join();
    std::vector<Ack> sent;
    for (int i = 0; i < 50; i++) sent.push_back({host.send(STOP), STOP, DONE});
    run_ms(100);
    const std::vector<Bytes> acks = payloads(host.news(), 0x02);
    CHECK(acks.size() == 8);
    for (size_t i = 0; i < acks.size(); i++)
        CHECK((Ack{static_cast<uint16_t>(number(acks[i], 0, 2)), acks[i].at(2), acks[i].at(3)} ==
               sent[i]));
}

static void time_is_answered_with_the_clock_of_the_rows() {
    new_board();
    BleHost host;
    host.join();
    run_ms(1234);
    const uint64_t asked_us = fake::board.now_ns / 1000;
    const std::vector<Bytes> times = payloads(host.ask(TIME), 0x03);
    CHECK(times.size() == 1);
    CHECK(number(times.at(0), 2, 4) == asked_us); /* when it came, not when it was obeyed */
    CHECK(number(times.at(0), 6, 4) - asked_us < 5000);
}

static void clock_and_sequence_wrap_without_a_trace() {
    new_board();
    fake::board.start_us = 0x100000000ull - 1000000;
    boot();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    host.news();
    run_ms(3000);
    const std::vector<Rows> records = rows_in(host.news());
    CHECK(rows_missing(records) == 0);
    bool wrapped = false;
    for (size_t i = 1; i < records.size(); i++) {
        const uint32_t step = records[i].t0_us - records[i - 1].t0_us;
        CHECK(step > 29000 && step < 31000);
        wrapped = wrapped || records[i].t0_us < records[i - 1].t0_us;
    }
    CHECK(wrapped);
    CHECK(fake::watchdog.longest_ns < 100000000);
}

/* ---- sampling -------------------------------------------------------------------------------- */

static void rows_are_taken_on_time_whatever_the_loop_does() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    run_ms(100);
    host.news();
    for (int i = 0; i < 20; i++) {
        delay(i % 4 == 0 ? 500 : 7); /* the loop is kept */
        run_ms(20);
    }
    run_ms(100);
    const std::vector<Rows> records = rows_in(host.news());
    CHECK(rows_missing(records) == 0);
    for (size_t i = 1; i < records.size(); i++)
        CHECK(records[i].t0_us - records[i - 1].t0_us == 30000);
}

static void a_missed_tick_is_counted_ends_the_record_and_shifts_nothing() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    run_ms(200);
    const std::vector<Rows> before = rows_in(host.news());
    fake::timer_task.hold(35000); /* three ticks, and a half */
    run_ms(500);
    const std::vector<Rows> after = rows_in(host.news());
    std::vector<Rows> all = before;
    all.insert(all.end(), after.begin(), after.end());
    CHECK(rows_missing(all) == 3 || rows_missing(all) == 4);
    const Row first = before.front().rows.front(), last = after.back().rows.front();
    const int32_t late =
        static_cast<int32_t>(last.t_us - first.t_us - (last.index - first.index) * 10000);
    CHECK(late == 0);
}

static void a_slow_front_end_shows_that_cells_do_not_mix() {
    new_board();
    front_end.code = [](int cell) { return cell % 2 ? 4000.0 : 400.0; };
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    run_ms(200);
    for (const Rows &record : rows_in(host.news()))
        for (const Row &row : record.rows)
            for (int c = 0; c < 16; c++) CHECK(row.cells[c] == (c % 2 ? 4000 : 400));
    front_end.tau_us = 30; /* the oracle can tell */
    run_ms(200);
    CHECK(rows_in(host.news()).back().rows[0].cells[0] > 450);
}

/* ---- memory and life ------------------------------------------------------------------------- */

static void settings_outlive_a_restart_and_boots_are_counted() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(RATE, little(200000, 4) + Bytes{4}) == DONE);
    CHECK(host.status_of(SIDE, {2}) == DONE);
    boot(ESP_RST_BROWNOUT);
    CHECK(fake::radio.name == "Solemetry R a23c");
    const Bytes info = central.characteristic(kInfo).value;
    CHECK(number(info, 12, 4) == 200000);
    CHECK(number(info, 16, 2) == 2);
    CHECK(info[18] == 4);
    CHECK(info.back() == 2);
    host.seen = 0;
    host.join();
    CHECK(host.status_of(START) == DONE);
    run_ms(200);
    const Rows record = rows_in(host.news()).at(1);
    CHECK(record.rows.size() == 4 && record.period_us == 5000 && record.boot_id == 2);
}

static void power_may_go_at_any_byte_of_writing_the_settings() {
    for (long after = 0; after < 15; after++) {
        new_board();
        BleHost host;
        host.join();
        CHECK(host.status_of(SIDE, {1}) == DONE);
        CHECK(host.status_of(RATE, little(50000, 4)) == DONE);
        fake::nvs.cut_after = after;
        bool cut = false;
        try {
            host.ask(RATE, little(200000, 4));
        } catch (const fake::PowerCut &) {
            cut = true;
        }
        CHECK(cut);
        boot();
        const Bytes info = central.characteristic(kInfo).value;
        CHECK(number(info, 12, 4) == 50000 && info.back() == 1);
        CHECK(number(info, 16, 2) == 2);
    }
}

static void a_memory_that_cannot_be_written_is_said_and_damage_is_told() {
    new_board();
    BleHost host;
    host.join();
    fake::nvs.broken = true;
    CHECK(host.status_of(SIDE, {1}) == MEMORY);
    fake::nvs.broken = false;
    CHECK(host.status_of(SIDE, {2}) == DONE);
    CHECK(host.status_of(SIDE, {1}) == DONE);
    boot();
    for (auto &entry : fake::nvs.entry) /* settings: nine bytes around six */
        if (entry.second.size() == 15) entry.second[9] ^= 0x10;
    boot();
    central.connect();
    central.agree_mtu(247);
    host.seen = host.everything().size();
    central.subscribe(kControl);
    run_ms(20);
    CHECK(events_in(host.news()) == std::vector<Event>({{7, 2}}));
}

static void a_low_battery_is_told_once_and_flagged_until_it_is_well_again() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    central.subscribe("2A19");
    run_ms(2000);
    /* 3.90 V lies three eighths of the way from 3.87 V, 60 %, to 3.95 V, 70 %. */
    CHECK(std::abs(central.characteristic("2A19").value.at(0) - 63.75) < 1);
    const auto levels = [] {
        return std::count_if(fake::radio.notifications.begin(), fake::radio.notifications.end(),
                             [](const fake::Notification &n) {
                                 return n.from == &central.characteristic("2A19");
                             });
    };
    const auto levels_before = levels();
    CHECK(!(rows_in(host.news()).back().flags & 2));
    const double kVolts[] = {3.5, 3.38, 3.44, 3.39, 3.45, 3.39};
    std::vector<Event> events;
    for (const double volts : kVolts) {
        battery_v = volts;
        run_ms(1500);
        const std::vector<Record> news = host.news();
        for (const Event &event : events_in(news)) events.push_back(event);
        CHECK(((rows_in(news).back().flags & 2) != 0) == (volts != 3.5));
    }
    CHECK(events == std::vector<Event>({{8, 3380}}));
    battery_v = 3.6;
    run_ms(1500);
    CHECK(!(rows_in(host.news()).back().flags & 2));
    battery_v = 3.3;
    run_ms(1500);
    CHECK(events_in(host.news()) == std::vector<Event>({{8, 3300}}));
    CHECK(central.characteristic("2A19").value == Bytes{0});
    CHECK(levels() - levels_before == 8); /* one for each change */
}

static void the_watchdog_restarts_a_loop_that_hangs() {
    new_board();
    run_ms(500);
    CHECK(fake::watchdog.watching && fake::watchdog.timeout_ms == 5000);
    delay(6000);
    CHECK(fake::watchdog.bitten());
}

static void a_sampler_that_has_stopped_is_not_covered_up() {
    new_board();
    run_ms(500);
    fake::timer_task.reset();
    const size_t fed = fake::watchdog.fed;
    run_ms(1100);
    const size_t fed_then = fake::watchdog.fed;
    CHECK(fed_then > fed);
    run_ms(3000);
    CHECK(fake::watchdog.fed - fed_then < 5);
}

/* ---- the IMU --------------------------------------------------------------------------------- */

static void an_imu_that_drops_out_is_flagged_restarted_and_welcomed_back() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(START) == DONE);
    run_ms(500);
    CHECK(!(rows_in(host.news()).back().flags & 16));
    fake::i2c.part.clear();
    run_ms(1000);
    const std::vector<Record> gone = host.news();
    CHECK(events_in(gone) == std::vector<Event>({{1, 16}}));
    const Rows last = rows_in(gone).back();
    CHECK(last.flags & 16 && last.flags & 1);
    for (const int16_t value : last.rows[0].imu) CHECK(value == -32768);
    CHECK(last.rows[0].cells[3] == 700);
    CHECK(rows_missing(rows_in(gone)) == 0);
    imu.reset(); /* it had no power */
    fake::i2c.part[0x6A] = &imu;
    run_ms(1000);
    const std::vector<Record> back = host.news();
    CHECK(events_in(back) == std::vector<Event>({{2, 16}}));
    CHECK(!(rows_in(back).back().flags & 16));
    CHECK(rows_in(back).back().rows[0].imu[2] == 2048); /* gravity, at 16 g */
    CHECK(rows_missing(rows_in(back)) == 0);
    CHECK(!fake::watchdog.bitten());
}

static void an_imu_that_restarts_by_itself_or_freezes_is_found_out() {
    for (const bool freezes : {false, true}) {
        new_board();
        BleHost host;
        host.join();
        CHECK(host.status_of(START) == DONE);
        run_ms(500);
        host.news();
        if (freezes) imu.frozen = true;
        else imu.reset(); /* back to power-down: it answers, but does not convert */
        run_ms(1000);
        const std::vector<Event> events = events_in(host.news());
        CHECK(events.at(0) == (Event{1, 16}));
        CHECK((events.size() == 2) == !freezes);
        CHECK(imu.reg(0x10) >> 4 == 5); /* set up again */
    }
}

static void a_dead_bus_does_not_hold_the_cells_up() {
    new_board();
    BleHost host;
    host.join();
    CHECK(host.status_of(RATE, little(200000, 4)) == DONE);
    CHECK(host.status_of(START) == DONE);
    run_ms(500);
    host.news();
    fake::i2c.broken = true;
    run_ms(1000);
    const std::vector<Rows> records = rows_in(host.news());
    CHECK(rows_missing(records) < 60);
    CHECK(records.back().flags & 16);
}

static void an_imu_at_either_address_and_with_any_oscillator_gives_every_row() {
    for (const double oscillator : {0.9, 1.0, 1.1})
        for (const int address : {0x6A, 0x6B})
            for (const uint32_t rate : {50000u, 100000u, 200000u}) {
                new_board();
                fake::i2c.part.clear();
                fake::i2c.part[address] = &imu;
                imu.oscillator = oscillator;
                boot();
                BleHost host;
                host.join();
                CHECK(host.status_of(RATE, little(rate, 4)) == DONE);
                CHECK(host.status_of(START) == DONE);
                run_ms(300);
                host.news();
                run_ms(1000);
                const std::vector<Record> news = host.news();
                CHECK(events_in(news).empty());
                for (const Rows &record : rows_in(news))
                    for (const Row &row : record.rows) CHECK(row.imu[2] == 2048);
            }
}

static void an_imu_that_stays_dead_costs_one_restart_and_is_then_given_up() {
    new_board();
    BleHost host;
    host.join();
    fake::i2c.part.clear();
    uint64_t ms = 0;
    for (; ms < 30000 && !fake::watchdog.bitten(); ms += 100) run_ms(100);
    CHECK(ms > 12000 && ms < 14500); /* eight seconds of silence, five of the watchdog */
    boot(ESP_RST_TASK_WDT);
    CHECK(central.characteristic(kInfo).value[18] == 8);
    host.seen = 0;
    host.join();
    for (ms = 0; ms < 20000 && !fake::watchdog.bitten(); ms += 100) run_ms(100);
    CHECK(ms == 20000);
    const std::vector<Event> events = events_in(host.news());
    CHECK(events == std::vector<Event>({{1, 16}, {11, 16}}));
    fake::i2c.part[0x6A] = &imu; /* welcome when it comes back */
    run_ms(500);
    CHECK(events_in(host.news()) == std::vector<Event>({{2, 16}}));
    boot(ESP_RST_POWERON);
    CHECK(central.characteristic(kInfo).value[18] == 1);
}

/* ---- self-test ------------------------------------------------------------------------------- */

struct Result {
    int status;
    int32_t mean;
    unsigned spread;
};

static std::vector<Result> self_test(Host &host) {
    CHECK(host.status_of(SELF_TEST_ASK) == DONE);
    run_ms(1000);
    std::vector<Result> results;
    const std::vector<Bytes> found = payloads(host.everything(), 0x06);
    CHECK(!found.empty());
    if (found.empty()) return std::vector<Result>(18, Result{-1, 0, 0});
    const Bytes &p = found.back();
    CHECK(number(p, 0, 2) == next_seq - 1u);
    CHECK(p.at(2) == 18 && p.size() == 3 + 6 * 18);
    for (size_t c = 0; c < 18; c++) {
        const uint32_t mean = number(p, 4 + 6 * c, 3);
        results.push_back(
            {p.at(3 + 6 * c), static_cast<int32_t>(mean << 8) >> 8, number(p, 7 + 6 * c, 2)});
    }
    host.news();
    return results;
}

static void a_sound_insole_passes_its_test_at_every_rate() {
    for (const uint32_t rate : {50000u, 100000u, 200000u}) {
        new_board();
        imu.accel_g[0] = 0.6, imu.accel_g[1] = 0, imu.accel_g[2] = 0.8;
        BleHost host;
        host.join();
        CHECK(host.status_of(RATE, little(rate, 4)) == DONE);
        CHECK(host.status_of(START) == DONE);
        run_ms(300);
        host.news();
        const std::vector<Result> results = self_test(host);
        for (int c = 0; c < 16; c++) {
            CHECK(results[c].status == 0);
            CHECK(results[c].mean == 400 + 100 * c);
            CHECK(results[c].spread == 0);
        }
        CHECK(results[16].status == 0);
        CHECK(std::abs(results[16].mean - 2048) <= 2); /* 1 g, whichever way up */
        CHECK(results[17].status == 0 && results[17].mean == 3900);
        run_ms(300);
        host.news();
        run_ms(200);
        const Rows after = rows_in(host.news()).back();
        CHECK(!(after.flags & 8));
        CHECK(std::abs(after.rows[0].imu[2] - 1638) <= 1); /* and the push is off again */
    }
}

static void faults_are_found_and_named() {
    const auto status = [](size_t channel, const std::function<void()> &fault) {
        new_board();
        BleHost host;
        host.join();
        CHECK(host.status_of(START) == DONE);
        run_ms(300);
        fault();
        run_ms(200);
        const std::vector<Result> results = self_test(host);
        run_ms(100);
        CHECK(rows_in(host.news()).back().flags & 8);
        return results[channel].status;
    };
    CHECK(status(5, [] { front_end.code = [](int cell) { return cell == 5 ? 4095.0 : 500; }; }) ==
          2);
    CHECK(status(0, [] { front_end.stuck = 0; }) == 4);
    CHECK(status(15, [] { front_end.stuck = 4095; }) == 4);
    CHECK(status(3, [] {
              fake::volts[SM_PIN_CELLS] = [] {
                  return 0.3 + fake::board.now_ns / 1000000 % 7 * 0.02;
              };
          }) == 5);
    CHECK(status(16, [] { fake::i2c.part.clear(); }) == 1);
    CHECK(status(16, [] { imu.push_g = 0.01; }) == 3);
    CHECK(status(16, [] { imu.push_dps = 50; }) == 3);
    CHECK(status(16, [] { imu.push_dps = 900; }) == 3);
    CHECK(status(16, [] {
              for (uint64_t ms = 0; ms < 2000; ms += 30)
                  fake::board.at(fake::board.now_ns + ms * 1000000,
                                 [ms] { imu.accel_g[2] = 1 + 0.3 * std::sin(ms * 0.01); });
          }) == 5);
    CHECK(status(17, [] { battery_v = 0.4; }) == 4);
}

static void one_shorted_cell_leaves_the_others_well() {
    new_board();
    front_end.code = [](int cell) { return cell == 5 ? 4095.0 : SM_FRONT_END_BASELINE; };
    UsbHost host;
    const std::vector<Result> results = self_test(host);
    for (int c = 0; c < 18; c++) CHECK(results[c].status == (c == 5 ? 2 : 0));
}

static void a_link_too_small_for_the_result_is_told_so() {
    new_board();
    BleHost host;
    host.join(116);
    CHECK(host.status_of(SELF_TEST_ASK) == LINK_TOO_SMALL);
    central.disconnect();
    host.join(117);
    for (const Result &result : self_test(host)) CHECK(result.status == 0);
    CHECK(fake::radio.too_long == 0);
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: test_insole frames.json\n"), 2;
    vectors_path = argv[1];
    RUN(it_advertises_its_service_and_name_and_asks_for_a_fast_link);
    RUN(a_link_that_is_too_small_is_refused_with_status_and_event);
    RUN(any_link_that_is_large_enough_carries_every_row);
    RUN(records_hold_thirty_milliseconds_unless_asked_otherwise);
    RUN(rows_hold_what_the_sensors_had_and_are_packed_as_the_vector_is);
    RUN(what_the_radio_refuses_is_a_hole_of_exactly_that_size_and_is_told);
    RUN(when_nothing_at_all_goes_out_the_loss_is_told_afterwards);
    RUN(rows_wait_for_start_and_for_a_listener_and_stop_with_stop);
    RUN(a_lost_link_advertises_again_and_the_next_host_starts_anew);
    RUN(both_links_take_the_same_commands_at_the_same_time);
    RUN(a_usb_host_that_does_not_read_costs_nothing_but_its_own_rows);
    RUN(commands_done_twice_leave_what_they_leave_when_done_once);
    RUN(malformed_and_foreign_commands_are_answered_and_harmless);
    RUN(a_flood_of_commands_loses_some_but_answers_none_wrongly);
    RUN(time_is_answered_with_the_clock_of_the_rows);
    RUN(clock_and_sequence_wrap_without_a_trace);
    RUN(rows_are_taken_on_time_whatever_the_loop_does);
    RUN(a_missed_tick_is_counted_ends_the_record_and_shifts_nothing);
    RUN(a_slow_front_end_shows_that_cells_do_not_mix);
    RUN(settings_outlive_a_restart_and_boots_are_counted);
    RUN(power_may_go_at_any_byte_of_writing_the_settings);
    RUN(a_memory_that_cannot_be_written_is_said_and_damage_is_told);
    RUN(a_low_battery_is_told_once_and_flagged_until_it_is_well_again);
    RUN(the_watchdog_restarts_a_loop_that_hangs);
    RUN(a_sampler_that_has_stopped_is_not_covered_up);
    RUN(an_imu_that_drops_out_is_flagged_restarted_and_welcomed_back);
    RUN(an_imu_that_restarts_by_itself_or_freezes_is_found_out);
    RUN(a_dead_bus_does_not_hold_the_cells_up);
    RUN(an_imu_at_either_address_and_with_any_oscillator_gives_every_row);
    RUN(an_imu_that_stays_dead_costs_one_restart_and_is_then_given_up);
    RUN(a_sound_insole_passes_its_test_at_every_rate);
    RUN(faults_are_found_and_named);
    RUN(one_shorted_cell_leaves_the_others_well);
    RUN(a_link_too_small_for_the_result_is_told_so);
    printf("insole: %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
