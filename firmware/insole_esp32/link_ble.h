/* SPDX-License-Identifier: Apache-2.0 */
/* Records over Bluetooth Low Energy, on NimBLE-Arduino 2.x.
 *
 * The callbacks run in the radio's own task: they note and queue, the loop does. Nothing is ever
 * notified from within one. */
#pragma once
#include "link.h"
#include "ring.h"
#include <NimBLEDevice.h>
#include <atomic>
#include <esp_timer.h>
#include <string.h>
#include <string>

class LinkBle : public Link, private NimBLEServerCallbacks, private NimBLECharacteristicCallbacks {
public:
    void begin(const char *model, const char *firmware) {
        NimBLEDevice::init("Solemetry");
        NimBLEDevice::setMTU(kMtuWanted);
        NimBLEServer *const server = NimBLEDevice::createServer();
        server->setCallbacks(this, false);

        NimBLEService *const own = server->createService(kService);
        stream_ = own->createCharacteristic(kStream, NIMBLE_PROPERTY::NOTIFY);
        control_ = own->createCharacteristic(
            kControl, NIMBLE_PROPERTY::WRITE | NIMBLE_PROPERTY::WRITE_NR | NIMBLE_PROPERTY::NOTIFY);
        info_ = own->createCharacteristic(kInfo, NIMBLE_PROPERTY::READ);
        stream_->setCallbacks(this);
        control_->setCallbacks(this);

        battery_ = server->createService("180F")->createCharacteristic(
            "2A19", NIMBLE_PROPERTY::READ | NIMBLE_PROPERTY::NOTIFY);
        battery_->setCallbacks(this);

        NimBLEService *const information = server->createService("180A");
        const std::string address = NimBLEDevice::getAddress().toString();
        set_text(information, "2A29", "Solemetry");
        set_text(information, "2A24", model);
        set_text(information, "2A26", firmware);
        set_text(information, "2A25", address);
        address_end_ = address.substr(12, 2) + address.substr(15, 2);
        server->start();
    }

    /* The name does not fit beside a long UUID, so it is in the answer to a scan. */
    void advertise(uint8_t side) {
        const char *const side_name = side == SM_SIDE_LEFT    ? " L"
                                      : side == SM_SIDE_RIGHT ? " R"
                                                              : "";
        const std::string name = std::string("Solemetry") + side_name + " " + address_end_;
        NimBLEDevice::setDeviceName(name);
        NimBLEAdvertising *const advertising = NimBLEDevice::getAdvertising();
        advertising->enableScanResponse(true);
        if (!named_) advertising->addServiceUUID(kService);
        advertising->setName(name);
        if (named_) advertising->refreshAdvertisingData();
        else NimBLEDevice::startAdvertising();
        named_ = true;
    }

    void set_info(const uint8_t *payload, uint8_t length) { info_->setValue(payload, length); }

    void set_battery(uint8_t percent) {
        if (percent == percent_) return;
        percent_ = percent;
        battery_->setValue(&percent_, 1);
        if (battery_on_) battery_->notify(&percent_, 1); /* a lost one is followed by others */
    }

    uint16_t mtu() const { return mtu_; }

    bool next_command(sm_frame_t &frame, uint32_t &received_us) override {
        do
            if (!commands_.take(command_)) return false;
        while (command_.connection != connection_);
        received_us = command_.received_us;
        frame = {command_.bytes[0], sm_get_u16(command_.bytes + 1),
                 static_cast<uint8_t>(command_.length - SM_RECORD_HEADER),
                 command_.bytes + SM_RECORD_HEADER};
        return true;
    }

    bool listening(uint8_t type) const override {
        return type == SM_ROWS ? stream_on_ : control_on_;
    }

    uint16_t room(uint8_t type) const override {
        if (type == SM_ROWS) return sm_insole_payload_of_mtu(mtu_);
        const uint16_t value = mtu_ - kAttHeader;
        return (value < kValueMost ? value : kValueMost) - SM_RECORD_HEADER;
    }

