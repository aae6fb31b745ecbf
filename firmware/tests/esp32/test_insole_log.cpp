/* SPDX-License-Identifier: Apache-2.0 */
/* The insole's own log, on a card and in flash: runs, downloads, and power that goes at any moment.
 * Given a folder, it leaves downloaded blocks there for the host's reader. */
#include "test_insole_board.h"
#include <fstream>

enum { INFO = 0x81, START, STOP, TIME, TARE, CAL_READ, CAL_WRITE, RATE, SELF_TEST_ASK, LOG_LIST,
       LOG_READ, LOG_ERASE, LOG_START, LOG_STOP, SIDE };
enum { DONE, UNKNOWN, BAD_ARGUMENT, MEMORY, BUSY, LINK_TOO_SMALL };
enum { BEING_WRITTEN, ENDED, CUT_OFF };
/* By default only some of the bytes are tried. */
static bool every_byte = false;
static const uint32_t kUtc = 1760000000;

static std::string folder;

struct Run {
    uint32_t epoch, blocks, utc_s;
    uint16_t run;
    uint8_t state;
};

static std::vector<Run> list(Host &host, uint32_t *epoch = nullptr) {
    std::vector<Run> runs;
    const std::vector<Record> answer = host.ask(LOG_LIST);
    for (const Bytes &p : payloads(answer, 0x20))
        runs.push_back({number(p, 0, 4), number(p, 6, 4), number(p, 10, 4),
                        static_cast<uint16_t>(number(p, 4, 2)), p.at(14)});
    const std::vector<Bytes> acks = payloads(answer, 0x02);
    CHECK(acks.size() == 1 && acks.back().size() == 8 && acks.back()[3] == DONE);
    if (epoch && acks.size() == 1) *epoch = number(acks[0], 4, 4);
    return runs;
}

/* Blocks of a run, put together from their pieces, which have to come in order and once. */
static std::vector<Bytes> download(Host &host, const Run &run, int *status = nullptr) {
    const std::vector<Record> answer =
        host.ask(LOG_READ, little(run.run, 2) + little(0, 4) + little(run.blocks, 2), 60000);
    std::vector<Bytes> blocks;
    for (const Bytes &p : payloads(answer, 0x21)) {
        CHECK(number(p, 0, 2) == run.run);
        if (number(p, 6, 2) == 0) blocks.push_back({});
        CHECK(number(p, 2, 4) == blocks.size() - 1);
        CHECK(number(p, 6, 2) == blocks.back().size());
        blocks.back().insert(blocks.back().end(), p.begin() + 8, p.end());
    }
    for (const Bytes &block : blocks) CHECK(block.size() == 512);
    CHECK(blocks.size() == run.blocks);
    if (status) *status = payloads(answer, 0x02).back().at(3);
    return blocks;
}

static bool sound(const Bytes &block) {
    return number(block, 0, 2) == 0x4D53 && block[2] == 1 &&
           number(block, 510, 2) == crc(Bytes(block.begin(), block.end() - 2));
}
static Bytes payload_of(const Bytes &block) {
    const size_t length = number(block, 14, 2);
    for (size_t i = 16 + length; i < 510; i++) CHECK(block[i] == 0);
    return Bytes(block.begin() + 16, block.begin() + 16 + static_cast<long>(length));
}
static std::vector<Rows> rows_of_run(const std::vector<Bytes> &blocks) {
    std::vector<Rows> records;
    for (const Bytes &block : blocks)
        if (sound(block) && block[3] == 2) records.push_back(rows_of(payload_of(block)));
    return records;
}
static void keep(const std::string &name, const std::vector<Bytes> &blocks) {
    if (folder.empty()) return;
    std::ofstream file(folder + "/" + name, std::ios::binary);
    for (const Bytes &block : blocks)
        file.write(reinterpret_cast<const char *>(block.data()), static_cast<long>(block.size()));
}

