/* SPDX-License-Identifier: Apache-2.0 */
#include "sm_records.h"
#include "sm_bytes.h"
#include "sm_frame.h"
#include <string.h>

_Static_assert((int)SM_INFO_MAX <= (int)SM_PAYLOAD_MAX, "INFO does not fit a frame");
_Static_assert((int)SM_SAMPLE_BYTES <= (int)SM_PAYLOAD_MAX, "SAMPLE does not fit a frame");
_Static_assert((int)SM_CALIBRATION_RECORD_BYTES <= (int)SM_PAYLOAD_MAX, "CALIBRATION does not fit");
_Static_assert(SM_SELF_TEST_BYTES(SM_CELLS) <= SM_PAYLOAD_MAX, "SELF_TEST does not fit a frame");
#ifdef __AVR__
/* The Uno's transmit buffer holds 63 bytes: a longer frame could never be sent without waiting. */
_Static_assert(SM_WIRE_MAX <= 63, "a frame does not fit the Uno's transmit buffer");
#endif

uint8_t sm_pack_info(const sm_info_t *info, uint8_t payload[SM_INFO_MAX]) {
    uint8_t *p = sm_put_u8(payload, SM_PROTOCOL_MAJOR);
    p = sm_put_u8(p, SM_PROTOCOL_MINOR);
    for (uint8_t i = 0; i < 3; i++) p = sm_put_u8(p, info->firmware[i]);
    p = sm_put_u8(p, info->kind);
    p = sm_put_u8(p, info->board);
    p = sm_put_u8(p, info->adc);
    p = sm_put_u8(p, info->channels);
    p = sm_put_u8(p, info->bits);
    p = sm_put_u16(p, info->gain);
    p = sm_put_u32(p, info->rate_mhz);
    p = sm_put_u16(p, info->boot_id);
    p = sm_put_u8(p, info->reset_cause);
    p = sm_put_u32(p, info->geometry_hash);
    size_t length = strlen(info->id);
    if (length > SM_ID_MAX) length = SM_ID_MAX;
    p = sm_put_u8(p, (uint8_t)length);
    memcpy(p, info->id, length);
    p = sm_put_u16(p + length, info->calibration);
    p = sm_put_u16(p, info->features);
    p = sm_put_u8(p, info->accel_g);
    p = sm_put_u16(p, info->gyro_dps);
    p = sm_put_u8(p, info->side);
    return (uint8_t)(p - payload);
}

uint8_t sm_pack_sample(const sm_sample_t *sample, uint8_t payload[SM_SAMPLE_BYTES]) {
    uint8_t *p = sm_put_u32(payload, sample->index);
    p = sm_put_u32(p, sample->t_us);
    p = sm_put_u16(p, sample->boot_id);
    p = sm_put_u8(p, sample->flags);
    for (uint8_t c = 0; c < SM_CELLS; c++) p = sm_put_i24(p, sample->counts[c]);
    for (uint8_t c = 0; c < SM_CELLS; c++) p = sm_put_u16(p, sample->age[c]);
    for (uint8_t c = 0; c < SM_CELLS; c++) p = sm_put_u8(p, sample->conversion[c]);
    return (uint8_t)(p - payload);
}

uint8_t sm_pack_cop(const sm_cop_t *cop, uint8_t payload[SM_COP_BYTES]) {
    uint8_t *p = sm_put_u32(payload, cop->index);
    p = sm_put_u32(p, cop->t_us);
    p = sm_put_u16(p, cop->boot_id);
    p = sm_put_u8(p, cop->flags);
    p = sm_put_u32(p, (uint32_t)cop->x_um);
    p = sm_put_u32(p, (uint32_t)cop->y_um);
    p = sm_put_u32(p, (uint32_t)cop->fz_mn);
    p = sm_put_u16(p, cop->calibration);
    return (uint8_t)(p - payload);
}

uint8_t sm_pack_ack(uint16_t command_seq, uint8_t command, uint8_t status,
                    uint8_t payload[SM_ACK_BYTES]) {
    return (uint8_t)(sm_put_u8(sm_put_u8(sm_put_u16(payload, command_seq), command), status) -
                     payload);
}

uint8_t sm_pack_time(uint16_t command_seq, uint32_t received_us, uint32_t sent_us,
                     uint8_t payload[SM_TIME_BYTES]) {
    uint8_t *p = sm_put_u16(payload, command_seq);
    return (uint8_t)(sm_put_u32(sm_put_u32(p, received_us), sent_us) - payload);
}

uint8_t sm_pack_event(uint32_t t_us, uint8_t code, uint16_t argument,
                      uint8_t payload[SM_EVENT_BYTES]) {
    return (uint8_t)(sm_put_u16(sm_put_u8(sm_put_u32(payload, t_us), code), argument) - payload);
}

uint8_t sm_pack_calibration(const sm_calibration_t *calibration,
                            uint8_t bytes[SM_CALIBRATION_BYTES]) {
    uint8_t *p = sm_put_u32(bytes, calibration->taken_s);
    for (uint8_t c = 0; c < SM_CELLS; c++) {
        p = sm_put_u32(p, (uint32_t)calibration->cell[c].gain);
        p = sm_put_u32(p, (uint32_t)calibration->cell[c].x_um);
        p = sm_put_u32(p, (uint32_t)calibration->cell[c].y_um);
    }
    return (uint8_t)(p - bytes);
}

void sm_unpack_calibration(const uint8_t bytes[SM_CALIBRATION_BYTES],
                           sm_calibration_t *calibration) {
    const uint8_t *p = bytes + 4;
    calibration->taken_s = sm_get_u32(bytes);
    for (uint8_t c = 0; c < SM_CELLS; c++, p += 12) {
        calibration->cell[c].gain = (int32_t)sm_get_u32(p);
        calibration->cell[c].x_um = (int32_t)sm_get_u32(p + 4);
        calibration->cell[c].y_um = (int32_t)sm_get_u32(p + 8);
    }
}

uint8_t sm_pack_calibration_record(uint32_t counter, const sm_calibration_t *calibration,
                                   uint8_t payload[SM_CALIBRATION_RECORD_BYTES]) {
    uint8_t *const bytes = sm_put_u32(payload, counter);
    return (uint8_t)(bytes + sm_pack_calibration(calibration, bytes) - payload);
}

uint8_t sm_pack_self_test(uint16_t command_seq, uint8_t channels, const sm_test_result_t *results,
                          uint8_t *payload) {
    uint8_t *p = sm_put_u8(sm_put_u16(payload, command_seq), channels);
    for (uint8_t c = 0; c < channels; c++) {
        p = sm_put_u8(p, results[c].status);
        p = sm_put_i24(p, results[c].mean);
        p = sm_put_u16(p, results[c].spread);
    }
    return (uint8_t)(p - payload);
}

uint8_t sm_pack_log_run(const sm_log_run_t *run, uint8_t payload[SM_LOG_RUN_BYTES]) {
    uint8_t *p = sm_put_u32(payload, run->epoch);
    p = sm_put_u16(p, run->run);
    p = sm_put_u32(p, run->blocks);
    p = sm_put_u32(p, run->utc_s);
    p = sm_put_u8(p, run->state);
    return (uint8_t)(p - payload);
}