    bool host_changed() override {
        const uint8_t connection = connection_;
        const bool changed = connection != known_connection_;
        known_connection_ = connection;
        return changed;
    }

protected:
    bool put(uint8_t type, uint16_t seq, const uint8_t *payload, uint16_t length) override {
        uint8_t record[kValueMost];
        sm_put_u16(sm_put_u8(record, type), seq);
        memcpy(record + SM_RECORD_HEADER, payload, length);
        NimBLECharacteristic *const to = type == SM_ROWS ? stream_ : control_;
        return to->notify(record, SM_RECORD_HEADER + length);
    }

private:
    static constexpr const char *kService = "fa880001-262e-457c-a5ea-31286f3476db";
    static constexpr const char *kStream = "fa880002-262e-457c-a5ea-31286f3476db";
    static constexpr const char *kControl = "fa880003-262e-457c-a5ea-31286f3476db";
    static constexpr const char *kInfo = "fa880004-262e-457c-a5ea-31286f3476db";
    static constexpr uint16_t kMtuWanted = 247, kMtuAtFirst = 23, kAttHeader = 3;
    static constexpr uint16_t kValueMost = 512; /* of an attribute, whatever the MTU */
    static constexpr uint16_t kDataLength = 251;
    static constexpr uint16_t kInterval = 12; /* 15 ms, in 1.25 ms; Apple takes no shorter one */
    static constexpr uint16_t kSupervision = 400; /* 4 s, in 10 ms */

    struct Command {
        uint8_t connection, length;
        uint32_t received_us;
        uint8_t bytes[SM_RECORD_HEADER + SM_CALIBRATION_BYTES]; /* the longest there is */
    };

    NimBLECharacteristic *stream_ = nullptr, *control_ = nullptr, *info_ = nullptr,
                         *battery_ = nullptr;
    std::string address_end_;
    bool named_ = false;
    uint8_t percent_ = 0xFF;
    Ring<Command, 8> commands_; /* a host waits for the answer; what does not fit is asked again */
    Command command_ = {};
    std::atomic<bool> stream_on_{false}, control_on_{false}, battery_on_{false};
    std::atomic<uint16_t> mtu_{kMtuAtFirst};
    std::atomic<uint8_t> connection_{0};
    uint8_t known_connection_ = 0;

    static void set_text(NimBLEService *service, const char *uuid, const std::string &text) {
        service->createCharacteristic(uuid, NIMBLE_PROPERTY::READ)
            ->setValue(reinterpret_cast<const uint8_t *>(text.data()), text.size());
    }

    void onConnect(NimBLEServer *server, NimBLEConnInfo &peer) override {
        server->updateConnParams(peer.getConnHandle(), kInterval, kInterval, 0, kSupervision);
        server->setDataLen(peer.getConnHandle(), kDataLength);
    }

    void onMTUChange(uint16_t mtu, NimBLEConnInfo &) override { mtu_ = mtu; }

    void onDisconnect(NimBLEServer *, NimBLEConnInfo &, int) override {
        stream_on_ = control_on_ = battery_on_ = false;
        mtu_ = kMtuAtFirst;
        connection_++;
        NimBLEDevice::startAdvertising();
    }

    void onSubscribe(NimBLECharacteristic *to, NimBLEConnInfo &, uint16_t value) override {
        const bool notifications = value & 1;
        if (to == stream_) stream_on_ = notifications;
        if (to == control_) control_on_ = notifications;
        if (to == battery_) battery_on_ = notifications;
    }

    void onWrite(NimBLECharacteristic *to, NimBLEConnInfo &) override {
        const NimBLEAttValue value = to->getValue();
        if (value.size() < SM_RECORD_HEADER) return;
        Command command = {connection_, 0, static_cast<uint32_t>(esp_timer_get_time()), {}};
        command.length = static_cast<uint8_t>(
            value.size() < sizeof command.bytes ? value.size() : sizeof command.bytes);
        memcpy(command.bytes, value.data(), command.length);
        commands_.put(command);
    }
};
