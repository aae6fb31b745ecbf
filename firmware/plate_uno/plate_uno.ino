/* SPDX-License-Identifier: Apache-2.0 */
/* The balance plate on an Arduino Uno: four HX711s to raw counts on the serial link.
 * Bytes: ../PROTOCOL.md. Pins, rate and identity: device.h, made from hardware/plate/device.toml. */
#include "device.h"
#include "hx711_bank.h"
#include <avr/eeprom.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <sm_frame.h>
#include <sm_records.h>
#include <sm_rows.h>

static_assert(SM_CHANNELS == SM_CELLS && SM_CHANNELS == Hx711Bank::kChips, "four load cells");

static const uint32_t kBaud = 500000; /* exact on a 16 MHz AVR */
static const uint8_t kFirmware[3] = {0, 1, 0};
static const uint16_t kBootMagic = 0x534D;

static Hx711Bank bank;
static sm_rows_t rows;
static sm_receiver_t receiver;
static uint16_t seq, boot_id, frames_dropped;
static uint8_t reset_cause;
static bool streaming = true;

ISR(PCINT2_vect) { bank.on_pin_change(micros()); }

/* ---- sending: never waits, a frame that does not fit is counted --------------------------- */

static bool send(uint8_t type, const uint8_t *payload, uint8_t length) {
    uint8_t wire[SM_WIRE_MAX];
    const sm_frame_t frame = {type, seq++, length, payload};
    const size_t n = sm_frame_encode(frame, wire);
    if (Serial.availableForWrite() < static_cast<int>(n)) {
        frames_dropped++;
        return false;
    }
    Serial.write(wire, n);
    return true;
}

static bool send_event(uint8_t code, uint16_t argument) {
    uint8_t payload[SM_EVENT_BYTES];
    return send(SM_EVENT, payload, sm_pack_event(micros(), code, argument, payload));
}

static void send_info() {
    const sm_info_t info = {{kFirmware[0], kFirmware[1], kFirmware[2]},
                            SM_KIND_PLATE,
                            SM_BOARD_UNO,
                            SM_ADC_HX711,
                            SM_CHANNELS,
                            SM_ADC_BITS,
                            SM_ADC_GAIN,
                            SM_RATE_MHZ,
                            boot_id,
                            reset_cause,
                            SM_GEOMETRY_HASH,
                            SM_DEVICE_ID};
    uint8_t payload[SM_INFO_MAX];
    send(SM_INFO, payload, sm_pack_info(&info, payload));
}

static void send_sample(sm_sample_t &sample) {
    sample.boot_id = boot_id;
    uint8_t payload[SM_SAMPLE_BYTES];
    if (streaming) send(SM_SAMPLE, payload, sm_pack_sample(&sample, payload));
}

/* ---- sensing ------------------------------------------------------------------------------ */

static void take(const sm_conversion_t &conversion) {
    sm_sample_t sample;
    const uint8_t outcome = sm_rows_push(&rows, &conversion, &sample);
    if (outcome & SM_ROW_CLOSED) send_sample(sample);
    if (outcome & SM_CHANNEL_BACK) send_event(SM_EVENT_BACK, conversion.channel);
}

static void drop(uint8_t channel) { send_event(SM_EVENT_READOUT_DROPPED, channel); }

static void revive_silent_chips() {
    uint8_t newly;
    const uint8_t silent = sm_rows_silent(&rows, micros(), &newly);
    if (silent) bank.restart(silent);
    for (uint8_t c = 0; c < SM_CHANNELS; c++)
        if (newly & _BV(c)) send_event(SM_EVENT_SILENT, c);
}

static void report_dropped_frames() {
    const uint16_t dropped = frames_dropped;
    if (!dropped || Serial.availableForWrite() < 63) return;
    if (send_event(SM_EVENT_FRAMES_DROPPED, dropped)) frames_dropped -= dropped;
}

/* ---- commands ----------------------------------------------------------------------------- */

static void obey(const sm_frame_t &command, uint32_t received_us) {
    uint8_t payload[SM_TIME_BYTES];
    uint8_t status = SM_STATUS_DONE;
    switch (command.type) {
    case SM_COMMAND_INFO: send_info(); return;
    case SM_COMMAND_TIME:
        send(SM_TIME, payload, sm_pack_time(command.seq, received_us, micros(), payload));
        return;
    case SM_COMMAND_START: streaming = true; break;
    case SM_COMMAND_STOP: streaming = false; break;
    default: status = SM_STATUS_UNKNOWN;
    }
    send(SM_ACK, payload, sm_pack_ack(command.seq, command.type, status, payload));
}

/* The chips come first: a host that floods the link must not keep them waiting. */
static void listen() {
    sm_frame_t command;
    while (Serial.available() && !bank.any_ready()) {
        const uint32_t now = micros();
        if (sm_receiver_push(&receiver, static_cast<uint8_t>(Serial.read()), &command))
            obey(command, now);
    }
}

/* ---- life --------------------------------------------------------------------------------- */

static uint16_t count_boot() {
    uint16_t *const magic = reinterpret_cast<uint16_t *>(0), *const count = magic + 1;
    const bool known = eeprom_read_word(magic) == kBootMagic;
    const uint16_t boots = known ? eeprom_read_word(count) + 1 : 1;
    eeprom_update_word(count, boots);
    if (!known) eeprom_update_word(magic, kBootMagic);
    return boots;
}

void setup() {
    reset_cause = MCUSR;
    MCUSR = 0;
    wdt_disable(); /* after a watchdog reset it is still running, and short */
    boot_id = count_boot();
    TCCR1B = TCCR2B = 0; /* Arduino starts these timers and the ADC for PWM and analogRead */
    ADCSRA = 0;
    Serial.begin(kBaud);
    bank.begin<SM_DOUT_FIRST_BIT, SM_SCK_FIRST_BIT>();
    sm_rows_begin(&rows, SM_RATE_MHZ, micros());
    set_sleep_mode(SLEEP_MODE_IDLE);
    wdt_enable(WDTO_500MS);
    send_info();
}

static void sleep_until_something_happens() {
    cli();
    if (!bank.any_ready() && !Serial.available()) {
        sleep_enable();
        sei(); /* takes effect after the next instruction, so no edge is slept through */
        sleep_cpu();
        sleep_disable();
    }
    sei();
}

void loop() {
    wdt_reset();
    if (bank.any_ready()) bank.read(take, drop);
    revive_silent_chips();
    listen();
    report_dropped_frames();
    sleep_until_something_happens();
}