static std::vector<Row> flat(const std::vector<Rows> &records) {
    std::vector<Row> rows;
    for (const Rows &record : records)
        rows.insert(rows.end(), record.rows.begin(), record.rows.end());
    return rows;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static void walk() {
    imu.gyro_dps[0] = 123;
    front_end.code = [](int cell) {
        return 400.0 + 100 * cell + fake::board.now_ns / 10000000 % 90;
    };
}

static void a_run_holds_what_was_streamed_and_downloads_alike_over_both_links() {
    for (const Memory memory : {Memory::kCard, Memory::kFlash}) {
        new_board(memory);
        walk();
        BleHost ble;
        UsbHost usb;
        CHECK(usb.status_of(START) == DONE);
        run_ms(500);
        CHECK(usb.status_of(LOG_START, little(kUtc, 4)) == DONE);
        CHECK(usb.status_of(LOG_START, little(kUtc, 4)) == DONE);
        CHECK(list(usb).at(0).state == BEING_WRITTEN);
        ble.join();
        central.disconnect(); /* nothing to the log */
        run_ms(3000);
        CHECK(rows_in(usb.news()).back().flags & 4);
        CHECK(usb.status_of(LOG_STOP) == DONE);
        CHECK(usb.status_of(LOG_STOP) == DONE);
        CHECK(usb.status_of(STOP) == DONE);

        const std::vector<Run> runs = list(usb);
        CHECK(runs.size() == 1 && runs[0].state == ENDED && runs[0].utc_s == kUtc &&
              runs[0].run == 1);
        const std::vector<Bytes> over_usb = download(usb, runs[0]);
        ble.join();
        CHECK(download(ble, runs[0]) == over_usb);
        keep(memory == Memory::kCard ? "card.blocks" : "flash.blocks", over_usb);

        for (size_t n = 0; n < over_usb.size(); n++) {
            CHECK(sound(over_usb[n]));
            CHECK(number(over_usb[n], 8, 2) == 1 && number(over_usb[n], 10, 4) == n);
            CHECK(over_usb[n][3] == (n == 0 ? 1 : n + 1 == over_usb.size() ? 3 : 2));
        }
        CHECK(payload_of(over_usb[0]) == little(kUtc, 4) + central.characteristic(kInfo).value);
        const std::vector<Rows> records = rows_of_run(over_usb);
        for (size_t i = 0; i + 1 < records.size(); i++) CHECK(records[i].rows.size() == 13);
        const std::vector<Row> logged = flat(records), streamed = flat(rows_in(usb.everything()));
        CHECK(logged.size() > 300);
        size_t s = 0;
        while (streamed.at(s).index != logged.at(0).index) s++;
        for (size_t i = 0; i < logged.size() && s + i < streamed.size(); i++) {
            CHECK(logged[i].index == streamed[s + i].index);
            CHECK(logged[i].t_us == streamed[s + i].t_us);
            CHECK(std::equal(logged[i].cells, logged[i].cells + 16, streamed[s + i].cells));
            CHECK(std::equal(logged[i].imu, logged[i].imu + 6, streamed[s + i].imu));
        }
        CHECK(fake::flash.erases == 0); /* new flash is blank: nothing was held up */
    }
}

static void runs_are_listed_the_newest_first_and_found_again_after_a_restart() {
    new_board(Memory::kCard);
    UsbHost host;
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(host.status_of(LOG_START, little(kUtc + i, 4)) == DONE);
        run_ms(300 + 300 * i);
        CHECK(host.status_of(LOG_STOP) == DONE);
    }
    const std::vector<Run> before = list(host);
    CHECK(before.size() == 3);
    for (uint32_t i = 0; i < 3; i++)
        CHECK(before[i].run == 3 - i && before[i].utc_s == kUtc + 2 - i);
    const std::vector<Bytes> middle = download(host, before[1]);
    boot();
    host.seen = 0;
    const std::vector<Run> after = list(host);
    CHECK(after.size() == 3 && after[2].blocks == before[2].blocks);
    CHECK(download(host, after[1]) == middle);
}

