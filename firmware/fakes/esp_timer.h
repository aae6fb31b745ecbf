/* SPDX-License-Identifier: Apache-2.0 */
/* Timers whose callbacks run in a task of their own: one after the other, before any other task
 * goes on. While that task is held up, calls that fall due wait and then come in a row. */
#pragma once
#include "esp_err.h"
#include "fake_board.h"
#include <deque>
#include <memory>

inline int64_t esp_timer_get_time() {
    return static_cast<int64_t>(fake::board.start_us + fake::board.now_ns / 1000);
}

typedef void (*esp_timer_cb_t)(void *arg);
typedef enum { ESP_TIMER_TASK } esp_timer_dispatch_t;
typedef struct {
    esp_timer_cb_t callback;
    void *arg;
    esp_timer_dispatch_t dispatch_method;
    const char *name;
    bool skip_unhandled_events;
} esp_timer_create_args_t;
struct esp_timer {
    esp_timer_create_args_t args;
    uint64_t period_ns;
    unsigned generation; /* alarms of an earlier one are void */
    bool running;
};
typedef esp_timer *esp_timer_handle_t;

namespace fake {
struct TimerTask {
    int held = 0;
    std::deque<std::shared_ptr<esp_timer>> timers;
    std::deque<esp_timer *> due;
    std::function<void()> afterwards; /* tasks that were waiting for it */

    void run() {
        if (held) return;
        held++;
        while (!due.empty()) {
            esp_timer *const timer = due.front();
            due.pop_front();
            timer->args.callback(timer->args.arg);
        }
        held--;
        if (afterwards) afterwards();
    }
    void arm(std::shared_ptr<esp_timer> timer, unsigned generation, uint64_t alarm_ns) {
        board.at(alarm_ns, [this, timer, generation, alarm_ns] {
            if (!timer->running || timer->generation != generation) return;
            due.push_back(timer.get());
            arm(timer, generation, alarm_ns + timer->period_ns);
            run();
        });
    }
    /* As when flash is being erased: no task runs. */
    void hold(uint64_t us) {
        held++;
        board.pass_us(us);
        held--;
        run();
    }
    void reset() {
        for (auto &timer : timers) timer->running = false;
        timers.clear();
        due.clear();
        held = 0;
    }
};
inline TimerTask timer_task;
} // namespace fake

inline esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *handle) {
    fake::timer_task.timers.push_back(std::make_shared<esp_timer>(esp_timer{*args, 0, 0, false}));
    *handle = fake::timer_task.timers.back().get();
    return ESP_OK;
}
inline esp_err_t esp_timer_start_periodic(esp_timer_handle_t handle, uint64_t period_us) {
    if (handle->running) return ESP_ERR_INVALID_STATE;
    handle->running = true;
    handle->period_ns = period_us * 1000;
    for (auto &timer : fake::timer_task.timers)
        if (timer.get() == handle)
            fake::timer_task.arm(timer, ++handle->generation,
                                 fake::board.now_ns + handle->period_ns);
    return ESP_OK;
}
inline esp_err_t esp_timer_stop(esp_timer_handle_t handle) {
    if (!handle->running) return ESP_ERR_INVALID_STATE;
    handle->running = false;
    auto &due = fake::timer_task.due;
    for (auto each = due.begin(); each != due.end();)
        each = *each == handle ? due.erase(each) : each + 1;
    return ESP_OK;
}
