/* SPDX-License-Identifier: Apache-2.0 */
/* ST LSM6DSO on I2C: acceleration to 16 g, turn rate to 2000 degrees a second. Registers and
 * limits: ST DS12140, "Register description" and table 2, "Mechanical characteristics".
 *
 * It converts at about twice the rate it is read, and its second low-pass (a quarter of that)
 * keeps faster vibration out. So every look finds a new conversion; one that does not, or a bus
 * that does not answer, is a look without a result, and the caller restarts the chip. */
#pragma once
#include <Arduino.h>
#include <Wire.h>
#include <sm_insole.h>

class ImuLsm6dso {
public:
    static constexpr uint8_t kAccelG = 16;
    /* The chip gives 70 mdps a step (table 2), so 32768 steps are not the 2000 it is named for. */
    static constexpr uint16_t kGyroDps = 2294;

    explicit ImuLsm6dso(TwoWire &bus) : bus_(bus) {}

    /* Once; then restart(), which may be called again whenever the chip has fallen silent. */
    void begin(int sda, int scl) {
        sda_ = sda;
        scl_ = scl;
    }

    bool restart(uint32_t rows_per_s) {
        bus_.end();
        bus_.begin(sda_, scl_, 400000); /* clocks a part off the bus that holds it low */
        bus_.setTimeOut(kTimeOutMs);
        configured_ = find() && configure(rows_per_s);
        return configured_;
    }

    /* True when `imu` holds a conversion that was not read before: x y z of acceleration, x y z of
     * turn rate. */
    bool read(int16_t imu[SM_IMU_AXES]) {
        uint8_t bytes[kBurst];
        if (!configured_ || !get(kStatus, bytes, kBurst)) return false;
        if ((bytes[0] & kBothNew) != kBothNew) return false;
        const uint8_t *const gyro = bytes + kOutGyro - kStatus, *const accel = gyro + 6;
        for (uint8_t axis = 0; axis < 3; axis++) {
            imu[axis] = word(accel + 2 * axis);
            imu[3 + axis] = word(gyro + 2 * axis);
        }
        return true;
    }

    /* The chip pushes its own masses ("embedded self-test"); what it then measures besides the
     * motion has to lie within these limits, in steps (table 2: 50 to 1700 mg, 150 to 700 dps). */
    bool push(bool on) { return configured_ && set(kCtrl5, on ? kPushBoth : 0); }
    static constexpr uint32_t kPushSettlesUs = 100000;
    static bool answers_push(uint8_t axis, int32_t change) {
        const int32_t size = change < 0 ? -change : change;
        return axis < 3 ? size >= 50 * 32768 / 16000 && size <= 1700 * 32768 / 16000
                        : size >= 150000 / 70 && size <= 700000 / 70;
    }

private:
    enum : uint8_t {
        kWhoAmI = 0x0F,
        kCtrl1 = 0x10, /* accelerometer: rate, range, second low-pass */
        kCtrl2 = 0x11, /* gyroscope: rate, range */
        kCtrl3 = 0x12,
        kCtrl4 = 0x13,
        kCtrl5 = 0x14,
        kCtrl9 = 0x18,
        kStatus = 0x1E,
        kOutGyro = 0x22,
    };
    static constexpr uint8_t kName = 0x6C;
    static constexpr uint8_t kReset = 0x01, kBlockUpdateAndCountOn = 0x44;
    static constexpr uint8_t kNoneUntilSettled = 0x08; /* the filters, after a restart */
    static constexpr uint8_t kWithoutI3c = 0xE2; /* as at power-on, with I3C off */
    static constexpr uint8_t k16g = 0x04, kSecondLowPass = 0x02, k2000dps = 0x0C;
    static constexpr uint8_t kPushBoth = 0x05, kBothNew = 0x03;
    static constexpr uint8_t kBurst = 16; /* status, temperature, turn rate, acceleration */
    static constexpr uint16_t kTimeOutMs = 2; /* a burst takes half a millisecond */

    TwoWire &bus_;
    int sda_ = -1, scl_ = -1;
    uint8_t address_ = 0;
    bool configured_ = false;

    /* SA0 chooses between two addresses, and breakout boards differ. */
    bool find() {
        for (const uint8_t address : {0x6A, 0x6B}) {
            address_ = address;
            uint8_t name;
            if (get(kWhoAmI, &name, 1) && name == kName) return true;
        }
        return false;
    }

    bool configure(uint32_t rows_per_s) {
        if (!set(kCtrl3, kReset)) return false;
        delayMicroseconds(100); /* a reset takes 50 us (ST AN5192) */
        const uint8_t rate = rows_per_s <= 50 ? 0x40 : rows_per_s <= 100 ? 0x50 : 0x60;
        return set(kCtrl3, kBlockUpdateAndCountOn) && set(kCtrl4, kNoneUntilSettled) &&
               set(kCtrl9, kWithoutI3c) && set(kCtrl1, rate | k16g | kSecondLowPass) &&
               set(kCtrl2, rate | k2000dps);
    }

    bool set(uint8_t at, uint8_t value) {
        bus_.beginTransmission(address_);
        bus_.write(at);
        bus_.write(value);
        return bus_.endTransmission() == 0;
    }

    bool get(uint8_t at, uint8_t *bytes, uint8_t length) {
        bus_.beginTransmission(address_);
        bus_.write(at);
        if (bus_.endTransmission(false) != 0) return false;
        if (bus_.requestFrom(address_, static_cast<size_t>(length)) != length) return false;
        for (uint8_t i = 0; i < length; i++) bytes[i] = static_cast<uint8_t>(bus_.read());
        return true;
    }

    static int16_t word(const uint8_t *bytes) {
        return static_cast<int16_t>(bytes[0] | bytes[1] << 8);
    }
};
