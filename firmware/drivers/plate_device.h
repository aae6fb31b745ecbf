/* SPDX-License-Identifier: Apache-2.0 */
/* A plate behind its link: commands are obeyed, records sent, and what it must remember is kept.
 * The same for every board and converter; PROTOCOL.md says what it does.
 *
 * A Board gives
 *     uint32_t now_us()                             device microseconds
 *     size_t room()                                 bytes the link takes without waiting
 *     void write(const uint8_t *bytes, size_t n)
 *     int read()                                    a byte from the host, or -1
 *     const sm_memory_t *memory()
 *     bool must_sense()                             a conversion waits: the host has to
 *     bool takes_rate(uint32_t mhz, uint8_t rows)
 *     void set_rate(uint32_t mhz, uint8_t rows)
 *     void end_stream()                             what waits to be sent goes now
 *     void memory_written()                         that may have taken its time
 *     uint8_t tried()                               channels for which the board was restarted
 *     void remember_tried(uint8_t channels)         past a restart, not past a power-on
 *     void give_up(uint8_t channels)                nobody waits for them any more
 *     plate_facts_t facts()                         what it is by its build: plate_facts.h */
#pragma once
#include <sm_bytes.h>
#include <sm_command.h>
#include <sm_cop.h>
#include <sm_crc16.h>
#include <sm_frame.h>
#include <sm_rows.h>
#include <sm_self_test.h>
#include <sm_slots.h>

template <typename Board>
class PlateDevice {
public:
    explicit PlateDevice(Board &board) : board_(board) {}

    /* Reads the memory and counts the boot. */
    void begin(uint8_t reset_cause) {
        info_ = board_.facts().info;
        info_.reset_cause = reset_cause;
        calibration_slots_ = {board_.memory(), kCalibrationAt, 1, SM_CALIBRATION_BYTES};
        settings_slots_ = {board_.memory(), kSettingsAt, 1, kSettingsBytes};
        boots_slots_ = {board_.memory(), kBootsAt, 1, kBootsBytes};
        load_calibration();
        load_settings();
        count_boot();
    }

    /* Once the sensors run. */
    void greet() {
        send_info();
        for (uint8_t which = SM_MEMORY_CALIBRATION; which <= SM_MEMORY_BOOTS; which++)
            if (damaged_ & (1u << which)) send_event(SM_EVENT_MEMORY_DAMAGED, which);
    }

    uint32_t rate_mhz() const { return info_.rate_mhz; }
    uint8_t rows_wanted() const { return rows_; }
    uint16_t boot_id() const { return info_.boot_id; }
    /* A sensor is dead, and only a full restart of the board may help: the watchdog is to bite. */
    bool must_restart() const { return must_restart_; }

    /* ---- what the sensors tell --------------------------------------------------------------- */

    /* One look at a channel, for the self-test. */
    void look(uint8_t channel, int32_t count) { sm_self_test_look(&test_, channel, count); }

    /* Every row, whether or not it is sent. */
    void take(sm_sample_t &sample) {
        sample.boot_id = info_.boot_id;
        sm_tare_push(&tare_, &sample);
    }

    void send_sample(const sm_sample_t &sample) {
        uint8_t payload[SM_SAMPLE_BYTES];
        if (streams_ & SM_STREAM_SAMPLES)
            send_row(SM_SAMPLE, payload, sm_pack_sample(&sample, payload));
    }

    void send_samples(const uint8_t *payload, uint8_t length) {
        if (streams_ & SM_STREAM_SAMPLES) send_row(SM_SAMPLES, payload, length);
    }

    void send_cop(const sm_sample_t &sample) {
        if (!(streams_ & SM_STREAM_COP)) return;
        sm_cop_t cop;
        sm_cop(&sample, &calibration_, info_.calibration, &tare_, &cop);
        uint8_t payload[SM_COP_BYTES];
        send_row(SM_COP, payload, sm_pack_cop(&cop, payload));
    }

    void tell(const sm_watch_t &found) {
        send_events(SM_EVENT_SILENT, found.silent);
        send_events(SM_EVENT_AT_AN_END, found.at_an_end);
        send_events(SM_EVENT_IN_RANGE, found.in_range);
        if (found.dead && !must_restart_) despair_of(found.dead);
    }
    void tell_back(uint8_t channel) { send_event(SM_EVENT_BACK, channel); }
    void tell_dropped(uint8_t channel) { send_event(SM_EVENT_READOUT_DROPPED, channel); }

    /* ---- the link ---------------------------------------------------------------------------- */

