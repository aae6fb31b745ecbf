/* SPDX-License-Identifier: Apache-2.0 */
/* The insole: ticks from the sampler to whoever wants them - streams, log, self-test - and commands
 * from either link. Everything here runs in the loop. */
#pragma once
#include "device.h"
#include "download.h"
#include "link_ble.h"
#include "link_usb.h"
#include "logbook.h"
#include "sampler.h"
#include "self_test.h"
#include "settings.h"
#include <Arduino.h>
#include <Wire.h>
#include <esp_task_wdt.h>
#include <reset_cause_esp32.h>
#include <sdkconfig.h>
#include <sm_command.h>

#ifndef CONFIG_ESP_BROWNOUT_DET
#error "The brown-out detector is off: a sagging battery would spoil what is written."
#endif

static_assert(SM_CHANNELS <= SM_INSOLE_CELLS_MAX && SM_CHANNELS % 2 == 0, "cells travel in pairs");
static_assert(SM_ACCEL_G == ImuLsm6dso::kAccelG && SM_GYRO_DPS == 2000, "the IMU's ranges");

/* Survives a restart by the watchdog, not a power-on. */
struct InsoleAfterlife {
    uint32_t magic;
    bool imu_was_dead, was_logging;
};
static RTC_NOINIT_ATTR InsoleAfterlife afterlife;

class Insole {
public:
    void begin() {
        recall_life_before();
        damaged_ = settings_.begin();
        usb_.begin();
        ble_.begin(SM_DEVICE_ID, kFirmwareText);
        ble_.set_info(info_, pack_info());
        logbook_.begin();
        imu_.begin(SM_PIN_SDA, SM_PIN_SCL);
        sampler_.begin(settings_.period_us());
        if (resume_log_) start_log(0);
        watch_over_loop();
        last_tick_us_ = now();
        ble_.advertise(settings_.side);
        send_info(usb_);
        greet(usb_);
    }

    void turn() {
        Tick tick;
        for (uint8_t i = 0; i < kTicksAtOnce && sampler_.take(tick); i++) take(tick);
        for (Link *link : links_) attend(*link);
        download_.step(now());
        for (Link *link : links_) link->report_not_sent(now());
        if (all_alive()) esp_task_wdt_reset();
        delay(1); /* leaves the processor to others, and to sleep */
    }

private:
    static constexpr uint8_t kFirmware[3] = {0, 1, 0};
    static constexpr const char *kFirmwareText = "0.1.0";
    static constexpr uint32_t kAfterlifeMagic = 0x534D4C46;
    static constexpr uint8_t kTicksAtOnce = 16; /* a memory that is too slow must not take it all */
    static constexpr uint32_t kWatchdogMs = 5000, kNoTicksUs = 1000000;

    Settings settings_;
    InsoleScan scan_{{SM_PIN_MUX_SELECT, SM_PIN_MUX_ENABLE, SM_PIN_CELLS, SM_CELL_MUX},
                     SM_CHANNELS};
    ImuLsm6dso imu_{Wire};
    Battery battery_{SM_PIN_BATTERY, SM_BATTERY_DIVIDER_MILLI};
    Sampler sampler_{scan_, imu_, battery_};
    SelfTest self_test_{sampler_};
    Link *self_test_for_ = nullptr;
    Logbook logbook_;
    Download download_{logbook_};
    LinkBle ble_;
    LinkUsb usb_;
    Link *const links_[2] = {&ble_, &usb_};

    uint8_t info_[SM_INFO_MAX];
    uint8_t reset_cause_ = 0, damaged_ = 0;
    bool resume_log_ = false, fault_found_ = false, greeted_ble_ = false;
    bool imu_silent_ = false, imu_was_dead_ = false, imu_given_up_ = false;
    uint32_t imu_silent_since_us_ = 0, last_tick_us_ = 0;

    static uint32_t now() { return static_cast<uint32_t>(esp_timer_get_time()); }

    /* ---- rows ----------------------------------------------------------------------------- */

