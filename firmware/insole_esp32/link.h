/* SPDX-License-Identifier: Apache-2.0 */
/* One way to a host. Both ways take the same commands and give the same records. */
#pragma once
#include <sm_bytes.h>
#include <sm_frame.h>
#include <sm_insole.h>
#include <sm_records.h>

class Link {
public:
    bool streaming = false;
    sm_insole_batch_t batch = {};

    virtual ~Link() = default;

    /* The next command that has come; `frame` is good until the next call. */
    virtual bool next_command(sm_frame_t &frame, uint32_t &received_us) = 0;
    /* Somebody takes records of this type. */
    virtual bool listening(uint8_t type) const = 0;
    /* The longest payload of such a record. */
    virtual uint16_t room(uint8_t type) const = 0;
    /* True once when the host is another one, or gone. */
    virtual bool host_changed() { return false; }

    /* What has to wait is lost, and counted: live data is worth nothing later. */
    bool send(uint8_t type, const uint8_t *payload, uint16_t length) {
        if (!listening(type)) return false;
        if (offer(type, payload, length)) return true;
        seq_++;
        not_sent_++;
        return false;
    }

    /* False leaves no trace: the caller comes again. */
    bool offer(uint8_t type, const uint8_t *payload, uint16_t length) {
        if (!listening(type) || length > room(type) || !put(type, seq_, payload, length))
            return false;
        seq_++;
        return true;
    }

    void send_event(uint32_t t_us, uint8_t code, uint16_t argument) {
        uint8_t payload[SM_EVENT_BYTES];
        send(SM_EVENT, payload, sm_pack_event(t_us, code, argument, payload));
    }

    void report_not_sent(uint32_t t_us) {
        if (!not_sent_) return;
        uint8_t payload[SM_EVENT_BYTES];
        const uint16_t count = not_sent_;
        const uint8_t length = sm_pack_event(t_us, SM_EVENT_FRAMES_DROPPED, count, payload);
        if (offer(SM_EVENT, payload, length)) not_sent_ = 0;
    }

protected:
    /* False when there is no room now. */
    virtual bool put(uint8_t type, uint16_t seq, const uint8_t *payload, uint16_t length) = 0;

private:
    uint16_t seq_ = 0, not_sent_ = 0;
};
