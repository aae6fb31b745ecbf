/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-16/CCITT-FALSE: polynomial 0x1021, most significant bit first, start 0xFFFF.
 * Check("123456789") is 0x29B1. The same as Python's binascii.crc_hqx(data, 0xFFFF). */
#ifndef SM_CRC16_H
#define SM_CRC16_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

uint16_t sm_crc16(const uint8_t *data, size_t length);

#ifdef __cplusplus
}
#endif
#endif
