/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "esp_err.h"
#include "fake_board.h"
typedef struct {
    uint32_t timeout_ms;
    uint32_t idle_core_mask;
    bool trigger_panic;
} esp_task_wdt_config_t;
typedef void *TaskHandle_t;

/* The Arduino core has begun it before setup(), so a sketch can only change it. */
inline esp_err_t esp_task_wdt_init(const esp_task_wdt_config_t *) { return ESP_ERR_INVALID_STATE; }
inline esp_err_t esp_task_wdt_reconfigure(const esp_task_wdt_config_t *config) {
    fake::watchdog.timeout_ms = config->timeout_ms;
    return config->trigger_panic ? ESP_OK : ESP_FAIL; /* without it nothing would restart */
}
inline esp_err_t esp_task_wdt_add(TaskHandle_t) {
    fake::watchdog.watching = true;
    fake::watchdog.fed_ns = fake::board.now_ns;
    return ESP_OK;
}
inline esp_err_t esp_task_wdt_reset() {
    fake::watchdog.look();
    fake::watchdog.fed_ns = fake::board.now_ns;
    fake::watchdog.fed++;
    return ESP_OK;
}
