/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes into the receiver. A frame that it takes for sound must be the very bytes of the line:
 * written again they are the same. */
#include "fuzz.h"
#include "sm_frame.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sm_receiver_t receiver = {0};
    sm_frame_t frame;
    size_t begins = 0, frames = 0;
    for (size_t i = 0; i < size; i++) {
        const bool sound = sm_receiver_push(&receiver, data[i], &frame);
        if (data[i] != 0) MUST(!sound);
        else if (i > begins) frames++;
        if (sound) {
            uint8_t wire[SM_WIRE_MAX];
            MUST(sm_frame_encode(frame, wire) == i + 1 - begins);
            MUST(memcmp(wire, data + begins, i + 1 - begins) == 0);
            frames--;
        }
        if (data[i] == 0) begins = i + 1;
    }
    MUST(receiver.damaged == (uint16_t)frames);
    return 0;
}