    void take(const Tick &tick) {
        last_tick_us_ = now();
        watch_imu(tick);
        if (tick.battery_mv) watch_battery(tick.battery_mv);
        const uint8_t flags = row_flags();
        for (Link *link : links_)
            if (link->streaming) stream(*link, tick, flags);
        if (logbook_.writing() && !logbook_.push(tick.index, tick.t_us, flags, tick.row))
            log_has_ended();
        sm_test_result_t results[SelfTest::kChannels];
        if (self_test_.take(tick, results)) tell_results(results);
    }

    uint8_t row_flags() const {
        return SM_ROWS_IMU | (battery_.low() ? SM_ROWS_BATTERY_LOW : 0) |
               (logbook_.writing() ? SM_ROWS_LOGGING : 0) | (fault_found_ ? SM_ROWS_FAULT : 0) |
               (imu_silent_ ? SM_ROWS_IMU_SILENT : 0);
    }

    /* Another rate, or a link that has grown, begins a record of another kind. */
    void stream(Link &link, const Tick &tick, uint8_t flags) {
        uint8_t payload[SM_ROWS_PAYLOAD_MAX];
        const uint8_t fit = sm_insole_rows_in(link.room(SM_ROWS), SM_CHANNELS, true);
        const uint8_t wanted = settings_.rows_wanted() < fit ? settings_.rows_wanted() : fit;
        if (wanted != link.batch.rows_wanted || tick.period_us != link.batch.period_us) {
            flush(link);
            sm_insole_begin(&link.batch, SM_CHANNELS, true, settings_.boots, tick.period_us,
                            wanted);
        }
        const uint16_t length =
            sm_insole_push(&link.batch, tick.index, tick.t_us, flags, &tick.row, payload);
        if (length) link.send(SM_ROWS, payload, length);
    }

    void flush(Link &link) {
        uint8_t payload[SM_ROWS_PAYLOAD_MAX];
        const uint16_t length = sm_insole_flush(&link.batch, payload);
        if (length) link.send(SM_ROWS, payload, length);
    }

    void log_has_ended() {
        afterlife.was_logging = false;
        tell(SM_EVENT_LOG_ENDED, logbook_.run());
    }

    void watch_battery(uint16_t mv) {
        if (battery_.watch(mv)) tell(SM_EVENT_BATTERY_LOW, mv);
        ble_.set_battery(Battery::percent(mv));
    }

    void watch_imu(const Tick &tick) {
        const bool silent = tick.look == ImuLook::kSilent;
        if (silent != imu_silent_) tell(silent ? SM_EVENT_SILENT : SM_EVENT_BACK, SelfTest::kImu);
        if (silent && !imu_silent_) imu_silent_since_us_ = tick.t_us;
        if (!silent && tick.look == ImuLook::kWell) imu_given_up_ = imu_was_dead_ = false;
        imu_silent_ = silent;
        if (silent && imu_was_dead_ && !imu_given_up_) {
            imu_given_up_ = true;
            tell(SM_EVENT_GIVEN_UP, SelfTest::kImu);
        }
    }

    /* ---- what is told ----------------------------------------------------------------------- */

    void tell(uint8_t code, uint16_t argument) {
        for (Link *link : links_) link->send_event(now(), code, argument);
    }

    /* What a host that comes later would have missed. */
    void greet(Link &link) {
        for (const uint8_t memory : {SM_MEMORY_SETTINGS, SM_MEMORY_BOOTS})
            if (damaged_ & 1 << memory) link.send_event(now(), SM_EVENT_MEMORY_DAMAGED, memory);
        if (imu_given_up_) link.send_event(now(), SM_EVENT_GIVEN_UP, SelfTest::kImu);
        if (battery_.low()) link.send_event(now(), SM_EVENT_BATTERY_LOW, battery_.mv());
    }

