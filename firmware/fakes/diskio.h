/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "fake_card.h"
typedef unsigned char DSTATUS;
#define STA_NOINIT 0x01
inline DSTATUS disk_initialize(unsigned char) { return fake::card.present ? 0 : STA_NOINIT; }
