/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "sm_crc16.h"

static uint8_t payload[SM_SELF_TEST_BYTES(18)];

static void expect(const vector_t *vector, uint8_t length) {
    about(vector->name);
    CHECK(length == vector->length, "length");
    CHECK(differs_from_flash(payload, vector->payload, vector->length) == 0, "bytes");
}

static void info_is_packed(void) {
    for (size_t i = 0; i < COUNT(INFOS); i++) {
        infos_t is;
        LOAD(is, INFOS, i);
        is.info.id = is.id;
        expect(&is.vector, sm_pack_info(&is.info, payload));
    }
}

static void an_id_beyond_the_longest_is_cut(void) {
    const sm_info_t info = {.id = "1234567890123456789012345"};
    CHECK(sm_pack_info(&info, payload) == SM_INFO_MAX, "length of the record");
    CHECK(payload[23] == 24 && payload[24 + 23] == '4' && payload[24 + 24] == 0, "of the id");
}

static void answers_are_packed(void) {
    for (size_t i = 0; i < COUNT(ACKS); i++) {
        acks_t is;
        LOAD(is, ACKS, i);
        expect(&is.vector, sm_pack_ack(is.command_seq, is.command, is.status, payload));
    }
    for (size_t i = 0; i < COUNT(TIMES); i++) {
        times_t is;
        LOAD(is, TIMES, i);
        expect(&is.vector, sm_pack_time(is.command_seq, is.received_us, is.sent_us, payload));
    }
    for (size_t i = 0; i < COUNT(EVENTS); i++) {
        events_t is;
        LOAD(is, EVENTS, i);
        expect(&is.vector, sm_pack_event(is.t_us, is.code, is.argument, payload));
    }
    for (size_t i = 0; i < COUNT(LOG_RUNS); i++) {
        log_runs_t is;
        LOAD(is, LOG_RUNS, i);
        expect(&is.vector, sm_pack_log_run(&is.run, payload));
    }
}

static void a_calibration_is_packed_and_unpacked(void) {
    for (size_t i = 0; i < COUNT(CALIBRATIONS); i++) {
        calibrations_t is;
        sm_calibration_t again;
        LOAD(is, CALIBRATIONS, i);
        expect(&is.vector, sm_pack_calibration_record(is.counter, &is.calibration, payload));
        sm_unpack_calibration(payload + 4, &again);
        CHECK(memcmp(&again, &is.calibration, sizeof again) == 0, "unpacked");
        CHECK(sm_pack_calibration(&again, payload) == SM_CALIBRATION_BYTES, "length of its bytes");
        CHECK(sm_crc16(payload, SM_CALIBRATION_BYTES) == is.crc, "their CRC");
    }
}

static void self_tests_are_packed(void) {
    for (size_t i = 0; i < COUNT(SELF_TESTS); i++) {
        self_tests_t is;
        sm_test_result_t results[18];
        LOAD(is, SELF_TESTS, i);
        copy_of_flash(results, is.results, is.channels * sizeof results[0]);
        expect(&is.vector, sm_pack_self_test(is.command_seq, is.channels, results, payload));
    }
}

static void samples_and_cop_are_packed(void) {
    for (size_t i = 0; i < COUNT(SAMPLES); i++) {
        samples_t is;
        LOAD(is, SAMPLES, i);
        expect(&is.vector, sm_pack_sample(&is.sample, payload));
    }
    for (size_t i = 0; i < COUNT(COPS); i++) {
        cops_t is;
        LOAD(is, COPS, i);
        expect(&is.vector, sm_pack_cop(&is.cop, payload));
    }
}

void test_records(void) {
    info_is_packed();
    answers_are_packed();
    a_calibration_is_packed_and_unpacked();
    self_tests_are_packed();
    samples_and_cop_are_packed();
    about(NULL);
    an_id_beyond_the_longest_is_cut();
}
