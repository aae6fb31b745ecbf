/* SPDX-License-Identifier: Apache-2.0 */
/* The self-test: 32 looks at everything, then the IMU's own test, in which the chip pushes its
 * masses. It wants the foot at rest; rows go on meanwhile, without an IMU while that is pushed. */
#pragma once
#include "device.h"
#include "sampler.h"
#include <sm_self_test.h>

class SelfTest {
public:
    enum : uint8_t { kImu = SM_CHANNELS, kBattery, kChannels };

    explicit SelfTest(Sampler &sampler) : sampler_(sampler) {}

    /* A test that is running goes on. */
    void begin(uint16_t command_seq, uint32_t now_us) {
        command_seq_ = command_seq;
        if (phase_ != kIdle) return;
        /* No code is too low for a cell, and the others have no ends among the cells' codes. */
        sm_self_test_begin(&cells_, command_seq, SM_CHANNELS, -1, SM_CELL_HIGHEST, 0, now_us,
                           kLongestUs);
        sm_self_test_begin(&others_, command_seq, kOthers, INT32_MIN, INT32_MAX, 0, now_us,
                           kLongestUs);
        for (uint8_t axis = 0; axis < SM_IMU_AXES; axis++) rest_[axis] = pushed_[axis] = Axis{};
        sampler_.testing = true;
        phase_ = kLooking;
    }

    /* True when this tick ended the test and `results` holds kChannels of them. */
    bool take(const Tick &tick, sm_test_result_t *results) {
        if (phase_ == kLooking) look(tick);
        else if (phase_ == kPushing) look_at_push(tick);
        if (phase_ != kEnded) return false;
        phase_ = kIdle;
        sampler_.push_imu = false;
        judge(results);
        return true;
    }

    uint16_t command_seq() const { return command_seq_; }

private:
    enum Phase : uint8_t { kIdle, kLooking, kPushing, kEnded };
    enum : uint8_t { kFrontEnd, kGravity, kMillivolts, kOthers };

    static constexpr uint32_t kLongestUs = 750000, kPushLongestUs = 220000;
    static constexpr uint8_t kPushLooks = 5;          /* as ST's own procedure */
    static constexpr int32_t kBaselineTolerance = 128; /* 0.1 V */
    static constexpr uint16_t kFrontEndNoisy = 64;
    static constexpr uint16_t kMovedSteps = 205; /* 0.1 g: not at rest */
    static constexpr uint16_t kNoBatteryMv = 2500; /* the chip would not run from it */

    struct Axis {
        int32_t sum = 0;
        uint8_t looks = 0;
        void add(int16_t value) {
            sum += value;
            looks++;
        }
        int32_t mean() const { return looks ? sum / looks : 0; }
    };

    Sampler &sampler_;
    Phase phase_ = kIdle;
    uint16_t command_seq_ = 0;
    uint32_t pushing_since_us_ = 0;
    sm_self_test_t cells_ = {}, others_ = {};
    sm_test_result_t cell_results_[SM_CHANNELS], other_results_[kOthers];
    Axis rest_[SM_IMU_AXES], pushed_[SM_IMU_AXES];

    void look(const Tick &tick) {
        if (!tick.battery_mv) return; /* from before the test began */
        for (uint8_t c = 0; c < SM_CHANNELS; c++) sm_self_test_look(&cells_, c, tick.row.cells[c]);
        sm_self_test_look(&others_, kFrontEnd, tick.baseline);
        sm_self_test_look(&others_, kMillivolts, tick.battery_mv);
        if (tick.look == ImuLook::kWell) {
            sm_self_test_look(&others_, kGravity, length_of(tick.row.imu));
            for (uint8_t axis = 0; axis < SM_IMU_AXES; axis++) rest_[axis].add(tick.row.imu[axis]);
        }
        sm_self_test_done(&cells_, tick.t_us, cell_results_);
        if (!sm_self_test_done(&others_, tick.t_us, other_results_)) return;
        sampler_.testing = false;
        pushing_since_us_ = tick.t_us;
        sampler_.push_imu = true;
        phase_ = kPushing;
    }

    void look_at_push(const Tick &tick) {
        if (tick.look == ImuLook::kPushed)
            for (uint8_t axis = 0; axis < SM_IMU_AXES; axis++) pushed_[axis].add(tick.pushed[axis]);
        if (pushed_[0].looks == kPushLooks || tick.t_us - pushing_since_us_ >= kPushLongestUs)
            phase_ = kEnded;
    }

    void judge(sm_test_result_t *results) const {
        const uint8_t front_end = judge_front_end();
        for (uint8_t c = 0; c < SM_CHANNELS; c++) {
            results[c] = cell_results_[c];
            /* A sensor without load may well give the same code 32 times. */
            if (results[c].status == SM_TEST_STUCK) results[c].status = SM_TEST_WELL;
            if (front_end != SM_TEST_WELL) results[c].status = front_end;
        }
        results[kImu] = other_results_[kGravity];
        results[kImu].status = judge_imu();
        results[kBattery] = other_results_[kMillivolts];
        results[kBattery].status =
            results[kBattery].mean < kNoBatteryMv ? SM_TEST_NOT_CONNECTED : SM_TEST_WELL;
    }

    /* Without a sensor it has to rest at its baseline; else no cell can be believed. */
    uint8_t judge_front_end() const {
        const int32_t off = other_results_[kFrontEnd].mean - SM_FRONT_END_BASELINE;
        if (off > kBaselineTolerance || off < -kBaselineTolerance) return SM_TEST_NOT_CONNECTED;
        return other_results_[kFrontEnd].spread > kFrontEndNoisy ? SM_TEST_NOISY : SM_TEST_WELL;
    }

    uint8_t judge_imu() const {
        if (other_results_[kGravity].status == SM_TEST_SILENT || !pushed_[0].looks)
            return SM_TEST_SILENT;
        if (other_results_[kGravity].spread > kMovedSteps) return SM_TEST_NOISY;
        for (uint8_t axis = 0; axis < SM_IMU_AXES; axis++)
            if (!ImuLsm6dso::answers_push(axis, pushed_[axis].mean() - rest_[axis].mean()))
                return SM_TEST_STUCK;
        return SM_TEST_WELL;
    }

    static int32_t length_of(const int16_t *xyz) {
        uint32_t square = 0;
        for (uint8_t axis = 0; axis < 3; axis++)
            square += static_cast<uint32_t>(static_cast<int32_t>(xyz[axis]) * xyz[axis]);
        uint32_t root = 0;
        for (uint32_t bit = 1u << 15; bit; bit >>= 1)
            if ((root + bit) * (root + bit) <= square) root += bit;
        return static_cast<int32_t>(root);
    }
};
