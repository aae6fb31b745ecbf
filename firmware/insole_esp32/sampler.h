/* SPDX-License-Identifier: Apache-2.0 */
/* Reads every sensor once a period, in a task of its own, whatever the loop does. Only this task
 * touches the sensors; the rest of the program gets ticks, and asks with flags.
 *
 * A timer wakes it once for each period, late calls in a row: the timer's own task has too small a
 * stack for a bus, and others to serve. A call that is late by a quarter of a period only counts:
 * its row is missed, and the index shows it. So rows lie on an even grid. */
#pragma once
#include "ring.h"
#include <battery.h>
#include <esp_timer.h>
#include <imu_lsm6dso.h>
#include <insole_scan.h>
#include <sm_rows.h>

enum class ImuLook : uint8_t { kWell, kNone, kSilent, kPushed };

struct Tick {
    uint32_t index, t_us;
    uint16_t period_us;
    sm_insole_row_t row; /* without an IMU look, its part is SM_IMU_NONE throughout */
    ImuLook look;
    int16_t pushed[SM_IMU_AXES]; /* what the IMU gave while it was being pushed */
    uint16_t baseline;           /* of the front end, when asked for */
    uint16_t battery_mv;         /* once a second and when asked for, else 0 */
};

class Sampler {
public:
    std::atomic<bool> testing{false};  /* baseline and battery in every tick */
    std::atomic<bool> push_imu{false};

    Sampler(InsoleScan &scan, ImuLsm6dso &imu, Battery &battery)
        : scan_(scan), imu_(imu), battery_(battery) {}

    void begin(uint16_t period_us) {
        wanted_period_us_ = period_us;
        scan_.begin();
        battery_.begin();
        xTaskCreatePinnedToCore(task, "sampler", kStackBytes, this, kPriority, &task_, kCore);
        esp_timer_create_args_t args = {};
        args.callback = [](void *self) { xTaskNotifyGive(static_cast<Sampler *>(self)->task_); };
        args.arg = this;
        args.dispatch_method = ESP_TIMER_TASK;
        args.name = "sampler";
        esp_timer_create(&args, &timer_);
        start();
    }

    void set_period(uint16_t period_us) { wanted_period_us_ = period_us; }
    bool take(Tick &tick) { return ticks_.take(tick); }

private:
    /* As long as ST's own self-test waits for the gyroscope's output to be stable. */
    static constexpr uint32_t kImuSettlesUs = 150000;
    static constexpr uint32_t kBatteryEveryUs = 1000000;
    /* Above the loop's priority, on its core; the radio's tasks are on the other one. */
    static constexpr uint32_t kStackBytes = 6144, kPriority = 20, kCore = 1;

    InsoleScan &scan_;
    ImuLsm6dso &imu_;
    Battery &battery_;
    esp_timer_handle_t timer_ = nullptr;
    TaskHandle_t task_ = nullptr;
    Ring<Tick, 256> ticks_; /* over a second: a memory card may keep the loop for half of one */
    std::atomic<uint16_t> wanted_period_us_{0};
    uint16_t period_us_ = 0;
    int64_t due_us_ = 0, imu_settled_us_ = 0, battery_due_us_ = 0;
    uint32_t index_ = 0;
    uint16_t looks_without_ = 0;
    bool pushing_ = false;

    void start() {
        period_us_ = wanted_period_us_;
        restart_imu();
        imu_settled_us_ = esp_timer_get_time() + kImuSettlesUs;
        looks_without_ = 0;
        due_us_ = esp_timer_get_time();
        esp_timer_start_periodic(timer_, period_us_);
    }

    static void task(void *self) {
        for (;;) {
            ulTaskNotifyTake(pdFALSE, portMAX_DELAY); /* counts down by one */
            static_cast<Sampler *>(self)->on_time();
        }
    }

    void on_time() {
        const int64_t now = esp_timer_get_time();
        const uint32_t index = index_++;
        due_us_ += period_us_;
        if (now - due_us_ >= period_us_ / 4) return;
        sample(index, now);
        if (wanted_period_us_ == period_us_) return;
        esp_timer_stop(timer_);
        start();
    }

    void sample(uint32_t index, int64_t now) {
        Tick tick = {};
        tick.index = index;
        tick.t_us = static_cast<uint32_t>(due_us_);
        tick.period_us = period_us_;
        read_imu(tick, now); /* first, for it says when: the cells take a while */
        scan_.read(tick.row.cells);
        if (testing) tick.baseline = scan_.baseline();
        if (testing || now >= battery_due_us_) {
            tick.battery_mv = battery_.read_mv();
            battery_due_us_ = now + kBatteryEveryUs;
        }
        ticks_.put(tick); /* into a full ring it is lost, and the index shows it */
    }

    void read_imu(Tick &tick, int64_t now) {
        if (push_imu != pushing_) {
            imu_.push(push_imu);
            pushing_ = push_imu;
            imu_settled_us_ = now + ImuLsm6dso::kPushSettlesUs;
        }
        int16_t values[SM_IMU_AXES];
        const bool fresh = imu_.read(values), settled = now >= imu_settled_us_;
        if (fresh) looks_without_ = 0;
        else if (settled) looks_without_++;
        const bool silent = looks_without_ > SM_SILENT_PERIODS;
        if (silent && looks_without_ % looks_between_restarts() == 0) restart_imu();
        tick.look = silent ? ImuLook::kSilent : ImuLook::kNone;
        if (fresh && settled) tick.look = pushing_ ? ImuLook::kPushed : ImuLook::kWell;
        for (uint8_t axis = 0; axis < SM_IMU_AXES; axis++) {
            tick.row.imu[axis] = tick.look == ImuLook::kWell ? values[axis] : SM_IMU_NONE;
            if (tick.look == ImuLook::kPushed) tick.pushed[axis] = values[axis];
        }
    }

    void restart_imu() { imu_.restart(1000000u / period_us_); }

    uint16_t looks_between_restarts() const {
        return static_cast<uint16_t>(kImuSettlesUs / period_us_ + SM_SETTLING_PERIODS);
    }
};
