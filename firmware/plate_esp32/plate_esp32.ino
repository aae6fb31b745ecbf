/* SPDX-License-Identifier: Apache-2.0 */
/* The balance plate on an ESP32: raw counts of four HX711s, or of an ADS131M04, on the serial link.
 * Bytes: ../PROTOCOL.md. Pins, rate and identity: device_*.h, made from hardware/plate_*. */
#ifdef SM_PLATE_ADS131M04
#include "sensors_ads131m04.h"
#else
#include "sensors_hx711.h"
#endif
#include <esp_system.h>
#include <esp_task_wdt.h>
#include <nvs_memory.h>
#include <plate_device.h>
#include <sdkconfig.h>

#ifndef CONFIG_ESP_BROWNOUT_DET
#error "The brown-out detector is off: a plate short of power would go on, and measure wrongly."
#endif

static const uint8_t kFirmware[3] = {0, 1, 0};
static const uint32_t kWatchdogMs = 2000;   /* a write to the flash may take some hundred */
static const size_t kTransmitBytes = 4096;  /* 70 ms of the fastest stream */

static plate_facts_t facts() {
    static const int32_t gain[] = SM_NOMINAL_GAIN, x_um[] = SM_CELL_X_UM, y_um[] = SM_CELL_Y_UM;
    plate_facts_t facts = {};
    facts.info.kind = SM_KIND_PLATE;
    facts.info.board = SM_BOARD;
    facts.info.adc = SM_ADC;
    facts.info.channels = SM_CHANNELS;
    facts.info.bits = SM_ADC_BITS;
    facts.info.gain = SM_ADC_GAIN;
    facts.info.rate_mhz = SM_RATE_MHZ;
    facts.info.geometry_hash = SM_GEOMETRY_HASH;
    facts.info.id = SM_DEVICE_ID;
    facts.info.features = Sensors::kFeatures | SM_FEATURE_BROWN_OUT;
    memcpy(facts.info.firmware, kFirmware, sizeof kFirmware);
    for (uint8_t c = 0; c < SM_CELLS; c++) facts.nominal.cell[c] = {gain[c], x_um[c], y_um[c]};
    return facts;
}

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

    Sensors sensors;

private:
    NvsMemory nvs_;
    const sm_memory_t *memory_ = nullptr;
};

static Board board;
static PlateDevice<Board> plate(board, facts());

void Board::set_rate(uint32_t mhz, uint8_t rows) { sensors.set_rate(plate, mhz, rows); }
void Board::end_stream() { sensors.end_stream(plate); }

/* ---- life ------------------------------------------------------------------------------------ */

/* Which sensors were dead when the watchdog bit. Outlives every reset but those of the power. */
static const uint32_t kKnown = 0x444541C4;
RTC_NOINIT_ATTR static uint32_t dead_known, dead_channels;

static uint8_t reset_cause() {
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

static uint8_t dead_before(uint8_t cause) {
    const bool restarted = cause & (SM_RESET_WATCHDOG | SM_RESET_PROGRAM | SM_RESET_CRASH);
    return restarted && dead_known == kKnown ? static_cast<uint8_t>(dead_channels) : 0;
}

static void begin_watchdog() {
    const esp_task_wdt_config_t config = {kWatchdogMs, 0, true};
    if (esp_task_wdt_reconfigure(&config) != ESP_OK) esp_task_wdt_init(&config);
    esp_task_wdt_add(nullptr);
}

/* A dead sensor is left to a full restart. */
static void feed_watchdog() {
    dead_known = kKnown;
    dead_channels = plate.given_up() | plate.dead();
    if (!plate.dead()) esp_task_wdt_reset();
}

void setup() {
    const uint8_t cause = reset_cause();
    const uint8_t given_up = dead_before(cause);
    board.begin();
    plate.begin(cause);
    board.sensors.begin(plate, given_up);
    plate.greet(given_up);
    begin_watchdog();
}

void loop() {
    board.sensors.sense(plate);
    plate.listen();
    feed_watchdog();
}