    /* Once in each turn of the loop. The sensors come first: a host that floods the link must not
     * keep them waiting. */
    void listen() {
        sm_frame_t frame;
        int byte;
        while (has_time_to_answer() && (byte = board_.read()) >= 0) {
            const uint32_t now_us = board_.now_us();
            if (!sm_receiver_push(&receiver_, static_cast<uint8_t>(byte), &frame)) continue;
            answer(frame, now_us);
            answered_us_ = board_.now_us();
        }
        report_self_test();
        report_dropped_frames();
    }

private:
    enum : uint8_t { kSettingsBytes = 5, kBootsBytes = 2 };
    enum : uint16_t {
        kBootsAt = 0,
        kSettingsAt = 32,
        kCalibrationAt = 64,
    };
    static_assert(kBootsAt + SM_SLOTS_BYTES(kBootsBytes) <= kSettingsAt &&
                      kSettingsAt + SM_SLOTS_BYTES(kSettingsBytes) <= kCalibrationAt,
                  "slots overlap");
    /* Rows leave room for the longest answer and an event; an answer is given so rarely that rows
     * find room after it. So neither a fast stream nor a host that floods the link silences the
     * other side. */
    static constexpr uint8_t kForAnswers = 63 + 11 + 14;
    static constexpr uint32_t kBetweenAnswersUs = 5000;
    static constexpr uint32_t kTestUs = 900000; /* its result is due within a second */
    /* Twice what an empty plate shows from peak to peak at its fastest; two or three newtons. */
    static constexpr uint16_t kNoisy = 10000;

    Board &board_;
    sm_slots_t calibration_slots_ = {}, settings_slots_ = {}, boots_slots_ = {};
    sm_info_t info_ = {};
    sm_calibration_t calibration_ = {};
    uint32_t calibration_counter_ = 0;
    uint8_t damaged_ = 0; /* bit m: memory m */
    uint8_t rows_ = 0;    /* in one record; 0: as many as the plate finds right */
    uint8_t streams_ = SM_STREAM_SAMPLES;
    bool must_restart_ = false;
    sm_tare_t tare_ = {};
    sm_self_test_t test_ = {};
    sm_receiver_t receiver_ = {};
    uint16_t seq_ = 0, frames_dropped_ = 0;
    uint32_t answered_us_ = 0;

    /* ---- sending: never waits, a frame that does not fit is counted -------------------------- */

    void send_leaving(size_t room, uint8_t type, const uint8_t *payload, uint8_t length) {
        uint8_t wire[SM_WIRE_MAX];
        const sm_frame_t frame = {type, seq_++, length, payload};
        const size_t n = sm_frame_encode(frame, wire);
        if (board_.room() >= n + room) board_.write(wire, n);
        else if (frames_dropped_ < UINT16_MAX) frames_dropped_++;
    }

    void send(uint8_t type, const uint8_t *payload, uint8_t length) {
        send_leaving(0, type, payload, length);
    }

    void send_row(uint8_t type, const uint8_t *payload, uint8_t length) {
        send_leaving(kForAnswers, type, payload, length);
    }

    void send_event(uint8_t code, uint16_t argument) {
        uint8_t payload[SM_EVENT_BYTES];
        send(SM_EVENT, payload, sm_pack_event(board_.now_us(), code, argument, payload));
    }

    void send_events(uint8_t code, uint8_t channels) {
        for (uint8_t c = 0; c < info_.channels; c++)
            if (channels & (1u << c)) send_event(code, c);
    }

    void send_info() {
        uint8_t payload[SM_INFO_MAX];
        send(SM_INFO, payload, sm_pack_info(&info_, payload));
    }

    void send_calibration() {
        uint8_t payload[SM_CALIBRATION_RECORD_BYTES];
        send(SM_CALIBRATION, payload,
             sm_pack_calibration_record(calibration_counter_, &calibration_, payload));
    }

    void report_dropped_frames() {
        const uint16_t dropped = frames_dropped_;
        if (!dropped || board_.room() < kForAnswers) return;
        frames_dropped_ = 0;
        send_event(SM_EVENT_FRAMES_DROPPED, dropped);
    }

    void report_self_test() {
        sm_test_result_t results[SM_CELLS];
        if (!sm_self_test_done(&test_, board_.now_us(), results)) return;
        uint8_t payload[SM_SELF_TEST_BYTES(SM_CELLS)];
        send(SM_SELF_TEST, payload,
             sm_pack_self_test(test_.command_seq, info_.channels, results, payload));
    }

    /* A channel that is dead is worth one restart of the whole board: the watchdog's, for it alone
     * resets every part of the processor. What that does not cure for good is given up, and the
     * others go on. */
    void despair_of(uint8_t dead) {
        const uint8_t tried = board_.tried();
        const uint8_t hopeless = dead & tried;
        if (hopeless) board_.give_up(hopeless);
        send_events(SM_EVENT_GIVEN_UP, hopeless);
        board_.remember_tried(tried | dead);
        must_restart_ = dead != hopeless;
    }

    /* ---- commands ---------------------------------------------------------------------------- */

