/* SPDX-License-Identifier: Apache-2.0 */
/* The records a device sends, byte for byte as in PROTOCOL.md. */
#ifndef SM_RECORDS_H
#define SM_RECORDS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { SM_PROTOCOL_MAJOR = 1, SM_PROTOCOL_MINOR = 0 };
enum { SM_CELLS = 4 }; /* load cells of a plate */

enum {
    SM_INFO = 0x01,
    SM_ACK = 0x02,
    SM_TIME = 0x03,
    SM_EVENT = 0x04,
    SM_CALIBRATION = 0x05,
    SM_SELF_TEST = 0x06,
    SM_SAMPLE = 0x10,
    SM_SAMPLES = 0x11,
    SM_COP = 0x12,
    SM_ROWS = 0x13,
    SM_LOG_RUN = 0x20,
    SM_LOG_DATA = 0x21,
    SM_COMMAND_INFO = 0x81,
    SM_COMMAND_START = 0x82,
    SM_COMMAND_STOP = 0x83,
    SM_COMMAND_TIME = 0x84,
    SM_COMMAND_TARE = 0x85,
    SM_COMMAND_CAL_READ = 0x86,
    SM_COMMAND_CAL_WRITE = 0x87,
    SM_COMMAND_RATE = 0x88,
    SM_COMMAND_SELF_TEST = 0x89,
    SM_COMMAND_LOG_LIST = 0x8A,
    SM_COMMAND_LOG_READ = 0x8B,
    SM_COMMAND_LOG_ERASE = 0x8C,
    SM_COMMAND_LOG_START = 0x8D,
    SM_COMMAND_LOG_STOP = 0x8E,
    SM_COMMAND_SIDE = 0x8F
};

enum { SM_KIND_PLATE = 1, SM_KIND_INSOLE = 2 };
enum { SM_BOARD_UNO = 1, SM_BOARD_ESP32 = 2, SM_BOARD_ESP32_S3 = 3 };
enum { SM_ADC_HX711 = 1, SM_ADC_ADS131M04 = 2, SM_ADC_ESP32 = 3 };
enum {
    SM_RESET_POWER_ON = 1,
    SM_RESET_EXTERNAL = 2,
    SM_RESET_BROWN_OUT = 4,
    SM_RESET_WATCHDOG = 8,
    SM_RESET_PROGRAM = 16,
    SM_RESET_CRASH = 32
};
enum {
    SM_FEATURE_COP = 1,
    SM_FEATURE_RATE = 2,
    SM_FEATURE_LOG = 4,
    SM_FEATURE_IMU = 8,
    SM_FEATURE_BATTERY = 16,
    SM_FEATURE_BROWN_OUT = 32
};
enum {
    SM_STATUS_DONE = 0,
    SM_STATUS_UNKNOWN = 1,
    SM_STATUS_BAD_ARGUMENT = 2,
    SM_STATUS_MEMORY = 3,
    SM_STATUS_BUSY = 4,
    SM_STATUS_LINK_TOO_SMALL = 5
};
enum {
    SM_EVENT_SILENT = 1,
    SM_EVENT_BACK = 2,
    SM_EVENT_FRAMES_DROPPED = 3,
    SM_EVENT_READOUT_DROPPED = 4,
    SM_EVENT_AT_AN_END = 5,
    SM_EVENT_IN_RANGE = 6,
    SM_EVENT_MEMORY_DAMAGED = 7,
    SM_EVENT_BATTERY_LOW = 8,
    SM_EVENT_LOG_ENDED = 9,
    SM_EVENT_MTU_TOO_SMALL = 10,
    SM_EVENT_GIVEN_UP = 11
};
enum { SM_MEMORY_CALIBRATION = 1, SM_MEMORY_SETTINGS = 2, SM_MEMORY_BOOTS = 3 };
enum { SM_STREAM_SAMPLES = 1, SM_STREAM_COP = 2 };
enum { SM_SIDE_NONE = 0, SM_SIDE_LEFT = 1, SM_SIDE_RIGHT = 2 };

