/* SPDX-License-Identifier: Apache-2.0 */
/* The insole on an ESP32-S3: sixteen force cells and an IMU to a phone or a laptop, or to its own
 * memory. Bytes: ../PROTOCOL.md. Pins, rate and identity: device.h, made from
 * hardware/insole/device.toml. Needs NimBLE-Arduino 2.x. */
#include "insole.h"

static Insole insole;

void setup() { insole.begin(); }
void loop() { insole.turn(); }
