/* SPDX-License-Identifier: Apache-2.0 */
/* What every fuzz target needs: the entry, and a property that must hold. */
#ifndef FUZZ_H
#define FUZZ_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(holds)                                                    \
    do {                                                               \
        if (!(holds)) {                                                \
            fprintf(stderr, "%s:%d: " #holds "\n", __FILE__, __LINE__); \
            abort();                                                   \
        }                                                              \
    } while (0)

#endif
