/* SPDX-License-Identifier: Apache-2.0 */
/* Why an ESP32 started, as INFO says it. */
#pragma once
#include <esp_system.h>
#include <sm_records.h>

inline uint8_t reset_cause_esp32() {
    switch (esp_reset_reason()) {
    case ESP_RST_POWERON: return SM_RESET_POWER_ON;
    case ESP_RST_EXT: return SM_RESET_EXTERNAL;
    case ESP_RST_BROWNOUT: return SM_RESET_BROWN_OUT;
    case ESP_RST_INT_WDT:
    case ESP_RST_TASK_WDT:
    case ESP_RST_WDT: return SM_RESET_WATCHDOG;
    case ESP_RST_SW: return SM_RESET_PROGRAM;
    case ESP_RST_PANIC: return SM_RESET_CRASH;
    default: return 0;
    }
}
