/* SPDX-License-Identifier: Apache-2.0 */
/* The records a plate sends, byte for byte as in PROTOCOL.md. */
#ifndef SM_RECORDS_H
#define SM_RECORDS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_PROTOCOL_MAJOR = 1, SM_PROTOCOL_MINOR = 0 };
enum { SM_CELLS = 4 };

enum {
    SM_INFO = 0x01,
    SM_ACK = 0x02,
    SM_TIME = 0x03,
    SM_EVENT = 0x04,
    SM_SAMPLE = 0x10,
    SM_COMMAND_INFO = 0x81,
    SM_COMMAND_START = 0x82,
    SM_COMMAND_STOP = 0x83,
    SM_COMMAND_TIME = 0x84
};

enum { SM_KIND_PLATE = 1, SM_BOARD_UNO = 1, SM_ADC_HX711 = 1 };
enum { SM_STATUS_DONE = 0, SM_STATUS_UNKNOWN = 1, SM_STATUS_BAD_ARGUMENT = 2 };
enum {
    SM_EVENT_SILENT = 1,
    SM_EVENT_BACK = 2,
    SM_EVENT_FRAMES_DROPPED = 3,
    SM_EVENT_READOUT_DROPPED = 4
};

typedef struct {
    uint8_t firmware[3]; /* major, minor, patch */
    uint8_t kind, board, adc, channels, bits;
    uint16_t gain;
    uint32_t rate_mhz; /* thousandths of a conversion per second */
    uint16_t boot_id;
    uint8_t reset_cause;
    uint32_t geometry_hash;
    const char *id; /* at most SM_ID_MAX characters are sent */
} sm_info_t;
enum { SM_ID_MAX = 32, SM_INFO_MAX = 24 + SM_ID_MAX };

typedef struct {
    uint32_t index;
    uint32_t t_us; /* of the newest conversion in the row */
    uint16_t boot_id;
    uint8_t flags; /* bit c: at an end of its range; bit 4 + c: silent */
    int32_t counts[SM_CELLS];
    uint16_t age[SM_CELLS]; /* before t_us, in SM_AGE_UNIT_US, saturating */
    uint8_t conversion[SM_CELLS];
} sm_sample_t;
enum { SM_AGE_UNIT_US = 4, SM_SAMPLE_BYTES = 11 + 6 * SM_CELLS };

enum { SM_ACK_BYTES = 4, SM_TIME_BYTES = 10, SM_EVENT_BYTES = 7 };

/* Each writes a payload and returns its length. */
uint8_t sm_pack_info(const sm_info_t *info, uint8_t payload[SM_INFO_MAX]);
uint8_t sm_pack_sample(const sm_sample_t *sample, uint8_t payload[SM_SAMPLE_BYTES]);
uint8_t sm_pack_ack(uint16_t command_seq, uint8_t command, uint8_t status,
                    uint8_t payload[SM_ACK_BYTES]);
uint8_t sm_pack_time(uint16_t command_seq, uint32_t received_us, uint32_t sent_us,
                     uint8_t payload[SM_TIME_BYTES]);
uint8_t sm_pack_event(uint32_t t_us, uint8_t code, uint16_t argument,
                      uint8_t payload[SM_EVENT_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
