/* SPDX-License-Identifier: Apache-2.0 */
#include "slots.h"

/* A memory whose power can go, and whose cells can be broken. */
enum { SIZE = SM_SLOTS_BYTES(SM_SLOT_PAYLOAD_MAX) };
static struct {
    uint8_t cells[SIZE];
    uint16_t power;  /* bytes that can still be written; then every write fails */
    uint8_t garbled; /* what the byte becomes at which power goes */
    bool unreadable, unwritable, weak; /* weak: the last byte of a write stays as it was */
    uint16_t writes, written; /* written: bytes */
} memory;

static bool read(void *context, uint16_t at, uint8_t *bytes, uint8_t length) {
    (void)context;
    if (memory.unreadable || at + length > SIZE) return false;
    memcpy(bytes, memory.cells + at, length);
    return true;
}

static bool write(void *context, uint16_t at, const uint8_t *bytes, uint8_t length) {
    (void)context;
    if (memory.unwritable || at + length > SIZE) return false;
    memory.writes++;
    for (uint8_t i = 0; i < length; i++) {
        if (memory.cells[at + i] == bytes[i]) continue;
        if (memory.power == 0) {
            memory.cells[at + i] = memory.garbled;
            return false;
        }
        memory.power--;
        memory.written++;
        if (!memory.weak || i + 1 < length) memory.cells[at + i] = bytes[i];
    }
    return true;
}

static const sm_memory_t access = {read, write, NULL, false};
static const sm_slots_t slots = {&access, 0, 1, 4};
enum { SLOT = SM_SLOT_OVERHEAD + 4 };
static const uint8_t first[] = "1st!", second[] = "2nd!", third[] = "3rd!";

static void fresh(void) {
    memset(&memory, 0, sizeof memory);
    memset(memory.cells, 0xFF, sizeof memory.cells);
    memory.power = UINT16_MAX;
}

static bool holds(sm_slots_outcome_t outcome, uint32_t counter, const uint8_t *expected) {
    uint8_t payload[4] = "none";
    uint32_t found = 99;
    return sm_slots_load(&slots, payload, &found) == outcome && found == counter &&
           memcmp(payload, expected, sizeof payload) == 0;
}
#define NONE ((const uint8_t *)"none")

static void images_are_read_as_the_vectors_are(void) {
    for (size_t i = 0; i < COUNT(IMAGES); i++) {
        images_t is;
        LOAD(is, IMAGES, i);
        about(is.vector.name);
        fresh();
        copy_of_flash(memory.cells + 3, is.image, is.size);
        const sm_slots_t at_3 = {&access, 3, is.version, is.slot_payload};
        uint8_t payload[SM_SLOT_PAYLOAD_MAX];
        uint32_t counter = 99;
        CHECK(sm_slots_load(&at_3, payload, &counter) == is.outcome, "outcome");
        CHECK(counter == is.counter, "counter");
        CHECK(differs_from_flash(payload, is.vector.payload, is.vector.length) == 0, "payload");
    }
}

static void records_are_written_as_the_vectors_are(void) {
    for (size_t i = 0; i < COUNT(IMAGES); i++) {
        images_t is;
        LOAD(is, IMAGES, i);
        uint8_t b;
        LOAD(b, is.image, is.size / 2);
        if (is.outcome != SM_SLOTS_SOUND || is.counter != 1 || b != 0xFF) continue;
        about(is.vector.name);
        fresh();
        uint8_t payload[SM_SLOT_PAYLOAD_MAX];
        copy_of_flash(payload, is.vector.payload, is.vector.length);
        const sm_slots_t own = {&access, 0, is.version, is.slot_payload};
        CHECK(sm_slots_save(&own, payload), "written");
        CHECK(differs_from_flash(memory.cells, is.image, is.size) == 0, "bytes");
    }
}

static void slots_are_written_in_turn(void) {
    fresh();
    CHECK(sm_slots_save(&slots, first) && holds(SM_SLOTS_SOUND, 1, first), "first");
    CHECK(memory.cells[SLOT] == 0xFF, "in A");
    CHECK(sm_slots_save(&slots, second) && holds(SM_SLOTS_SOUND, 2, second), "second");
    CHECK(memcmp(memory.cells + 7, first, 4) == 0, "in B, and A stays");
    CHECK(sm_slots_save(&slots, third) && holds(SM_SLOTS_SOUND, 3, third), "third");
    CHECK(memcmp(memory.cells + 7, third, 4) == 0, "in A again");
}