static void what_cannot_be_read_or_done_now_is_refused() {
    new_board(Memory::kCard);
    UsbHost host;
    CHECK(host.status_of(LOG_START, little(0, 4)) == DONE);
    run_ms(500);
    CHECK(host.status_of(RATE, little(200000, 4)) == BUSY);
    CHECK(host.status_of(RATE, little(100000, 4)) == DONE);
    CHECK(host.status_of(LOG_ERASE, little(1, 4)) == BUSY);
    const auto read = [&](uint32_t run, uint32_t block, uint32_t count) {
        return host.status_of(LOG_READ, little(run, 2) + little(block, 4) + little(count, 2));
    };
    CHECK(read(1, 0, 2) == DONE); /* also while it is being written */
    CHECK(read(1, 0, 0) == DONE);
    CHECK(read(2, 0, 1) == BAD_ARGUMENT);
    CHECK(read(1, 500, 1) == BAD_ARGUMENT);
    CHECK(host.status_of(LOG_STOP) == DONE);
}

static void erasing_forgets_every_run_once() {
    for (const Memory memory : {Memory::kCard, Memory::kFlash}) {
        new_board(memory);
        UsbHost host;
        CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
        run_ms(2000);
        CHECK(host.status_of(LOG_STOP) == DONE);
        uint32_t epoch, next;
        CHECK(list(host, &epoch).size() == 1);
        CHECK(host.status_of(LOG_ERASE, little(epoch + 7, 4)) == DONE);
        CHECK(list(host).size() == 1); /* another memory's epoch: nothing to do */
        CHECK(host.status_of(LOG_ERASE, little(epoch, 4)) == DONE);
        CHECK(list(host, &next).empty());
        CHECK(next == epoch + 1);
        CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
        run_ms(500);
        CHECK(host.status_of(LOG_STOP) == DONE);
        CHECK(host.status_of(LOG_ERASE, little(epoch, 4)) == DONE); /* the command comes again */
        boot();
        host.seen = 0;
        const std::vector<Run> runs = list(host);
        CHECK(runs.size() == 1 && runs[0].run == 2 && runs[0].epoch == next);
        for (const Bytes &block : download(host, runs[0])) CHECK(sound(block));
    }
}

static void a_full_memory_ends_the_run_and_says_so() {
    new_board(Memory::kCard, 24);
    UsbHost host;
    CHECK(host.status_of(START) == DONE);
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(2000);
    const std::vector<Record> news = host.news();
    CHECK(events_in(news) == std::vector<Event>({{9, 1}}));
    CHECK(!(rows_in(news).back().flags & 4));
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == MEMORY);
    const std::vector<Run> runs = list(host);
    CHECK(runs.size() == 1 && runs[0].state == ENDED && runs[0].blocks == 8);
    CHECK(rows_of_run(download(host, runs[0])).size() == 6);
}

static void a_memory_that_fails_ends_the_run_but_not_the_stream() {
    new_board(Memory::kCard);
    UsbHost host;
    CHECK(host.status_of(START) == DONE);
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(1000);
    host.news();
    fake::card.broken = true;
    run_ms(1000);
    const std::vector<Record> news = host.news();
    CHECK(events_in(news) == std::vector<Event>({{9, 1}}));
    CHECK(rows_in(news).size() > 30);
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == MEMORY);
}

static void a_card_with_files_is_left_alone_until_it_is_given() {
    new_board(Memory::kCard);
    fake::card.sector.clear();
    fake::card.sector[0][510] = 0x55, fake::card.sector[0][511] = 0xAA;
    fake::card.sector[8].fill(0x77);
    const auto before = fake::card.sector;
    boot();
    UsbHost host;
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == MEMORY);
    CHECK(host.status_of(LOG_LIST) == MEMORY);
    CHECK(host.status_of(LOG_ERASE, little(5, 4)) == MEMORY);
    CHECK(fake::card.sector == before);
    CHECK(host.status_of(LOG_ERASE, little(0, 4)) == DONE);
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(500);
    boot();
    host.seen = 0;
    CHECK(list(host).size() == 1);
}

