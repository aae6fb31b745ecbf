/* SPDX-License-Identifier: Apache-2.0 */
/* The balance plate on an ESP32: raw counts of four HX711s, or of an ADS131M04, on the serial link.
 * Bytes: ../PROTOCOL.md. Pins, rate and identity: device_*.h, made from hardware/plate_*. */
#ifdef SM_PLATE_ADS131M04
#include "sensors_ads131m04.h"
#else
#include "sensors_hx711.h"
#endif
#include <esp_task_wdt.h>
#include <nvs_memory.h>
#include <reset_cause_esp32.h>
#include <sdkconfig.h>

#ifndef CONFIG_ESP_BROWNOUT_DET
#error "The brown-out detector is off: a plate short of power would go on, and measure wrongly."
#endif

static const uint8_t kFirmware[3] = {0, 1, 0};
static const uint32_t kWatchdogMs = 2000;   /* a write to the flash may take some hundred */
static const size_t kTransmitBytes = 4096;  /* 70 ms of the fastest stream */

/* Channels for which the board was restarted. Outlives every reset but those of the power. */
static const uint32_t kKnown = 0x444541C4;
struct afterlife_t {
    uint32_t known;
    uint8_t tried;
};
RTC_NOINIT_ATTR static afterlife_t afterlife;

/* ---- the board, as a plate needs it ---------------------------------------------------------- */

class Board {
public:
    void begin() {
        Serial.setTxBufferSize(kTransmitBytes);
        Serial.begin(Sensors::kBaud);
        memory_ = nvs_.begin("plate");
    }
    uint32_t now_us() const { return micros(); }
    size_t room() const { return static_cast<size_t>(Serial.availableForWrite()); }
    void write(const uint8_t *bytes, size_t n) { Serial.write(bytes, n); }
    int read() { return Serial.read(); }
    const sm_memory_t *memory() const { return memory_; }
    bool must_sense() const { return sensors.must_sense(); }
    bool takes_rate(uint32_t mhz, uint8_t rows) const { return sensors.takes_rate(mhz, rows); }
    void set_rate(uint32_t mhz, uint8_t rows);
    void end_stream();
    void memory_written() { sensors.memory_written(); }
    void give_up(uint8_t channels) { sensors.give_up(channels); }
    uint8_t tried() const { return afterlife.tried; }
    void remember_tried(uint8_t channels) { afterlife.tried = channels; }

    plate_facts_t facts() const {
        return plate_facts(kFirmware, Sensors::kFeatures | SM_FEATURE_BROWN_OUT);
    }

    Sensors sensors;

private:
    NvsMemory nvs_;
    const sm_memory_t *memory_ = nullptr;
};

static Board board;
static PlateDevice<Board> plate(board);

void Board::set_rate(uint32_t mhz, uint8_t rows) { sensors.set_rate(plate, mhz, rows); }
void Board::end_stream() { sensors.end_stream(plate); }

/* ---- life ------------------------------------------------------------------------------------ */

/* What is remembered belongs to the life before only where the power stayed. */
static void recall_life_before(uint8_t cause) {
    const bool restarted = cause & (SM_RESET_WATCHDOG | SM_RESET_PROGRAM | SM_RESET_CRASH);
    if (!restarted || afterlife.known != kKnown) afterlife.tried = 0;
    afterlife.known = kKnown;
}

static void begin_watchdog() {
    const esp_task_wdt_config_t config = {kWatchdogMs, 0, true};
    if (esp_task_wdt_reconfigure(&config) != ESP_OK) esp_task_wdt_init(&config);
    esp_task_wdt_add(nullptr);
}

void setup() {
    const uint8_t cause = reset_cause_esp32();
    recall_life_before(cause);
    board.begin();
    plate.begin(cause);
    board.sensors.begin(plate);
    plate.greet();
    begin_watchdog();
}

void loop() {
    board.sensors.sense(plate);
    plate.listen();
    if (!plate.must_restart()) esp_task_wdt_reset();
}