static void the_same_bytes_are_not_written_again(void) {
    fresh();
    sm_slots_save(&slots, first);
    sm_slots_save(&slots, second);
    memory.written = 0;
    CHECK(sm_slots_save(&slots, second), "done");
    CHECK(memory.written == 0 && holds(SM_SLOTS_SOUND, 2, second), "without a write");
    CHECK(sm_slots_save(&slots, first), "those of the older are");
    CHECK(memory.written == 1 + 1 + 2 + 1, "of which magic, counter, CRC and magic differ");
}

static void the_counter_wraps_past_zero(void) {
    fresh();
    for (size_t i = 0; i < COUNT(IMAGES); i++) {
        images_t is;
        LOAD(is, IMAGES, i);
        if (is.counter == UINT32_MAX) copy_of_flash(memory.cells, is.image, is.size);
    }
    CHECK(sm_slots_save(&slots, first) && holds(SM_SLOTS_SOUND, 1, first), "to 1");
    CHECK(sm_slots_save(&slots, second) && holds(SM_SLOTS_SOUND, 2, second), "and on");
}

/* A memory of `before` records; the newest. */
static const uint8_t *fresh_after(uint8_t before) {
    static const uint8_t *const records[] = {first, second, third};
    fresh();
    for (uint8_t i = 0; i < before; i++) sm_slots_save(&slots, records[i]);
    return before ? records[before - 1] : NONE;
}

/* The save whose power goes at byte `cut` of all that it writes. */
static bool cut_off_save(const uint8_t *payload, uint16_t cut, uint8_t garbled) {
    memory.power = cut;
    memory.garbled = garbled;
    const bool saved = sm_slots_save(&slots, payload);
    memory.power = UINT16_MAX;
    return saved;
}

/* Each byte in turn, left as anything. */
static void cut_off_everywhere(uint8_t before, const uint8_t *newer) {
    const uint8_t *const older = fresh_after(before);
    const sm_slots_outcome_t unharmed = before ? SM_SLOTS_SOUND : SM_SLOTS_EMPTY;
    const uint8_t magic = memory.cells[before % 2 * SLOT];
    memory.written = 0;
    CHECK(sm_slots_save(&slots, newer), "written");
    const uint16_t last = (uint16_t)(memory.written - 1);
    for (uint16_t cut = 0; cut <= last; cut++) {
        bool well = true;
        for (uint16_t garbled = 0; garbled <= UINT8_MAX; garbled++) {
            fresh_after(before);
            const bool nothing = cut == 0 && garbled == magic, all = cut == last && garbled == 'S';
            const bool saved = cut_off_save(newer, cut, (uint8_t)garbled);
            const bool left = all ? holds(SM_SLOTS_SOUND, before + 1u, newer)
                                  : holds(nothing ? unharmed : SM_SLOTS_DAMAGED, before, older);
            const bool again = sm_slots_save(&slots, newer);
            well = well && !saved && left && again && holds(SM_SLOTS_SOUND, before + 1u, newer);
        }
        CHECK(well, "the older stays, or all of the newer stands; the next try is written");
    }
}

static void a_write_that_is_cut_off_at_any_byte_leaves_the_older_record_or_the_newer(void) {
    for (uint8_t before = 0; before <= 3; before++)
        cut_off_everywhere(before, (const uint8_t *)"new!");
}

static void a_torn_record_with_a_sound_crc_is_not_taken_for_one(void) {
    /* As record 3, "lsl" and what is left of "1st!" have the CRC of "1st!" as record 1. */
    static const uint8_t newer[] = "lsl?";
    fresh_after(2);
    memory.cells[2] = 3;
    memcpy(memory.cells + 7, newer, 3);
    CHECK(holds(SM_SLOTS_SOUND, 3, (const uint8_t *)"lsl!"), "by its CRC it would be one");
    cut_off_everywhere(2, newer);
}

/* The next try is cut off too, a byte further each time: the first record outlives them all. */
static void power_that_goes_again_and_again_leaves_the_older_record(void) {
    fresh_after(1);
    for (uint8_t i = 0; i < SLOT - 1; i++) {
        CHECK(!cut_off_save(second, 1, (uint8_t)(i * 37 + 1)), "not written");
        CHECK(holds(SM_SLOTS_DAMAGED, 1, first), "the older stays");
    }
    CHECK(sm_slots_save(&slots, second) && holds(SM_SLOTS_SOUND, 2, second), "the last is written");
}

