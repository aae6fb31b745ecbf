/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian stores and loads, without assumptions on alignment or on the host's byte order. */
#ifndef SM_BYTES_H
#define SM_BYTES_H
#include <stdint.h>

static inline uint8_t *sm_put_u8(uint8_t *p, uint8_t v) {
    p[0] = v;
    return p + 1;
}
static inline uint8_t *sm_put_u16(uint8_t *p, uint16_t v) {
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    return p + 2;
}
static inline uint8_t *sm_put_u32(uint8_t *p, uint32_t v) {
    return sm_put_u16(sm_put_u16(p, (uint16_t)v), (uint16_t)(v >> 16));
}
/* The low 24 bits of a two's-complement value: the natural width of the HX711. */
static inline uint8_t *sm_put_i24(uint8_t *p, int32_t v) {
    const uint32_t u = (uint32_t)v;
    p = sm_put_u16(p, (uint16_t)u);
    return sm_put_u8(p, (uint8_t)(u >> 16));
}
static inline uint16_t sm_get_u16(const uint8_t *p) {
    return (uint16_t)(p[0] | (uint16_t)((uint16_t)p[1] << 8));
}
static inline uint32_t sm_get_u32(const uint8_t *p) {
    return sm_get_u16(p) | ((uint32_t)sm_get_u16(p + 2) << 16);
}

#endif
