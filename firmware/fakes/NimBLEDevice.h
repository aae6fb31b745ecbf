/* SPDX-License-Identifier: Apache-2.0 */
/* The slice of NimBLE-Arduino 2.5 that the insole uses: same names and signatures, no radio. A test
 * plays the central: fake::radio. */
#pragma once
#include "fake_board.h"

typedef enum { READ = 0x0002, WRITE_NR = 0x0004, WRITE = 0x0008, NOTIFY = 0x0010 } NIMBLE_PROPERTY;
#define BLE_ATT_ATTR_MAX_LEN 512
#define BLE_HS_CONN_HANDLE_NONE 0xFFFF

class NimBLEServer;
class NimBLECharacteristic;

class NimBLEAddress {
public:
    std::string toString() const { return "d4:f9:8d:01:a2:3c"; }
};

class NimBLEConnInfo {
public:
    uint16_t getConnHandle() const { return 1; }
};

class NimBLEAttValue {
public:
    explicit NimBLEAttValue(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
    const uint8_t *data() const { return bytes_.data(); }
    uint16_t size() const { return static_cast<uint16_t>(bytes_.size()); }

private:
    std::vector<uint8_t> bytes_;
};

class NimBLEServerCallbacks {
public:
    virtual ~NimBLEServerCallbacks() {}
    virtual void onConnect(NimBLEServer *, NimBLEConnInfo &) {}
    virtual void onDisconnect(NimBLEServer *, NimBLEConnInfo &, int) {}
    virtual void onMTUChange(uint16_t, NimBLEConnInfo &) {}
};

class NimBLECharacteristicCallbacks {
public:
    virtual ~NimBLECharacteristicCallbacks() {}
    virtual void onWrite(NimBLECharacteristic *, NimBLEConnInfo &) {}
    virtual void onSubscribe(NimBLECharacteristic *, NimBLEConnInfo &, uint16_t) {}
};

namespace fake {
struct Notification {
    const NimBLECharacteristic *from;
    std::vector<uint8_t> value;
    uint64_t at_ns;
};

/* The other side, and the air between. */
struct Radio {
    bool connected = false, advertising = false;
    uint16_t mtu = 23;
    int advertisings = 0;
    uint16_t mtu_offered = 0, min_interval = 0, max_interval = 0, latency = 0, timeout = 0;
    uint16_t data_length = 27;
    bool in_callback = false;
    size_t notified_in_callback = 0, too_long = 0;
    std::function<bool(const NimBLECharacteristic *)> takes = [](const NimBLECharacteristic *) {
        return true;
    };
    std::vector<Notification> notifications;
    std::string name;
    std::vector<std::string> advertised_services;
};
inline Radio radio;
} // namespace fake

class NimBLECharacteristic {
public:
    NimBLECharacteristic(const char *uuid, uint32_t properties)
        : uuid(uuid), properties(properties) {}
    const std::string uuid;
    const uint32_t properties;
    bool subscribed = false;
    std::vector<uint8_t> value;
    NimBLECharacteristicCallbacks *callbacks = nullptr;

    void setCallbacks(NimBLECharacteristicCallbacks *pCallbacks) { callbacks = pCallbacks; }
    void setValue(const uint8_t *data, size_t size) { value.assign(data, data + size); }
    NimBLEAttValue getValue() const { return NimBLEAttValue(value); }
    /* What is longer than the MTU allows, the stack would cut silently. */
    bool notify(const uint8_t *bytes, size_t length, uint16_t = BLE_HS_CONN_HANDLE_NONE) const {
        fake::Radio &radio = fake::radio;
        if (radio.in_callback) radio.notified_in_callback++;
        if (length + 3 > radio.mtu) radio.too_long++;
        if (!radio.connected || !subscribed) return true; /* to nobody, without complaint */
        if (!radio.takes(this)) return false;
        radio.notifications.push_back({this, {bytes, bytes + length}, fake::board.now_ns});
        return true;
    }
};

class NimBLEService {
public:
    explicit NimBLEService(const char *uuid) : uuid(uuid) {}
    const std::string uuid;
    std::deque<NimBLECharacteristic> characteristics;
    NimBLECharacteristic *createCharacteristic(const char *uuid,
                                               uint32_t properties = READ | WRITE,
                                               uint16_t = BLE_ATT_ATTR_MAX_LEN) {
        characteristics.emplace_back(uuid, properties);
        return &characteristics.back();
    }
};

class NimBLEServer {
public:
    std::deque<NimBLEService> services;
    NimBLEServerCallbacks *callbacks = nullptr;
    bool started = false;

