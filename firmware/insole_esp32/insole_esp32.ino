/* SPDX-License-Identifier: Apache-2.0 */
/* The insole on an ESP32-S3: sixteen force cells, or eight, and an IMU to a phone or a laptop, or to
 * its own memory. Bytes: ../PROTOCOL.md. Pins, rate and identity: device_*.h, made from
 * device.toml under hardware. Needs NimBLE-Arduino 2.x. */
#include "insole.h"

static Insole insole;

void setup() { insole.begin(); }
void loop() { insole.turn(); }
