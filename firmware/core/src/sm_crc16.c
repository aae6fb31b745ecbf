/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_crc16.h"

/* Eight bits at a time without a table, which an AVR would have to keep in its little RAM. */
uint16_t sm_crc16(const uint8_t *data, size_t length) {
    uint16_t crc = 0xFFFFu;
    while (length--) {
        uint16_t x = (uint16_t)((crc >> 8) ^ *data++);
        x ^= (uint16_t)(x >> 4);
        crc = (uint16_t)((uint16_t)(crc << 8) ^ (uint16_t)(x << 12) ^ (uint16_t)(x << 5) ^ x);
    }
    return crc;
}