    bool start() { return started = true; }
    void setCallbacks(NimBLEServerCallbacks *pCallbacks, bool = true) { callbacks = pCallbacks; }
    NimBLEService *createService(const char *uuid) {
        services.emplace_back(uuid);
        return &services.back();
    }
    void updateConnParams(uint16_t, uint16_t minInterval, uint16_t maxInterval, uint16_t latency,
                          uint16_t timeout) const {
        fake::radio.min_interval = minInterval;
        fake::radio.max_interval = maxInterval;
        fake::radio.latency = latency;
        fake::radio.timeout = timeout;
    }
    void setDataLen(uint16_t, uint16_t tx_octets) const { fake::radio.data_length = tx_octets; }
};

class NimBLEAdvertising {
public:
    bool addServiceUUID(const char *uuid) {
        fake::radio.advertised_services.push_back(uuid);
        return true;
    }
    bool setName(const std::string &name) {
        pending_ = name;
        return scan_response_ && name.size() <= 29; /* beside a long UUID there is no room */
    }
    void enableScanResponse(bool enable) { scan_response_ = enable; }
    bool refreshAdvertisingData() {
        fake::radio.name = pending_;
        return true;
    }
    bool start(uint32_t = 0) {
        fake::radio.advertising = true;
        fake::radio.advertisings++;
        return refreshAdvertisingData();
    }

private:
    bool scan_response_ = false;
    std::string pending_;
};

class NimBLEDevice {
public:
    static inline NimBLEServer *server = nullptr;
    static inline NimBLEAdvertising advertising;

    static bool init(const std::string &) {
        delete server;
        server = nullptr;
        advertising = NimBLEAdvertising{};
        return true;
    }
    static NimBLEAddress getAddress() { return {}; }
    static bool setDeviceName(const std::string &) { return true; }
    static bool setMTU(uint16_t mtu) {
        fake::radio.mtu_offered = mtu;
        return true;
    }
    static NimBLEServer *createServer() { return server = new NimBLEServer; }
    static NimBLEAdvertising *getAdvertising() { return &advertising; }
    static bool startAdvertising(uint32_t duration = 0) { return advertising.start(duration); }
};

namespace fake {
/* What a central does. The device's callbacks run in the radio's task. */
class Central {
public:
    NimBLECharacteristic &characteristic(const std::string &uuid) const {
        for (NimBLEService &service : NimBLEDevice::server->services)
            for (NimBLECharacteristic &each : service.characteristics)
                if (each.uuid == uuid) return each;
        throw "no such characteristic";
    }
    void connect() {
        radio.connected = true;
        radio.advertising = false;
        radio.mtu = 23;
        call([&] { NimBLEDevice::server->callbacks->onConnect(NimBLEDevice::server, peer_); });
    }
    void agree_mtu(uint16_t mtu) {
        radio.mtu = mtu;
        call([&] { NimBLEDevice::server->callbacks->onMTUChange(mtu, peer_); });
    }
    void disconnect() {
        radio.connected = false;
        for (NimBLEService &service : NimBLEDevice::server->services)
            for (NimBLECharacteristic &each : service.characteristics) each.subscribed = false;
        call([&] {
            NimBLEDevice::server->callbacks->onDisconnect(NimBLEDevice::server, peer_, 0x13);
        });
    }
    void subscribe(const std::string &uuid, bool on = true) {
        NimBLECharacteristic &to = characteristic(uuid);
        to.subscribed = on;
        call([&] { to.callbacks->onSubscribe(&to, peer_, on ? 1 : 0); });
    }
    void write(const std::string &uuid, const std::vector<uint8_t> &value) {
        NimBLECharacteristic &to = characteristic(uuid);
        to.value = value;
        call([&] { to.callbacks->onWrite(&to, peer_); });
    }

private:
    NimBLEConnInfo peer_;
    static void call(const std::function<void()> &callback) {
        radio.in_callback = true;
        callback();
        radio.in_callback = false;
    }
};
} // namespace fake
