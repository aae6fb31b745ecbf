/* SPDX-License-Identifier: Apache-2.0 */
/* Consistent overhead byte stuffing (Cheshire & Baker 1997): takes the zeros out of a frame,
 * so that a zero can end it. Costs one byte for every 254. */
#ifndef SM_COBS_H
#define SM_COBS_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Room that `n` plain bytes may need, the closing zero not counted. */
#define SM_COBS_MAX(n) ((n) + (n) / 254u + 1u)

/* Returns the number of bytes written to `out`. */
size_t sm_cobs_encode(const uint8_t *in, size_t length, uint8_t *out);

/* Returns the number of plain bytes, or 0 when `in` is not valid. `out` may be `in`. */
size_t sm_cobs_decode(const uint8_t *in, size_t length, uint8_t *out);

#ifdef __cplusplus
}
#endif
#endif