/* ---- beside other things --------------------------------------------------------------------- */

static void a_download_through_a_full_radio_is_whole_and_costs_the_stream_no_row() {
    new_board(Memory::kCard);
    walk();
    BleHost host;
    host.join();
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(2500);
    CHECK(host.status_of(LOG_STOP) == DONE);
    const Run run = list(host).at(0);
    const std::vector<Bytes> at_rest = download(host, run);
    CHECK(host.status_of(START) == DONE);
    run_ms(200);
    host.news();
    const size_t before = host.everything().size();
    int tries = 0, refused = 0;
    fake::radio.takes = [&](const NimBLECharacteristic *from) {
        if (from != &central.characteristic(kControl) || ++tries % 3 == 0) return true;
        refused++;
        return false;
    };
    CHECK(download(host, run) == at_rest);
    CHECK(refused > 50);
    fake::radio.takes = [](const NimBLECharacteristic *) { return true; };
    run_ms(200);
    std::vector<Record> all = host.everything();
    all.erase(all.begin(), all.begin() + static_cast<long>(before));
    const std::vector<Rows> rows = rows_in(all);
    for (size_t i = 1; i < rows.size(); i++) {
        CHECK(rows[i].index == rows[i - 1].index + 3);
        CHECK(rows[i].t0_us - rows[i - 1].t0_us == 30000);
    }
    CHECK(events_in(all).empty()); /* what is sent later is not lost */
    for (size_t i = 1; i < all.size(); i++)
        CHECK(static_cast<uint16_t>(all[i].seq - all[i - 1].seq) == 1);
}

static void a_download_that_is_asked_for_again_goes_on_and_ends_with_its_host() {
    new_board(Memory::kCard);
    BleHost host;
    host.join();
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(2000);
    CHECK(host.status_of(LOG_STOP) == DONE);
    const Run run = list(host).at(0);
    const Bytes what = little(run.run, 2) + little(0, 4) + little(run.blocks, 2);
    host.news();
    host.send(LOG_READ, what);
    run_ms(3);
    const uint16_t again = host.send(LOG_READ, what);
    run_ms(500);
    const std::vector<Record> news = host.news();
    size_t bytes = 0;
    for (const Bytes &p : payloads(news, 0x21)) bytes += p.size() - 8;
    CHECK(bytes == run.blocks * 512);
    CHECK(payloads(news, 0x02).size() == 1 && number(payloads(news, 0x02)[0], 0, 2) == again);
    host.send(LOG_READ, what);
    run_ms(3);
    central.disconnect();
    run_ms(50);
    host.join();
    run_ms(500);
    CHECK(host.news().empty());
}

static void a_slow_card_costs_no_rows() {
    new_board(Memory::kCard);
    UsbHost host;
    CHECK(host.status_of(RATE, little(200000, 4)) == DONE);
    run_ms(300);
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    fake::card.write_us = 50000;
    run_ms(3000);
    fake::card.pause_us = 700000;
    run_ms(2000);
    CHECK(fake::card.pause_us == 0);
    CHECK(host.status_of(LOG_STOP) == DONE);
    const std::vector<Row> rows = flat(rows_of_run(download(host, list(host).at(0))));
    CHECK(rows.size() > 800);
    for (size_t i = 1; i < rows.size(); i++) CHECK(rows[i].index == rows[i - 1].index + 1);
}

