/* SPDX-License-Identifier: Apache-2.0 */
/* The balance plate on an Arduino Uno: four HX711s to raw counts on the serial link.
 * Bytes: ../PROTOCOL.md. Pins, rate and identity: device.h, made from hardware/plate/device.toml. */
#include "device.h"
#include "eeprom_memory.h"
#include "hx711_bank.h"
#include "outbox.h"
#include "restart.h"
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <sm_bytes.h>
#include <sm_command.h>
#include <sm_cop.h>
#include <sm_crc16.h>
#include <sm_frame.h>
#include <sm_records.h>
#include <sm_rows.h>
#include <sm_self_test.h>
#include <sm_slots.h>

static_assert(SM_CHANNELS == SM_CELLS && SM_CHANNELS == Hx711Bank::kChips, "four load cells");

#ifndef SM_BAUD
#define SM_BAUD 500000 /* exact on a 16 MHz AVR */
#endif
static const uint8_t kFirmware[3] = {0, 1, 0};
/* An empty plate shows some two hundred counts from peak to peak; this is about two newtons. */
static const uint16_t kNoisy = 10000;
static const uint32_t kLongestTestUs = 900000;

static Hx711Bank bank;
static sm_rows_t rows;
static sm_receiver_t receiver;
static sm_tare_t tare;
static sm_self_test_t test;
static Outbox outbox;
static Restart restart __attribute__((section(".noinit")));
static uint16_t seq, boot_id, frames_dropped;
static uint8_t streams = SM_STREAM_SAMPLES;
static bool detector_is_on;

ISR(PCINT2_vect) { bank.on_pin_change(micros()); }

/* ---- sending: never waits, a frame for which there is no room is counted --------------------- */

/* Rows leave room for the longest answer and an event; an answer is given so rarely that
 * rows find room after it. So neither a fast stream nor a host that floods the link silences the
 * other side. */
static const uint8_t kForAnswers = 63 + 11 + 14;
static const uint16_t kBetweenAnswersMs = 5;

static bool send_leaving(uint8_t room, uint8_t type, const uint8_t *payload, uint8_t length) {
    uint8_t wire[SM_WIRE_MAX];
    const sm_frame_t frame = {type, seq++, length, payload};
    const uint8_t n = static_cast<uint8_t>(sm_frame_encode(frame, wire));
    if (outbox.room() < n + room) {
        frames_dropped++;
        return false;
    }
    outbox.put(wire, n);
    outbox.pump();
    return true;
}

static bool send(uint8_t type, const uint8_t *payload, uint8_t length) {
    return send_leaving(0, type, payload, length);
}

static bool send_event(uint8_t code, uint16_t argument) {
    uint8_t payload[SM_EVENT_BYTES];
    return send(SM_EVENT, payload, sm_pack_event(micros(), code, argument, payload));
}

static void send_events(uint8_t code, uint8_t channels) {
    for (uint8_t c = 0; c < SM_CHANNELS; c++)
        if (channels & _BV(c)) send_event(code, c);
}