static void a_memory_that_writes_all_or_nothing_is_written_once(void) {
    static const sm_memory_t whole = {read, write, NULL, true};
    const sm_slots_t in_whole = {&whole, 0, 1, 4};
    fresh();
    CHECK(sm_slots_save(&in_whole, first) && memory.writes == 1, "once");
    CHECK(sm_slots_save(&slots, second) && memory.writes == 3, "others are written twice");
    CHECK(holds(SM_SLOTS_SOUND, 2, second), "and all are read alike");
}

static void a_damaged_slot_is_the_next_to_be_written(void) {
    for (uint8_t damaged = 0; damaged < 2; damaged++) {
        fresh();
        sm_slots_save(&slots, first);
        sm_slots_save(&slots, second);
        memory.cells[damaged * SLOT + 8] ^= 1;
        const uint8_t *const left = damaged ? first : second;
        CHECK(holds(SM_SLOTS_DAMAGED, damaged ? 1 : 2, left), "the other is in use");
        CHECK(sm_slots_save(&slots, third), "written");
        CHECK(holds(SM_SLOTS_SOUND, damaged ? 2 : 3, third), "both are sound");
        CHECK(memcmp(memory.cells + (damaged ? 0 : SLOT) + 7, left, 4) == 0, "the other stays");
    }
}

static void when_both_are_damaged_there_is_none(void) {
    fresh();
    sm_slots_save(&slots, first);
    sm_slots_save(&slots, second);
    memory.cells[2] ^= 0x40;
    memory.cells[SLOT + SLOT - 1] ^= 0x40;
    CHECK(holds(SM_SLOTS_DAMAGED, 0, NONE), "none");
    CHECK(sm_slots_save(&slots, third) && holds(SM_SLOTS_DAMAGED, 1, third), "the first again");
    CHECK(sm_slots_save(&slots, first) && holds(SM_SLOTS_SOUND, 2, first), "and the second");
}

static void a_memory_that_fails_is_told(void) {
    fresh();
    memory.unwritable = true;
    CHECK(!sm_slots_save(&slots, first), "cannot be written");
    memory.unwritable = false;
    memory.weak = true;
    CHECK(!sm_slots_save(&slots, first), "reads back other than written");
    memory.weak = false;
    memory.unreadable = true;
    CHECK(!sm_slots_save(&slots, first) && holds(SM_SLOTS_DAMAGED, 0, NONE), "cannot be read");
    const sm_slots_t beyond = {&access, SIZE - SLOT, 1, 4};
    uint32_t counter;
    uint8_t payload[4];
    memory.unreadable = false;
    CHECK(!sm_slots_save(&beyond, first) || !sm_slots_save(&beyond, second), "has no room for B");
    CHECK(sm_slots_load(&beyond, payload, &counter) == SM_SLOTS_DAMAGED, "which is told");
}

/* Its length says that it goes on past the end of the memory. */
static void a_slot_that_would_be_longer_than_the_memory_is_damaged(void) {
    static const uint8_t longer[] = {'S', 2, 1, 0, 0, 0, 5};
    const sm_slots_t last = {&access, SIZE - 2 * SLOT, 1, 4};
    uint8_t payload[4];
    uint32_t counter;
    fresh();
    memcpy(memory.cells + SIZE - SLOT, longer, sizeof longer);
    CHECK(sm_slots_load(&last, payload, &counter) == SM_SLOTS_DAMAGED && counter == 0, "damaged");
    CHECK(sm_slots_save(&last, first) && sm_slots_save(&last, second), "and written again");
    CHECK(sm_slots_load(&last, payload, &counter) == SM_SLOTS_SOUND && counter == 2, "sound");
}

void test_slots(void) {
    images_are_read_as_the_vectors_are();
    records_are_written_as_the_vectors_are();
    about(NULL);
    slots_are_written_in_turn();
    the_same_bytes_are_not_written_again();
    the_counter_wraps_past_zero();
    a_write_that_is_cut_off_at_any_byte_leaves_the_older_record_or_the_newer();
    a_torn_record_with_a_sound_crc_is_not_taken_for_one();
    power_that_goes_again_and_again_leaves_the_older_record();
    a_memory_that_writes_all_or_nothing_is_written_once();
    a_damaged_slot_is_the_next_to_be_written();
    when_both_are_damaged_there_is_none();
    a_memory_that_fails_is_told();
    a_slot_that_would_be_longer_than_the_memory_is_damaged();
}
