/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from hardware/plate/device.toml; edit that file, then run: make hardware
 *
 *   0 FL: DOUT D2, SCK D8, at (-210, 160) mm
 *   1 FR: DOUT D3, SCK D9, at (210, 160) mm
 *   2 RL: DOUT D4, SCK D10, at (-210, -160) mm
 *   3 RR: DOUT D5, SCK D11, at (210, -160) mm */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H

#define SM_DEVICE_ID "plate-hx711-uno"
#define SM_GEOMETRY_HASH 0x8266DB2FUL
#define SM_BOARD SM_BOARD_UNO
#define SM_ADC SM_ADC_HX711
#define SM_CHANNELS 4
#define SM_RATE_MHZ 80000UL /* rows per second, in thousandths */
#define SM_ADC_BITS 24
#define SM_ADC_GAIN 128
/* By the data sheets, where no calibration is stored; see "On-device COP" in PROTOCOL.md. */
#define SM_NOMINAL_GAIN {3830723, 3830723, 3830723, 3830723} /* mN per 2^24 counts */
#define SM_CELL_X_UM {-210000, 210000, -210000, 210000}
#define SM_CELL_Y_UM {160000, 160000, -160000, -160000}
#define SM_DOUT_FIRST_BIT 2 /* of port D, channel 0 */
#define SM_SCK_FIRST_BIT 0 /* of port B, channel 0 */

#endif
