/* SPDX-License-Identifier: Apache-2.0 */
/* The balance plate on an Arduino Uno: four HX711s to raw counts on the serial link.
 * Bytes: ../PROTOCOL.md. Pins, rate and identity: device.h, made from hardware/plate/device.toml. */
#include "device.h"
#include "eeprom_memory.h"
#include "outbox.h"
#include "restart.h"
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <hx711_bank.h>
#include <hx711_sensors.h>
#include <plate_device.h>
#include <plate_facts.h>

static_assert(SM_CHANNELS == SM_CELLS && SM_CHANNELS == Hx711Bank::kChips, "four load cells");

#ifndef SM_BAUD
#define SM_BAUD 500000 /* exact on a 16 MHz AVR */
#endif
static const uint8_t kFirmware[3] = {0, 1, 0};

static Hx711Sensors<Hx711Bank> sensors;
static Outbox outbox;
static Restart restart __attribute__((section(".noinit")));

ISR(PCINT2_vect) { sensors.bank.on_pin_change(micros()); }

/* ---- the board, as a plate needs it ---------------------------------------------------------- */

static void nothing_to_do_yet() {}
static void serve();

class Board {
public:
    uint32_t now_us() const { return micros(); }
    size_t room() const { return outbox.room(); }
    void write(const uint8_t *bytes, size_t n) {
        outbox.put(bytes, static_cast<uint8_t>(n));
        outbox.pump();
    }
    int read() { return Serial.read(); }
    const sm_memory_t *memory() const { return &memory_; }
    bool must_sense() const { return sensors.must_sense(); }
    bool takes_rate(uint32_t mhz, uint8_t rows) const { return mhz == SM_RATE_MHZ && rows <= 1; }
    void set_rate(uint32_t, uint8_t) {}
    void end_stream() {} /* no row waits for another */
    void memory_written() {}
    uint8_t tried() const { return restart.tried(); }
    void remember_tried(uint8_t channels) { restart.remember(channels); }
    void give_up(uint8_t channels) { sensors.give_up(channels); }

    plate_facts_t facts() const {
        const bool detector = Restart::brown_out_detector_is_on();
        return plate_facts(kFirmware, SM_FEATURE_COP | (detector ? SM_FEATURE_BROWN_OUT : 0));
    }

    Eeprom eeprom = {nothing_to_do_yet};

private:
    const sm_memory_t memory_ = eeprom.memory();
};

static Board board;
static PlateDevice<Board> plate(board);

/* ---- life ------------------------------------------------------------------------------------ */

/* What must go on whatever else is being done. */
static void serve() {
    sensors.sense(plate);
    if (!plate.must_restart()) wdt_reset();
    outbox.pump();
}

void setup() {
    restart.begin();
    wdt_disable(); /* after a reset by it, it is still running, and short */
    wdt_enable(WDTO_500MS);
    plate.begin(restart.cause());
    TCCR1B = TCCR2B = 0; /* Arduino starts these timers and the ADC for PWM and analogRead */
    ADCSRA = 0;
    Serial.begin(SM_BAUD);
    sensors.bank.begin<SM_DOUT_FIRST_BIT, SM_SCK_FIRST_BIT>();
    sensors.begin(SM_RATE_MHZ);
    board.eeprom.while_it_writes = serve;
    set_sleep_mode(SLEEP_MODE_IDLE);
    plate.greet();
}

static void sleep_until_something_happens() {
    cli();
    if (!sensors.must_sense() && !Serial.available()) {
        sleep_enable();
        sei(); /* takes effect after the next instruction, so no edge is slept through */
        sleep_cpu();
        sleep_disable();
    }
    sei();
}

void loop() {
    serve();
    plate.listen();
    sleep_until_something_happens();
}
