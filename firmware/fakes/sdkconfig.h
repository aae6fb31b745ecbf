/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#ifndef FAKE_BROWNOUT_DETECTOR_OFF
#define CONFIG_ESP_BROWNOUT_DET 1
#endif
