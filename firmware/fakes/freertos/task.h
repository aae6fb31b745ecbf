/* SPDX-License-Identifier: Apache-2.0 */
/* Of FreeRTOS: tasks that wait to be notified, and run when the timers' task is done. There is no
 * second stack: a wait leaves the task's function, which is entered anew, so it may keep nothing in
 * variables of its own. */
#pragma once
#include "../esp_timer.h"

typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef uint32_t TickType_t;
typedef void (*TaskFunction_t)(void *);
typedef void *TaskHandle_t;
#define pdFALSE 0
#define pdTRUE 1
#define pdPASS 1
#define portMAX_DELAY 0xFFFFFFFFu

namespace fake {
struct TaskWaits {};
struct Task {
    TaskFunction_t function;
    void *argument;
    uint32_t notified = 0;
    bool running = false;

    void run() {
        running = true;
        try {
            function(argument);
        } catch (const TaskWaits &) {
        }
        running = false;
    }
};
inline std::deque<Task> tasks;
inline Task *current_task = nullptr;

inline void run_tasks() {
    for (Task &task : tasks) {
        if (!task.notified || task.running) continue;
        Task *const before = current_task;
        current_task = &task;
        task.run();
        current_task = before;
    }
}
} // namespace fake

inline BaseType_t xTaskCreatePinnedToCore(TaskFunction_t function, const char *, uint32_t,
                                          void *argument, UBaseType_t, TaskHandle_t *handle,
                                          BaseType_t) {
    fake::tasks.push_back({function, argument});
    fake::timer_task.afterwards = fake::run_tasks;
    *handle = &fake::tasks.back();
    return pdPASS;
}
inline BaseType_t xTaskNotifyGive(TaskHandle_t handle) {
    static_cast<fake::Task *>(handle)->notified++;
    if (!fake::timer_task.held) fake::run_tasks();
    return pdPASS;
}
inline uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t) {
    uint32_t &notified = fake::current_task->notified;
    const uint32_t count = notified;
    if (count == 0) throw fake::TaskWaits{};
    notified = clear ? 0 : count - 1;
    return count;
}