typedef struct {
    uint8_t firmware[3]; /* major, minor, patch */
    uint8_t kind, board, adc, channels, bits;
    uint16_t gain;
    uint32_t rate_mhz; /* thousandths of a row per second */
    uint16_t boot_id;
    uint8_t reset_cause;
    uint32_t geometry_hash;
    const char *id; /* at most SM_ID_MAX characters are sent */
    uint16_t calibration; /* CRC of the stored one's bytes, 0 for none */
    uint16_t features;
    uint8_t accel_g;
    uint16_t gyro_dps;
    uint8_t side;
} sm_info_t;
enum { SM_ID_MAX = 24, SM_INFO_MAX = 32 + SM_ID_MAX };

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

/* What a device knows of its load cells; "On-device COP" in PROTOCOL.md. */
typedef struct {
    uint32_t taken_s; /* Unix time */
    struct {
        int32_t gain;       /* mN per 2^24 counts */
        int32_t x_um, y_um; /* where its force acts */
    } cell[SM_CELLS];
} sm_calibration_t;
enum { SM_CALIBRATION_BYTES = 4 + 12 * SM_CELLS };

enum {
    SM_COP_NO_POSITION = 1,
    SM_COP_AT_AN_END = 2,
    SM_COP_SILENT = 4,
    SM_COP_NOT_TARED = 8,
    SM_COP_NOMINAL = 16
};
typedef struct {
    uint32_t index, t_us;
    uint16_t boot_id;
    uint8_t flags;
    int32_t x_um, y_um, fz_mn;
    uint16_t calibration;
} sm_cop_t;
enum { SM_COP_BYTES = 25 };

enum {
    SM_TEST_WELL = 0,
    SM_TEST_SILENT = 1,
    SM_TEST_AT_AN_END = 2,
    SM_TEST_STUCK = 3,
    SM_TEST_NOT_CONNECTED = 4,
    SM_TEST_NOISY = 5
};
typedef struct {
    uint8_t status;
    int32_t mean;
    uint16_t spread;
} sm_test_result_t;

typedef struct {
    uint32_t epoch;
    uint16_t run;
    uint32_t blocks;
    uint32_t utc_s;
    uint8_t state;
} sm_log_run_t;
enum { SM_LOG_RUN_BEING_WRITTEN = 0, SM_LOG_RUN_ENDED = 1, SM_LOG_RUN_CUT_OFF = 2 };
enum { SM_LOG_RUN_BYTES = 15, SM_LOG_DATA_HEADER = 8 };

enum { SM_ACK_BYTES = 4, SM_TIME_BYTES = 10, SM_EVENT_BYTES = 7 };
enum { SM_CALIBRATION_RECORD_BYTES = 4 + SM_CALIBRATION_BYTES };
#define SM_SELF_TEST_BYTES(channels) (3 + 6 * (channels))

/* Each writes a payload and returns its length. */
uint8_t sm_pack_info(const sm_info_t *info, uint8_t payload[SM_INFO_MAX]);
uint8_t sm_pack_sample(const sm_sample_t *sample, uint8_t payload[SM_SAMPLE_BYTES]);
uint8_t sm_pack_cop(const sm_cop_t *cop, uint8_t payload[SM_COP_BYTES]);
uint8_t sm_pack_ack(uint16_t command_seq, uint8_t command, uint8_t status,
                    uint8_t payload[SM_ACK_BYTES]);
uint8_t sm_pack_time(uint16_t command_seq, uint32_t received_us, uint32_t sent_us,
                     uint8_t payload[SM_TIME_BYTES]);
uint8_t sm_pack_event(uint32_t t_us, uint8_t code, uint16_t argument,
                      uint8_t payload[SM_EVENT_BYTES]);
uint8_t sm_pack_calibration(const sm_calibration_t *calibration,
                            uint8_t bytes[SM_CALIBRATION_BYTES]);
void sm_unpack_calibration(const uint8_t bytes[SM_CALIBRATION_BYTES],
                           sm_calibration_t *calibration);
uint8_t sm_pack_calibration_record(uint32_t counter, const sm_calibration_t *calibration,
                                   uint8_t payload[SM_CALIBRATION_RECORD_BYTES]);
/* `payload` has room for SM_SELF_TEST_BYTES(channels). */
uint8_t sm_pack_self_test(uint16_t command_seq, uint8_t channels, const sm_test_result_t *results,
                          uint8_t *payload);
uint8_t sm_pack_log_run(const sm_log_run_t *run, uint8_t payload[SM_LOG_RUN_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
