/* SPDX-License-Identifier: Apache-2.0 */
/* The slice of Arduino-ESP32 3.x that the sketches use: same names and signatures. */
#pragma once
#include "fake_board.h"
#include "esp32-hal-adc.h"
#include "esp_timer.h"
#include "freertos/task.h"
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define ARDUINO_ARCH_ESP32 1
#define IRAM_ATTR
#define RTC_NOINIT_ATTR
#define LOW 0x0
#define HIGH 0x1
#define INPUT 0x01
#define OUTPUT 0x03
#define INPUT_PULLUP 0x05
#define RISING 0x01
#define FALLING 0x02
#define CHANGE 0x03

inline unsigned long micros() { return static_cast<uint32_t>(esp_timer_get_time()); }
inline unsigned long millis() { return static_cast<uint32_t>(esp_timer_get_time() / 1000); }
inline void delayMicroseconds(uint32_t us) { fake::board.pass_us(us); }
inline void delay(uint32_t ms) { fake::board.pass_us(ms * 1000ull); }
inline void yield() {}

inline void pinMode(uint8_t pin, uint8_t mode) {
    fake::board.pin[pin].output = mode == OUTPUT;
    if (mode != OUTPUT || !fake::board.pin[pin].written) return;
    fake::board.pin[pin].written(fake::board.pin[pin].level = false);
}
inline void digitalWrite(uint8_t pin, uint8_t value) {
    fake::board.pass_ns(100);
    fake::Pin &p = fake::board.pin[pin];
    if (p.level == (value != LOW)) return;
    p.level = value != LOW;
    if (p.written) p.written(p.level);
}
inline int digitalRead(uint8_t pin) {
    fake::board.pass_ns(100);
    return fake::board.pin[pin].level;
}
inline void attachInterruptArg(uint8_t pin, void (*handler)(void *), void *argument, int mode) {
    fake::Pin &p = fake::board.pin[pin];
    p.handler = handler;
    p.argument = argument;
    p.edge = mode;
}
inline void detachInterrupt(uint8_t pin) { fake::board.pin[pin].edge = 0; }

/* FreeRTOS: a critical section holds interrupts up. */
struct portMUX_TYPE {};
#define portMUX_INITIALIZER_UNLOCKED {}
inline void portENTER_CRITICAL(portMUX_TYPE *) { fake::board.critical++; }
inline void portEXIT_CRITICAL(portMUX_TYPE *) {
    if (--fake::board.critical) return;
    fake::board.interrupt();
    if (fake::board.preempt) fake::board.preempt();
}
inline void portENTER_CRITICAL_ISR(portMUX_TYPE *mux) { portENTER_CRITICAL(mux); }
inline void portEXIT_CRITICAL_ISR(portMUX_TYPE *mux) { portEXIT_CRITICAL(mux); }

class HardwareSerial {
public:
    void begin(unsigned long baud) {
        fake::link.baud = baud;
        fake::link.drained_ns = fake::board.now_ns;
    }
    size_t setTxBufferSize(size_t size) {
        fake::link.buffer += size;
        return size;
    }
    size_t setRxBufferSize(size_t size) { return size; }
    int available() { return static_cast<int>(fake::link.received.size()); }
    int read() {
        if (fake::link.received.empty()) return -1;
        const uint8_t byte = fake::link.received.front();
        fake::link.received.pop_front();
        return byte;
    }
    int availableForWrite() { return static_cast<int>(fake::link.room()); }
    size_t write(const uint8_t *bytes, size_t length) {
        const size_t room = fake::link.room();
        if (length > room) fake::link.waited_bytes += length - room;
        fake::link.sent.insert(fake::link.sent.end(), bytes, bytes + length);
        fake::link.queued += static_cast<double>(length);
        return length;
    }
    size_t write(uint8_t byte) { return write(&byte, 1); }
    void flush() {}
    operator bool() const { return fake::link.baud != 0; }
};
inline HardwareSerial Serial;
