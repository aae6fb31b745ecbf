/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from hardware/insole_8/device.toml; edit that file, then run: make hardware
 *
 *   0 heel_m: multiplexer 0, at (-12, 34) mm
 *   1 heel_l: multiplexer 1, at (12, 34) mm
 *   2 mid_m: multiplexer 2, at (-17, 110) mm
 *   3 mid_l: multiplexer 3, at (24, 108) mm
 *   4 met1: multiplexer 4, at (-26, 182) mm
 *   5 met3: multiplexer 5, at (2, 189) mm
 *   6 met5: multiplexer 6, at (29, 170) mm
 *   7 hallux: multiplexer 7, at (-24, 236) mm */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H

#define SM_DEVICE_ID "insole-8-esp32s3"
#define SM_GEOMETRY_HASH 0x309C615FUL
#define SM_BOARD SM_BOARD_ESP32_S3
#define SM_ADC SM_ADC_ESP32
#define SM_CHANNELS 8
#define SM_RATE_MHZ 100000UL /* rows per second, in thousandths */
#define SM_ADC_BITS 12
#define SM_PIN_CELLS 4 /* the front end's output */
#define SM_FRONT_END_BASELINE 372 /* its code with no cell connected */
#define SM_PIN_MUX_SELECT {5, 6, 7, 15}
#define SM_PIN_MUX_ENABLE 16 /* low: connected */
#define SM_CELL_MUX {0, 1, 2, 3, 4, 5, 6, 7}
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
