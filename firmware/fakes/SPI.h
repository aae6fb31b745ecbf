/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "fake_board.h"
#define SPI_MODE0 0
#define SPI_MODE1 1
#define SPI_MODE2 2
#define SPI_MODE3 3
#define SPI_LSBFIRST 0
#define SPI_MSBFIRST 1

class SPISettings {
public:
    SPISettings(uint32_t clock, uint8_t bitOrder, uint8_t dataMode)
        : _clock(clock), _bitOrder(bitOrder), _dataMode(dataMode) {}
    uint32_t _clock;
    uint8_t _bitOrder, _dataMode;
};

namespace fake {
/* The part at the other end: gets a byte and the bus's mode, gives a byte. */
inline std::function<uint8_t(uint8_t, uint8_t mode)> on_spi;
} // namespace fake

class SPIClass {
public:
    void begin(int8_t = -1, int8_t = -1, int8_t = -1, int8_t = -1) {}
    void beginTransaction(SPISettings settings) {
        hz_ = settings._clock;
        mode_ = settings._dataMode;
    }
    void endTransaction() {}
    void transferBytes(const uint8_t *data, uint8_t *out, uint32_t size) {
        for (uint32_t i = 0; i < size; i++) {
            fake::board.pass_ns(8000000000ull / hz_);
            out[i] = fake::on_spi ? fake::on_spi(data[i], mode_) : 0xFF;
        }
    }

private:
    uint32_t hz_ = 1000000;
    uint8_t mode_ = SPI_MODE0;
};
inline SPIClass SPI;