static void report_dropped_frames() {
    const uint16_t dropped = frames_dropped;
    if (dropped && outbox.room() >= kForAnswers && send_event(SM_EVENT_FRAMES_DROPPED, dropped))
        frames_dropped -= dropped;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void nothing_to_do_yet() {}
static void serve();

static Eeprom eeprom = {nothing_to_do_yet};
static const sm_memory_t memory = eeprom.memory();
static const sm_slots_t kBoots = {&memory, 0, 1, 2};
static const sm_slots_t kCalibration = {&memory, 64, 1, SM_CALIBRATION_BYTES};

static sm_calibration_t calibration;
static uint32_t calibration_counter;
static uint16_t calibration_crc; /* 0: none is stored */

static sm_calibration_t nominal_calibration() {
    static const int32_t gain[] = SM_NOMINAL_GAIN, x_um[] = SM_CELL_X_UM, y_um[] = SM_CELL_Y_UM;
    sm_calibration_t nominal = {};
    for (uint8_t c = 0; c < SM_CHANNELS; c++) nominal.cell[c] = {gain[c], x_um[c], y_um[c]};
    return nominal;
}

static bool load_calibration() {
    uint8_t bytes[SM_CALIBRATION_BYTES];
    const sm_slots_outcome_t outcome = sm_slots_load(&kCalibration, bytes, &calibration_counter);
    if (calibration_counter) {
        sm_unpack_calibration(bytes, &calibration);
        calibration_crc = sm_crc16(bytes, sizeof bytes);
    } else {
        calibration = nominal_calibration();
        calibration_crc = 0;
    }
    return outcome != SM_SLOTS_DAMAGED;
}

static bool store_calibration(const sm_calibration_t &given) {
    uint8_t bytes[SM_CALIBRATION_BYTES];
    sm_pack_calibration(&given, bytes);
    const bool stored = sm_slots_save(&kCalibration, bytes);
    load_calibration();
    return stored;
}

static bool count_boot() {
    uint8_t bytes[2] = {0, 0};
    uint32_t counter;
    const sm_slots_outcome_t outcome = sm_slots_load(&kBoots, bytes, &counter);
    boot_id = static_cast<uint16_t>(sm_get_u16(bytes) + 1);
    sm_put_u16(bytes, boot_id);
    return sm_slots_save(&kBoots, bytes) && outcome != SM_SLOTS_DAMAGED;
}

/* ---- sensing --------------------------------------------------------------------------------- */

static void send_row(sm_sample_t &sample) {
    sample.boot_id = boot_id;
    sm_tare_push(&tare, &sample);
    if (streams & SM_STREAM_SAMPLES) {
        uint8_t payload[SM_SAMPLE_BYTES];
        send_leaving(kForAnswers, SM_SAMPLE, payload, sm_pack_sample(&sample, payload));
    }
    if (streams & SM_STREAM_COP) {
        sm_cop_t cop;
        uint8_t payload[SM_COP_BYTES];
        sm_cop(&sample, &calibration, calibration_crc, &tare, &cop);
        send_leaving(kForAnswers, SM_COP, payload, sm_pack_cop(&cop, payload));
    }
}

static void take(const sm_conversion_t &conversion) {
    sm_sample_t sample;
    sm_self_test_look(&test, conversion.channel, conversion.count);
    const uint8_t outcome = sm_rows_push(&rows, &conversion, &sample);
    if (outcome & SM_ROW_CLOSED) send_row(sample);
    if (outcome & SM_CHANNEL_BACK) send_event(SM_EVENT_BACK, conversion.channel);
}

static void drop(uint8_t channel) { send_event(SM_EVENT_READOUT_DROPPED, channel); }

/* A channel that is dead is worth one restart of the whole board: the watchdog's, for it alone
 * resets every part of the processor. What that does not cure for good is given up, and the others
 * go on. True when the board is to be restarted. */
static bool despair_of(uint8_t dead) {
    const uint8_t tried = restart.tried();
    sm_rows_give_up(&rows, dead & tried);
    send_events(SM_EVENT_GIVEN_UP, dead & tried);
    restart.remember(tried | dead);
    return dead & ~tried;
}

/* Who has not looked for long cannot tell who was silent: there is time to look first. */
static bool is_time_to_watch(uint32_t now_us) {
    static const uint32_t kPeriodUs = 1000000000UL / SM_RATE_MHZ;
    static uint32_t next_us;
    const uint32_t late_us = now_us - next_us;
    if (static_cast<int32_t>(late_us) < 0) return false;
    const bool in_time = late_us < 2 * kPeriodUs;
    next_us = now_us + (in_time ? kPeriodUs : 2 * kPeriodUs);
    return in_time;
}

/* The watchdog is fed only while the program comes by here and every channel is alive or given
 * up. */
static void watch() {
    static bool restarting;
    if (restarting) return;
    wdt_reset();
    const uint32_t now_us = micros();
    if (!is_time_to_watch(now_us)) return;
    sm_watch_t found;
    sm_rows_watch(&rows, now_us, &found);
    if (found.restart) bank.restart(found.restart);
    send_events(SM_EVENT_SILENT, found.silent);
    send_events(SM_EVENT_AT_AN_END, found.at_an_end);
    send_events(SM_EVENT_IN_RANGE, found.in_range);
    restarting = despair_of(found.dead);
}

/* What must go on whatever else is being done. */
static void serve() {
    if (bank.any_ready()) bank.read(take, drop);
    watch();
    outbox.pump();
}

static void end_self_test() {
    sm_test_result_t results[SM_CHANNELS];
    uint8_t payload[SM_SELF_TEST_BYTES(SM_CHANNELS)];
    if (!sm_self_test_done(&test, micros(), results)) return;
    send(SM_SELF_TEST, payload, sm_pack_self_test(test.command_seq, SM_CHANNELS, results, payload));
}

/* ---- commands -------------------------------------------------------------------------------- */

static void send_info() {
    sm_info_t info = {};
    memcpy(info.firmware, kFirmware, sizeof kFirmware);
    info.kind = SM_KIND_PLATE;
    info.board = SM_BOARD;
    info.adc = SM_ADC;
    info.channels = SM_CHANNELS;
    info.bits = SM_ADC_BITS;
    info.gain = SM_ADC_GAIN;
    info.rate_mhz = SM_RATE_MHZ;
    info.boot_id = boot_id;
    info.reset_cause = restart.cause();
    info.geometry_hash = SM_GEOMETRY_HASH;
    info.id = SM_DEVICE_ID;
    info.calibration = calibration_crc;
    info.features = SM_FEATURE_COP | (detector_is_on ? SM_FEATURE_BROWN_OUT : 0);
    uint8_t payload[SM_INFO_MAX];
    send(SM_INFO, payload, sm_pack_info(&info, payload));
}

static void send_calibration() {
    uint8_t payload[SM_CALIBRATION_RECORD_BYTES];
    send(SM_CALIBRATION, payload,
         sm_pack_calibration_record(calibration_counter, &calibration, payload));
}

static uint8_t keep_rate(uint32_t mhz) {
    if (mhz != SM_RATE_MHZ) return SM_STATUS_BAD_ARGUMENT;
    send_info();
    return SM_STATUS_DONE;
}

static uint8_t obey(const sm_command_t &command) {
    switch (command.type) {
    case SM_COMMAND_INFO: send_info(); break;
    case SM_COMMAND_START: streams = command.of.streams; break;
    case SM_COMMAND_STOP: streams = 0; break;
    case SM_COMMAND_TARE: sm_tare_begin(&tare); break;
    case SM_COMMAND_CAL_READ: send_calibration(); break;
    case SM_COMMAND_CAL_WRITE:
        return store_calibration(command.of.calibration) ? SM_STATUS_DONE : SM_STATUS_MEMORY;
    case SM_COMMAND_RATE: return keep_rate(command.of.rate.mhz);
    case SM_COMMAND_SELF_TEST:
        sm_self_test_begin(&test, command.seq, SM_CHANNELS, -0x800000, 0x7FFFFF, kNoisy, micros(),
                           kLongestTestUs);
        break;
    default: return SM_STATUS_UNKNOWN;
    }
    return SM_STATUS_DONE;
}

static void answer(const sm_frame_t &frame, uint32_t received_us) {
    uint8_t payload[SM_TIME_BYTES];
    if (frame.type == SM_COMMAND_TIME) {
        send(SM_TIME, payload, sm_pack_time(frame.seq, received_us, micros(), payload));
        return;
    }
    sm_command_t command;
    const bool known = frame.type >= SM_COMMAND_INFO && frame.type <= SM_COMMAND_SELF_TEST;
    uint8_t status = SM_STATUS_UNKNOWN;
    if (known) status = sm_command_parse(&frame, &command);
    if (known && status == SM_STATUS_DONE) status = obey(command);
    send(SM_ACK, payload, sm_pack_ack(frame.seq, frame.type, status, payload));
}

/* The chips come first: a host that floods the link must not keep them waiting. */
static void listen() {
    static uint16_t answered_ms;
    sm_frame_t frame;
    while (Serial.available() && !bank.any_ready() && outbox.room() >= kForAnswers &&
           static_cast<uint16_t>(millis() - answered_ms) >= kBetweenAnswersMs) {
        const uint32_t now_us = micros();
        if (!sm_receiver_push(&receiver, static_cast<uint8_t>(Serial.read()), &frame)) continue;
        answer(frame, now_us);
        answered_ms = static_cast<uint16_t>(millis());
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

void setup() {
    restart.begin();
    wdt_disable(); /* after a reset by it, it is still running, and short */
    wdt_enable(WDTO_500MS);
    detector_is_on = Restart::brown_out_detector_is_on();
    const bool boots_sound = count_boot();
    const bool calibration_sound = load_calibration();
    TCCR1B = TCCR2B = 0; /* Arduino starts these timers and the ADC for PWM and analogRead */
    ADCSRA = 0;
    Serial.begin(SM_BAUD);
    bank.begin<SM_DOUT_FIRST_BIT, SM_SCK_FIRST_BIT>();
    sm_rows_begin(&rows, SM_RATE_MHZ, micros());
    eeprom.while_it_writes = serve;
    set_sleep_mode(SLEEP_MODE_IDLE);
    send_info();
    if (!calibration_sound) send_event(SM_EVENT_MEMORY_DAMAGED, SM_MEMORY_CALIBRATION);
    if (!boots_sound) send_event(SM_EVENT_MEMORY_DAMAGED, SM_MEMORY_BOOTS);
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
    serve();
    end_self_test();
    listen();
    report_dropped_frames();
    sleep_until_something_happens();
}