    uint8_t pack_info() {
        sm_info_t info = {};
        memcpy(info.firmware, kFirmware, sizeof info.firmware);
        info.kind = SM_KIND_INSOLE;
        info.board = SM_BOARD;
        info.adc = SM_ADC;
        info.channels = SM_CHANNELS;
        info.bits = SM_ADC_BITS;
        info.rate_mhz = settings_.rate_mhz;
        info.boot_id = settings_.boots;
        info.reset_cause = reset_cause_;
        info.geometry_hash = SM_GEOMETRY_HASH;
        info.id = SM_DEVICE_ID;
        info.features = SM_FEATURE_RATE | SM_FEATURE_IMU | SM_FEATURE_BATTERY |
                        SM_FEATURE_BROWN_OUT | SM_FEATURE_LOG;
        info.accel_g = ImuLsm6dso::kAccelG;
        info.gyro_dps = ImuLsm6dso::kGyroDps;
        info.side = settings_.side;
        return sm_pack_info(&info, info_);
    }

    uint8_t send_info(Link &link) {
        const uint8_t length = pack_info();
        if (link.room(SM_INFO) < length) return SM_STATUS_LINK_TOO_SMALL;
        link.send(SM_INFO, info_, length);
        return SM_STATUS_DONE;
    }

    void tell_results(const sm_test_result_t *results) {
        fault_found_ = false;
        for (uint8_t c = 0; c < SelfTest::kChannels; c++)
            if (results[c].status != SM_TEST_WELL) fault_found_ = true;
        uint8_t payload[SM_SELF_TEST_BYTES(SelfTest::kChannels)];
        const uint8_t length =
            sm_pack_self_test(self_test_.command_seq(), SelfTest::kChannels, results, payload);
        if (self_test_for_) self_test_for_->send(SM_SELF_TEST, payload, length);
    }

    /* ---- commands ------------------------------------------------------------------------ */

    void attend(Link &link) {
        if (link.host_changed()) {
            link.streaming = false;
            download_.drop(link);
            if (self_test_for_ == &link) self_test_for_ = nullptr;
        }
        if (&link == &ble_) greet_when_listening();
        sm_frame_t frame;
        uint32_t received_us;
        while (link.next_command(frame, received_us)) obey(link, frame, received_us);
    }

    void greet_when_listening() {
        const bool listening = ble_.listening(SM_EVENT);
        if (listening && !greeted_ble_) greet(ble_);
        greeted_ble_ = listening;
    }

    void obey(Link &link, const sm_frame_t &frame, uint32_t received_us) {
        sm_command_t command;
        const uint8_t status = sm_command_parse(&frame, &command);
        if (status != SM_STATUS_DONE) return acknowledge(link, command, status);
        switch (command.type) {
        case SM_COMMAND_TIME: return send_time(link, command.seq, received_us);
        case SM_COMMAND_LOG_LIST:
        case SM_COMMAND_LOG_READ: return download_.begin(link, command);
        default: return acknowledge(link, command, carry_out(link, command));
        }
    }

    uint8_t carry_out(Link &link, const sm_command_t &command) {
        switch (command.type) {
        case SM_COMMAND_INFO: return send_info(link);
        case SM_COMMAND_START: return start(link, command.of.streams);
        case SM_COMMAND_STOP: return stop(link);
        case SM_COMMAND_RATE: return set_rate(link, command.of.rate.mhz, command.of.rate.rows);
        case SM_COMMAND_SIDE: return set_side(link, command.of.side);
        case SM_COMMAND_SELF_TEST: return begin_self_test(link, command.seq);
        case SM_COMMAND_LOG_START: return start_log(command.of.utc_s);
        case SM_COMMAND_LOG_STOP: return stop_log();
        case SM_COMMAND_LOG_ERASE: return erase_log(command.of.epoch);
        default: return SM_STATUS_UNKNOWN;
        }
    }

    void acknowledge(Link &link, const sm_command_t &command, uint8_t status) {
        uint8_t payload[SM_ACK_BYTES];
        link.send(SM_ACK, payload, sm_pack_ack(command.seq, command.type, status, payload));
    }

