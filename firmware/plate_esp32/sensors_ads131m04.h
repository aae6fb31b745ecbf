/* SPDX-License-Identifier: Apache-2.0 */
/* One ADS131M04 to SAMPLES records: about 16 ms of rows in each, and one COP for each. */
#pragma once
#include "device_ads131m04.h"
#include <SPI.h>
#include <ads131m04.h>
#include <plate_device.h>
#include <plate_facts.h>
#include <sm_batch.h>

static_assert(SM_CHANNELS == SM_CELLS && SM_CHANNELS == Ads131m04::kChannels, "four load cells");

/* Not a member: one that is defined in its class cannot be placed in RAM. */
static void IRAM_ATTR on_ready(void *adc) { static_cast<Ads131m04 *>(adc)->on_ready(micros()); }

class Sensors {
public:
    static constexpr unsigned long kBaud = 2000000;
    static constexpr uint16_t kFeatures = SM_FEATURE_COP | SM_FEATURE_RATE;

    Sensors() { adc_.begin({transfer, hold_in_reset, wait_us, nullptr}, SM_CLKIN_HZ); }

    template <typename Device>
    void begin(Device &device) {
        pinMode(SM_PIN_CS, OUTPUT);
        digitalWrite(SM_PIN_CS, HIGH);
        pinMode(SM_PIN_RESET, OUTPUT);
        pinMode(SM_PIN_DRDY, INPUT_PULLUP);
        SPI.begin(SM_PIN_SCLK, SM_PIN_MISO, SM_PIN_MOSI);
        attachInterruptArg(SM_PIN_DRDY, on_ready, &adc_, FALLING);
        set_rate(device, device.rate_mhz(), device.rows_wanted());
    }

    bool must_sense() const { return adc_.is_ready(); }
    void give_up(uint8_t) { given_up_ = true; }

    bool takes_rate(uint32_t mhz, uint8_t rows) const {
        return adc_.has_rate(mhz) && mhz <= kHighestMhz && rows <= SM_BATCH_ROWS_MAX;
    }

    template <typename Device>
    void set_rate(Device &device, uint32_t mhz, uint8_t rows) {
        end_stream(device);
        rate_mhz_ = mhz;
        sm_batch_begin(&batch_, device.boot_id(), mhz);
        if (rows) batch_.rows_wanted = rows;
        restart();
    }

    /* Rows that wait for more are sent now. */
    template <typename Device>
    void end_stream(Device &device) {
        uint8_t payload[SM_BATCH_BYTES(SM_BATCH_ROWS_MAX)];
        const uint8_t length = sm_batch_flush(&batch_, payload);
        if (length) device.send_samples(payload, length);
    }

    void memory_written() {} /* the driver knows a pause by its length */

    template <typename Device>
    void sense(Device &device) {
        const uint32_t now_us = micros(); /* before the look, so that none is missed between */
        Ads131m04::Row row;
        const Ads131m04::Outcome outcome = adc_.read(now_us, &row);
        if (outcome == Ads131m04::kRow) take(device, row);
        if (outcome == Ads131m04::kRow || outcome == Ads131m04::kSkipped)
            overdue_us_ = now_us + SM_SILENT_PERIODS * adc_.period_us();
        /* The check covers the whole frame; it is told of its first channel. */
        if (outcome == Ads131m04::kDamaged) device.tell_dropped(0);
        watch(device, now_us, outcome == Ads131m04::kWasReset);
    }

private:
    static constexpr uint32_t kHighestMhz = 4000000; /* what the link takes twice */
    static constexpr uint32_t kSpiHz = 8000000;
    static constexpr uint8_t kAll = 0x0F;

    Ads131m04 adc_;
    sm_batch_t batch_ = {};
    uint32_t rate_mhz_ = 0;
    uint32_t overdue_us_ = 0, missed_since_us_ = 0, at_end_since_us_[SM_CELLS] = {};
    bool missed_ = false, given_up_ = false;
    uint8_t at_end_ = 0, told_at_end_ = 0; /* a bit for each channel */