static void a_card_that_is_too_slow_for_good_costs_rows_but_not_the_link() {
    new_board(Memory::kCard);
    BleHost host;
    host.join();
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    fake::card.write_us = 400000;
    run_ms(10000);
    for (int i = 0; i < 10; i++) CHECK(host.status_of(INFO) == DONE);
    CHECK(!fake::watchdog.bitten());
    CHECK(host.status_of(LOG_STOP) == DONE);
    uint32_t missing = 0;
    const std::vector<Row> rows = flat(rows_of_run(download(host, list(host).at(0))));
    for (size_t i = 1; i < rows.size(); i++) missing += rows[i].index - rows[i - 1].index - 1;
    CHECK(missing > 0);
}

static void erasing_used_flash_misses_rows_and_the_index_says_which() {
    new_board(Memory::kFlash);
    UsbHost host;
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(4000);
    CHECK(host.status_of(LOG_STOP) == DONE);
    CHECK(host.status_of(LOG_ERASE, little(1, 4)) == DONE);
    const size_t erases = fake::flash.erases;
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(2500);
    CHECK(host.status_of(LOG_STOP) == DONE);
    CHECK(fake::flash.erases - erases >= 3);
    const std::vector<Row> rows = flat(rows_of_run(download(host, list(host).at(0))));
    uint32_t missing = 0;
    for (size_t i = 1; i < rows.size(); i++) {
        missing += rows[i].index - rows[i - 1].index - 1;
        const int32_t late = static_cast<int32_t>(rows[i].t_us - rows[0].t_us -
                                                  (rows[i].index - rows[0].index) * 10000);
        CHECK(late == 0);
    }
    CHECK(missing > 0 && missing <= 6 * (fake::flash.erases - erases));
}

static void a_restart_by_the_watchdog_goes_on_logging_in_a_new_run() {
    new_board(Memory::kCard);
    UsbHost host;
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    run_ms(1000);
    boot(ESP_RST_TASK_WDT);
    host.seen = 0;
    run_ms(1000);
    std::vector<Run> runs = list(host);
    CHECK(runs.size() == 2);
    CHECK(runs[0].state == BEING_WRITTEN && runs[1].state == CUT_OFF);
    CHECK(host.status_of(LOG_STOP) == DONE);
    boot(ESP_RST_TASK_WDT);
    host.seen = 0;
    run_ms(500);
    CHECK(list(host).size() == 2); /* nothing was being logged */
    CHECK(host.status_of(LOG_START, little(kUtc, 4)) == DONE);
    boot(ESP_RST_POWERON);
    host.seen = 0;
    run_ms(500);
    CHECK(list(host).at(0).state == CUT_OFF);
}

/* ---- power cuts ------------------------------------------------------------------------------ */

static void cut_power_after(Memory memory, long steps) {
    (memory == Memory::kCard ? fake::card.cut_after : fake::flash.cut_after) = steps;
}
static size_t written(Memory memory) {
    return memory == Memory::kCard ? fake::card.written : fake::flash.writes;
}

/* Logs until power goes after so many bytes; false when the run ended before. */
static bool log_until_cut(UsbHost &host, Memory memory, long steps) {
    cut_power_after(memory, steps);
    try {
        host.ask(LOG_START, little(kUtc, 4));
        run_ms(450);
        host.ask(LOG_STOP);
        cut_power_after(memory, -1);
        return false;
    } catch (const fake::PowerCut &) {
        return true;
    }
}