    void send_time(Link &link, uint16_t seq, uint32_t received_us) {
        uint8_t payload[SM_TIME_BYTES];
        link.send(SM_TIME, payload, sm_pack_time(seq, received_us, now(), payload));
    }

    uint8_t start(Link &link, uint8_t streams) {
        if (streams & SM_STREAM_COP) return SM_STATUS_BAD_ARGUMENT;
        if (!streams) return stop(link);
        if (link.room(SM_ROWS) == 0) {
            link.send_event(now(), SM_EVENT_MTU_TOO_SMALL, ble_.mtu());
            return SM_STATUS_LINK_TOO_SMALL;
        }
        if (!link.streaming) link.batch.rows_wanted = link.batch.rows = 0; /* begins anew */
        link.streaming = true;
        return SM_STATUS_DONE;
    }

    uint8_t stop(Link &link) {
        if (link.streaming) flush(link);
        link.streaming = false;
        return SM_STATUS_DONE;
    }

    uint8_t set_rate(Link &link, uint32_t mhz, uint8_t rows) {
        if (!Settings::takes_rate(mhz)) return SM_STATUS_BAD_ARGUMENT;
        if (logbook_.writing() && mhz != settings_.rate_mhz) return SM_STATUS_BUSY;
        settings_.rate_mhz = mhz;
        settings_.rows = rows;
        sampler_.set_period(settings_.period_us());
        return save_settings(link);
    }

    uint8_t set_side(Link &link, uint8_t side) {
        settings_.side = side;
        ble_.advertise(side);
        return save_settings(link);
    }

    uint8_t save_settings(Link &link) {
        const bool saved = settings_.save();
        const uint8_t status = send_info(link);
        ble_.set_info(info_, pack_info());
        if (!saved) return SM_STATUS_MEMORY;
        return status;
    }

    uint8_t begin_self_test(Link &link, uint16_t seq) {
        if (link.room(SM_SELF_TEST) < SM_SELF_TEST_BYTES(SelfTest::kChannels))
            return SM_STATUS_LINK_TOO_SMALL;
        self_test_for_ = &link;
        self_test_.begin(seq, now());
        return SM_STATUS_DONE;
    }

    uint8_t start_log(uint32_t utc_s) {
        const uint8_t status = logbook_.start(utc_s, info_, pack_info(), settings_.boots,
                                              settings_.period_us());
        afterlife.was_logging = logbook_.writing();
        return status;
    }

    uint8_t stop_log() {
        const uint8_t status = logbook_.stop();
        afterlife.was_logging = false;
        return status;
    }

    uint8_t erase_log(uint32_t epoch) {
        if (logbook_.writing()) return SM_STATUS_BUSY;
        return logbook_.erase(epoch);
    }

    /* ---- life ---------------------------------------------------------------------------- */

    void recall_life_before() {
        reset_cause_ = reset_cause_esp32();
        const bool same_power = reset_cause_ == SM_RESET_WATCHDOG || reset_cause_ == SM_RESET_CRASH;
        const bool known = same_power && afterlife.magic == kAfterlifeMagic;
        imu_was_dead_ = known && afterlife.imu_was_dead;
        resume_log_ = known && afterlife.was_logging;
        afterlife = {kAfterlifeMagic, false, false};
    }

    void watch_over_loop() {
        const esp_task_wdt_config_t config = {kWatchdogMs, 0, true};
        if (esp_task_wdt_reconfigure(&config) != ESP_OK) esp_task_wdt_init(&config);
        esp_task_wdt_add(nullptr);
    }

    bool all_alive() {
        if (now() - last_tick_us_ >= kNoTicksUs) return false;
        const bool imu_dead = imu_silent_ && !imu_given_up_ &&
                              now() - imu_silent_since_us_ >= 1000u * SM_DEAD_MS;
        afterlife.imu_was_dead = imu_dead || imu_given_up_;
        return !imu_dead;
    }
};
