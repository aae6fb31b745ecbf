/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_cobs.h"

size_t sm_cobs_encode(const uint8_t *in, size_t length, uint8_t *out) {
    size_t block = 0, written = 1;
    uint8_t code = 1;
    for (size_t i = 0; i < length; i++) {
        if (in[i] != 0) {
            out[written++] = in[i];
            code++;
        }
        const int full = code == 0xFF && i + 1 < length;
        if (in[i] == 0 || full) {
            out[block] = code;
            block = written++;
            code = 1;
        }
    }
    out[block] = code;
    return written;
}

size_t sm_cobs_decode(const uint8_t *in, size_t length, uint8_t *out) {
    size_t read = 0, written = 0;
    while (read < length) {
        const uint8_t code = in[read++];
        if (code == 0 || (size_t)(code - 1) > length - read) return 0;
        for (uint8_t k = 1; k < code; k++) {
            if (in[read] == 0) return 0;
            out[written++] = in[read++];
        }
        if (code != 0xFF && read < length) out[written++] = 0;
    }
    return written;
}