    template <typename Device>
    void take(Device &device, const Ads131m04::Row &row) {
        sm_sample_t sample = {};
        sample.index = batch_.index;
        sample.t_us = row.t_us;
        sample.flags = ends_of(row);
        memcpy(sample.counts, row.counts, sizeof sample.counts);
        memset(sample.conversion, row.number, sizeof sample.conversion);
        device.take(sample);
        for (uint8_t c = 0; c < SM_CELLS; c++) {
            device.look(c, row.counts[c]);
            if (missed_) device.tell_back(c);
        }
        missed_ = false;
        uint8_t payload[SM_BATCH_BYTES(SM_BATCH_ROWS_MAX)];
        const uint8_t length =
            sm_batch_push(&batch_, row.t_us, row.number, 0, row.counts, payload);
        if (!length) return;
        device.send_samples(payload, length);
        device.send_cop(sample);
    }

    uint8_t ends_of(const Ads131m04::Row &row) {
        uint8_t ends = 0;
        for (uint8_t c = 0; c < SM_CELLS; c++) {
            const uint8_t bit = static_cast<uint8_t>(1u << c);
            if (row.counts[c] != 0x7FFFFF && row.counts[c] != -0x800000) continue;
            ends |= bit;
            if (!(at_end_ & bit)) at_end_since_us_[c] = row.t_us;
        }
        return at_end_ = ends;
    }

    /* ---- what a look at the clock finds: all channels are one chip's ------------------------- */

    template <typename Device>
    void watch(Device &device, uint32_t now_us, bool was_reset) {
        sm_watch_t found = {};
        watch_silence(now_us, was_reset, found);
        watch_range(now_us, found);
        if (found.silent) end_stream(device);
        if (found.restart) restart();
        device.tell(found);
    }

    void watch_silence(uint32_t now_us, bool was_reset, sm_watch_t &found) {
        const bool overdue = static_cast<int32_t>(now_us - overdue_us_) > 0;
        if (was_reset || overdue) {
            found.restart = kAll;
            if (!missed_) {
                found.silent = kAll;
                missed_since_us_ = now_us;
            }
            missed_ = true;
        }
        if (missed_ && !given_up_ && now_us - missed_since_us_ >= SM_DEAD_MS * 1000u)
            found.dead = kAll;
    }

    void watch_range(uint32_t now_us, sm_watch_t &found) {
        for (uint8_t c = 0; c < SM_CELLS; c++) {
            const uint8_t bit = static_cast<uint8_t>(1u << c);
            const bool stands = at_end_ & bit, told = told_at_end_ & bit;
            if (told && !stands) found.in_range |= bit;
            if (stands && !told && !missed_ &&
                static_cast<int32_t>(now_us - at_end_since_us_[c]) >= SM_AT_AN_END_MS * 1000)
                found.at_an_end |= bit;
        }
        told_at_end_ = static_cast<uint8_t>((told_at_end_ | found.at_an_end) & ~found.in_range);
        if (found.at_an_end) found.restart = kAll;
    }

    /* Whether the chip answered shows in what comes of it. */
    void restart() {
        adc_.restart(rate_mhz_);
        overdue_us_ = micros() + SM_SETTLING_PERIODS * adc_.period_us();
    }

    /* ---- the chip's bus ---------------------------------------------------------------------- */

    static void transfer(void *, const uint8_t *out, uint8_t *in) {
        SPI.beginTransaction(SPISettings(kSpiHz, SPI_MSBFIRST, SPI_MODE1));
        digitalWrite(SM_PIN_CS, LOW);
        SPI.transferBytes(out, in, Ads131m04::kFrameBytes);
        digitalWrite(SM_PIN_CS, HIGH);
        SPI.endTransaction();
    }
    static void hold_in_reset(void *, bool hold) { digitalWrite(SM_PIN_RESET, hold ? LOW : HIGH); }
    static void wait_us(void *, uint32_t us) { delayMicroseconds(us); }
};
