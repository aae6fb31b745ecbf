/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from hardware/plate_ads131m04/device.toml; edit that file, then run: make hardware
 *
 *   0 FL: at (-210, 160) mm
 *   1 FR: at (210, 160) mm
 *   2 RL: at (-210, -160) mm
 *   3 RR: at (210, -160) mm */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H

#define SM_DEVICE_ID "plate-ads131m04-esp32"
#define SM_GEOMETRY_HASH 0xBDC1E1B0UL
#define SM_BOARD SM_BOARD_ESP32
#define SM_ADC SM_ADC_ADS131M04
#define SM_CHANNELS 4
#define SM_RATE_MHZ 1000000UL /* rows per second, in thousandths */
#define SM_ADC_BITS 24
#define SM_ADC_GAIN 128
/* By the data sheets, where no calibration is stored; see "On-device COP" in PROTOCOL.md. */
#define SM_NOMINAL_GAIN {7354987, 7354987, 7354987, 7354987} /* mN per 2^24 counts */
#define SM_CELL_X_UM {-210000, 210000, -210000, 210000}
#define SM_CELL_Y_UM {160000, 160000, -160000, -160000}
#define SM_PIN_SCLK 18
#define SM_PIN_MISO 19
#define SM_PIN_MOSI 23
#define SM_PIN_CS 21
#define SM_PIN_DRDY 22
#define SM_PIN_RESET 25
#define SM_CLKIN_HZ 8192000UL

#endif
