/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H
#define SM_DEVICE_ID "plate-hx711-uno"
#define SM_GEOMETRY_HASH 0x8266DB2FUL
#define SM_CHANNELS 4
#define SM_RATE_MHZ 80000UL
#define SM_ADC_BITS 24
#define SM_ADC_GAIN 128
#define SM_DOUT_FIRST_BIT 2
#define SM_SCK_FIRST_BIT 0
#endif