static void power_may_go_at_any_byte_of_a_run(Memory memory, bool used, long stride) {
    long steps = 0;
    for (bool cut = true; cut; steps += stride) {
        new_board(memory, 64);
        walk();
        UsbHost host;
        if (used) { /* flash then has to be erased again, too */
            log_until_cut(host, memory, -1);
            CHECK(host.status_of(LOG_ERASE, little(1, 4)) == DONE);
        }
        const size_t before = written(memory);
        cut = log_until_cut(host, memory, steps);
        const size_t whole = written(memory) - before;

        boot();
        host.seen = 0;
        const std::vector<Run> runs = list(host);
        CHECK(runs.size() == (whole ? 1 : 0));
        if (runs.size() == 1) {
            const std::vector<Bytes> blocks = download(host, runs[0]);
            CHECK(blocks.size() == whole);
            for (const Bytes &block : blocks) CHECK(sound(block));
            const std::vector<Row> rows = flat(rows_of_run(blocks));
            /* The last record before the end may be a short one. */
            CHECK(rows.size() + 12 >= 13 * (whole - (cut ? 1 : 2)));
            CHECK(runs[0].state == (cut ? CUT_OFF : ENDED));
            CHECK(runs[0].utc_s == kUtc);
            if (whole == 3)
                keep(memory == Memory::kCard ? "card_cut.blocks" : "flash_cut.blocks", blocks);
        }
        /* And the next run stands beside it. */
        CHECK(!log_until_cut(host, memory, -1));
        const std::vector<Run> later = list(host);
        CHECK(later.size() == runs.size() + 1 && later[0].state == ENDED);
        for (const Bytes &block : download(host, later[0])) CHECK(sound(block));
    }
    CHECK(steps > 5 * 512);
}

static void power_may_go_at_any_byte_of_an_erase(Memory memory) {
    bool cut = true;
    for (long steps = 0; cut; steps += every_byte ? 1 : 3) {
        new_board(memory, 64);
        UsbHost host;
        log_until_cut(host, memory, -1);
        cut_power_after(memory, steps);
        try {
            host.ask(LOG_ERASE, little(1, 4));
            cut = false;
        } catch (const fake::PowerCut &) {
        }
        boot();
        host.seen = 0;
        uint32_t epoch;
        const size_t runs = list(host, &epoch).size();
        CHECK((epoch == 1 && runs == 1) || (epoch == 2 && runs == 0));
        CHECK(cut || epoch == 2);
        CHECK(!log_until_cut(host, memory, -1));
        CHECK(list(host).size() == runs + 1);
    }
}

static void power_may_go_at_any_byte_of_a_card_in_use() {
    power_may_go_at_any_byte_of_a_run(Memory::kCard, false, every_byte ? 1 : 5);
}
static void power_may_go_at_any_time_in_new_flash() {
    power_may_go_at_any_byte_of_a_run(Memory::kFlash, false, every_byte ? 1 : 5);
}
static void power_may_go_at_any_time_in_used_flash() {
    power_may_go_at_any_byte_of_a_run(Memory::kFlash, true, every_byte ? 1 : 17);
}
static void power_may_go_while_all_is_erased() {
    power_may_go_at_any_byte_of_an_erase(Memory::kCard);
    power_may_go_at_any_byte_of_an_erase(Memory::kFlash);
}

int main(int argc, char **argv) {
    if (argc > 1) folder = argv[1];
    every_byte = argc > 2;
    RUN(a_run_holds_what_was_streamed_and_downloads_alike_over_both_links);
    RUN(runs_are_listed_the_newest_first_and_found_again_after_a_restart);
    RUN(what_cannot_be_read_or_done_now_is_refused);
    RUN(erasing_forgets_every_run_once);
    RUN(a_full_memory_ends_the_run_and_says_so);
    RUN(a_memory_that_fails_ends_the_run_but_not_the_stream);
    RUN(a_card_with_files_is_left_alone_until_it_is_given);
    RUN(a_download_through_a_full_radio_is_whole_and_costs_the_stream_no_row);
    RUN(a_download_that_is_asked_for_again_goes_on_and_ends_with_its_host);
    RUN(a_slow_card_costs_no_rows);
    RUN(a_card_that_is_too_slow_for_good_costs_rows_but_not_the_link);
    RUN(erasing_used_flash_misses_rows_and_the_index_says_which);
    RUN(a_restart_by_the_watchdog_goes_on_logging_in_a_new_run);
    RUN(power_may_go_at_any_byte_of_a_card_in_use);
    RUN(power_may_go_at_any_time_in_new_flash);
    RUN(power_may_go_at_any_time_in_used_flash);
    RUN(power_may_go_while_all_is_erased);
    printf("insole log: %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
