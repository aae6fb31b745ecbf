/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from hardware/insole/device.toml; edit that file, then run: make hardware
 *
 *   0 heel_m: multiplexer 0, at (-11, 24) mm
 *   1 heel_l: multiplexer 1, at (12, 24) mm
 *   2 heel_m2: multiplexer 2, at (-12, 48) mm
 *   3 heel_l2: multiplexer 3, at (13, 48) mm
 *   4 mid_m: multiplexer 4, at (-16, 92) mm
 *   5 mid_l: multiplexer 5, at (22, 88) mm
 *   6 mid_m2: multiplexer 6, at (-19, 130) mm
 *   7 mid_l2: multiplexer 7, at (27, 128) mm
 *   8 met1: multiplexer 8, at (-26, 182) mm
 *   9 met2: multiplexer 9, at (-10, 191) mm
 *   10 met3: multiplexer 10, at (4, 189) mm
 *   11 met4: multiplexer 11, at (17, 181) mm
 *   12 met5: multiplexer 12, at (30, 168) mm
 *   13 hallux: multiplexer 13, at (-24, 236) mm
 *   14 toe2_3: multiplexer 14, at (0, 232) mm
 *   15 toe4_5: multiplexer 15, at (19, 218) mm */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H

#define SM_DEVICE_ID "insole-16-esp32s3"
#define SM_GEOMETRY_HASH 0x1D213E14UL
#define SM_BOARD SM_BOARD_ESP32_S3
#define SM_ADC SM_ADC_ESP32
#define SM_CHANNELS 16
#define SM_RATE_MHZ 100000UL /* rows per second, in thousandths */
#define SM_ADC_BITS 12
#define SM_PIN_CELLS 4 /* the front end's output */
#define SM_FRONT_END_BASELINE 372 /* its code with no cell connected */
#define SM_PIN_MUX_SELECT {5, 6, 7, 15}
#define SM_PIN_MUX_ENABLE 16 /* low: connected */
#define SM_CELL_MUX {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
#define SM_PIN_BATTERY 1
#define SM_BATTERY_DIVIDER_MILLI 2000
#define SM_PIN_SDA 8
#define SM_PIN_SCL 9
#define SM_ACCEL_G 16
#define SM_GYRO_DPS 2000
#define SM_PIN_SD_CS 10
#define SM_PIN_SD_MOSI 11
#define SM_PIN_SD_SCLK 12
#define SM_PIN_SD_MISO 13

#endif
