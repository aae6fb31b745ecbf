/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from hardware/plate_esp32/device.toml; edit that file, then run: make hardware
 *
 *   0 FL: DOUT IO32, SCK IO19, at (-210, 160) mm
 *   1 FR: DOUT IO33, SCK IO21, at (210, 160) mm
 *   2 RL: DOUT IO25, SCK IO22, at (-210, -160) mm
 *   3 RR: DOUT IO26, SCK IO23, at (210, -160) mm */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H

#define SM_DEVICE_ID "plate-hx711-esp32"
#define SM_GEOMETRY_HASH 0xBBDDD404UL
#define SM_BOARD SM_BOARD_ESP32
#define SM_ADC SM_ADC_HX711
#define SM_CHANNELS 4
#define SM_RATE_MHZ 80000UL /* rows per second, in thousandths */
#define SM_ADC_BITS 24
#define SM_ADC_GAIN 128
/* By the data sheets, where no calibration is stored; see "On-device COP" in PROTOCOL.md. */
#define SM_NOMINAL_GAIN {3830723, 3830723, 3830723, 3830723} /* mN per 2^24 counts */
#define SM_CELL_X_UM {-210000, 210000, -210000, 210000}
#define SM_CELL_Y_UM {160000, 160000, -160000, -160000}
#define SM_DOUT_PINS {32, 33, 25, 26}
#define SM_SCK_PINS {19, 21, 22, 23}

#endif