    bool has_time_to_answer() const {
        return !board_.must_sense() && board_.room() >= kForAnswers &&
               board_.now_us() - answered_us_ >= kBetweenAnswersUs;
    }

    void answer(const sm_frame_t &frame, uint32_t received_us) {
        sm_command_t command;
        uint8_t payload[SM_TIME_BYTES];
        if (frame.type == SM_COMMAND_TIME) {
            send(SM_TIME, payload, sm_pack_time(frame.seq, received_us, board_.now_us(), payload));
            return;
        }
        /* What only others know is unknown here, whatever its argument. */
        const bool known = frame.type >= SM_COMMAND_INFO && frame.type <= SM_COMMAND_SELF_TEST;
        uint8_t status = SM_STATUS_UNKNOWN;
        if (known) status = sm_command_parse(&frame, &command);
        if (status == SM_STATUS_DONE) status = obey(command);
        send(SM_ACK, payload, sm_pack_ack(frame.seq, frame.type, status, payload));
    }

    uint8_t obey(const sm_command_t &command) {
        switch (command.type) {
        case SM_COMMAND_INFO: send_info(); return SM_STATUS_DONE;
        case SM_COMMAND_START: streams_ = command.of.streams; return SM_STATUS_DONE;
        case SM_COMMAND_STOP:
            board_.end_stream();
            streams_ = 0;
            return SM_STATUS_DONE;
        case SM_COMMAND_TARE: sm_tare_begin(&tare_); return SM_STATUS_DONE;
        case SM_COMMAND_CAL_READ: send_calibration(); return SM_STATUS_DONE;
        case SM_COMMAND_CAL_WRITE: return store_calibration(command.of.calibration);
        case SM_COMMAND_RATE: return change_rate(command.of.rate.mhz, command.of.rate.rows);
        case SM_COMMAND_SELF_TEST:
            sm_self_test_begin(&test_, command.seq, info_.channels, -0x800000, 0x7FFFFF, kNoisy,
                               board_.now_us(), kTestUs);
            return SM_STATUS_DONE;
        default: return SM_STATUS_UNKNOWN;
        }
    }

    uint8_t store_calibration(const sm_calibration_t &calibration) {
        uint8_t bytes[SM_CALIBRATION_BYTES];
        sm_pack_calibration(&calibration, bytes);
        const bool saved = save(calibration_slots_, bytes);
        load_calibration();
        return saved ? SM_STATUS_DONE : SM_STATUS_MEMORY;
    }

    uint8_t change_rate(uint32_t mhz, uint8_t rows) {
        if (!board_.takes_rate(mhz, rows)) return SM_STATUS_BAD_ARGUMENT;
        if (mhz != info_.rate_mhz || rows != rows_) {
            uint8_t bytes[kSettingsBytes];
            sm_put_u8(sm_put_u32(bytes, mhz), rows);
            if (!save(settings_slots_, bytes)) return SM_STATUS_MEMORY;
            board_.set_rate(mhz, rows);
            info_.rate_mhz = mhz;
            rows_ = rows;
        }
        send_info();
        return SM_STATUS_DONE;
    }

    /* ---- memory ------------------------------------------------------------------------------ */

    /* True when `payload` now holds the newest record. */
    bool load(const sm_slots_t &slots, uint8_t which, uint8_t *payload, uint32_t *counter) {
        if (sm_slots_load(&slots, payload, counter) == SM_SLOTS_DAMAGED)
            damaged_ |= static_cast<uint8_t>(1u << which);
        return *counter != 0;
    }

    bool save(const sm_slots_t &slots, const uint8_t *payload) {
        const bool saved = sm_slots_save(&slots, payload);
        board_.memory_written();
        return saved;
    }

    void load_calibration() {
        uint8_t bytes[SM_CALIBRATION_BYTES];
        calibration_ = board_.facts().nominal;
        info_.calibration = 0;
        if (!load(calibration_slots_, SM_MEMORY_CALIBRATION, bytes, &calibration_counter_)) return;
        sm_unpack_calibration(bytes, &calibration_);
        info_.calibration = sm_crc16(bytes, sizeof bytes);
    }

    void load_settings() {
        uint8_t bytes[kSettingsBytes];
        uint32_t counter;
        if (!load(settings_slots_, SM_MEMORY_SETTINGS, bytes, &counter)) return;
        const uint32_t mhz = sm_get_u32(bytes);
        if (!board_.takes_rate(mhz, bytes[4])) return;
        info_.rate_mhz = mhz;
        rows_ = bytes[4];
    }

    void count_boot() {
        uint8_t bytes[kBootsBytes] = {};
        uint32_t counter;
        load(boots_slots_, SM_MEMORY_BOOTS, bytes, &counter);
        info_.boot_id = static_cast<uint16_t>(sm_get_u16(bytes) + 1);
        sm_put_u16(bytes, info_.boot_id);
        sm_slots_save(&boots_slots_, bytes);
    }
};
