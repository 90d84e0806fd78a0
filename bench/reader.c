/* Reads what many members are delivered: one recv() a member and wake-up, no allocation, every event looked at.
 *
 * An event counts when its `seq` follows the one before it. What is no event is handed to Python as it came.
 * Who is sent byte for byte what the member before was sent, and stands where that one stood, got the same events.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, SAMPLES = 1 << 21, READY = 256, STAMP = 20, ENDED = EPOLLRDHUP | EPOLLHUP };
enum { MANY = 64, FEW = 128, NAP = 50000, SLACK = 1000 }; /* members, members, and nanoseconds */

struct tally {
    int64_t count, last, wrong, frame_bytes;
};

struct member {
    struct tally tally;
    int fd, sampled;
    size_t held;
    char *rest; /* of an incomplete frame */
};

struct said {
    uint32_t who, size;
    int64_t at; /* when it was read */
};

/* What somebody was sent: nothing but events in their order, the first of them behind `from`. */
struct batch {
    char *bytes;
    size_t size;
    int64_t from, to, frame_bytes;
};

struct crowd {
    struct member *members;
    struct batch before;
    int64_t *nanoseconds, samples, total;
    char *said; /* a `struct said` and the payload; again and again */
    size_t said_size, said_room;
    int queue, number, sampling;
    char *buffer;
};

struct crowd *crowd_new(int most) {
    struct crowd *crowd = calloc(1, sizeof *crowd);
    crowd->members = calloc((size_t)most, sizeof *crowd->members);
    crowd->nanoseconds = malloc(SAMPLES * sizeof *crowd->nanoseconds);
    crowd->queue = epoll_create1(0);
    crowd->buffer = malloc(BUFFER), crowd->before.bytes = malloc(BUFFER);
    prctl(PR_SET_TIMERSLACK, SLACK);
    return crowd;
}

void crowd_free(struct crowd *crowd) {
    for (int i = 0; i < crowd->number; i++) free(crowd->members[i].rest);
    close(crowd->queue);
    free(crowd->buffer), free(crowd->before.bytes);
    free(crowd->members), free(crowd->nanoseconds), free(crowd->said), free(crowd);
}

static void hold(struct member *member, const char *data, size_t size) {
    if (size) memcpy(member->rest = realloc(member->rest, size), data, size);
    member->held = size;
}

void crowd_add(struct crowd *crowd, int fd, struct tally tally, int sampled, const char *rest, size_t size) {
    struct member *member = &crowd->members[crowd->number];
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.u32 = (uint32_t)crowd->number++};
    member->tally = tally, member->fd = fd, member->sampled = sampled;
    hold(member, rest, size);
    epoll_ctl(crowd->queue, EPOLL_CTL_ADD, fd, &event);
}

int crowd_queue(const struct crowd *crowd) { return crowd->queue; }
int64_t crowd_total(const struct crowd *crowd) { return crowd->total; }
const char *crowd_said(const struct crowd *crowd) { return crowd->said; }
struct tally crowd_tally(const struct crowd *crowd, int who) { return crowd->members[who].tally; }

void crowd_sample(struct crowd *crowd, int sampling) {
    if (sampling) crowd->samples = 0;
    crowd->sampling = sampling;
}

const int64_t *crowd_samples(const struct crowd *crowd, int64_t *number) {
    *number = crowd->samples;
    return crowd->nanoseconds;
}

static void say(struct crowd *crowd, uint32_t who, const char *data, size_t size, int64_t now) {
    struct said head = {who, (uint32_t)size, now};
    size_t end = crowd->said_size + sizeof head + size;
    if (end > crowd->said_room) crowd->said = realloc(crowd->said, crowd->said_room = end * 2);
    memcpy(crowd->said + crowd->said_size, &head, sizeof head);
    memcpy(crowd->said + crowd->said_size + sizeof head, data, size);
    crowd->said_size = end;
}

static int64_t number_after(const char *data, size_t size, const char *name, int digits) {
    const char *found = memmem(data, size, name, strlen(name)), *end = data + size;
    int64_t number = 0;
    if (!found) return -1;
    for (found += strlen(name); digits-- && found < end && *found >= '0' && *found <= '9'; found++)
        number = number * 10 + (*found - '0');
    return number;
}

static int is_sampled(const struct crowd *crowd, const struct member *member) {
    return crowd->sampling && member->sampled && crowd->samples < SAMPLES;
}

static void event(struct crowd *crowd, struct member *member, const char *data, size_t size, int64_t now) {
    int64_t seq = number_after(data, size, "\"seq\":", STAMP);
    if (seq != member->tally.last + 1) member->tally.wrong++;
    member->tally.last = seq;
    member->tally.count++, crowd->total++;
    if (is_sampled(crowd, member)) {
        int64_t sent = number_after(data, size, "\"text\":\"", STAMP);
        if (sent > 0) crowd->nanoseconds[crowd->samples++] = now - sent;
    }
}

/* How much of it was whole frames. */
static size_t take(struct crowd *crowd, uint32_t who, const char *data, size_t size, int64_t now) {
    static const char EVENT[] = "{\"op\":\"ev\",";
    const unsigned char *bytes = (const unsigned char *)data;
    struct member *member = &crowd->members[who];
    size_t at = 0;
    while (size - at >= 2) {
        size_t header = 2, length = bytes[at + 1];
        if (length == 126) header = 4;
        if (length == 127) header = 10;
        if (size - at < header) break;
        if (header > 2) length = 0;
        for (size_t i = 2; i < header; i++) length = length << 8 | bytes[at + i];
        if (size - at - header < length) break;
        if (length >= sizeof EVENT && !memcmp(data + at + header, EVENT, sizeof EVENT - 1)) {
            member->tally.frame_bytes = (int64_t)(header + length);
            event(crowd, member, data + at + header, length, now);
        } else {
            say(crowd, who, data + at + header, length, now);
        }
        at += header + length;
    }
    return at;
}

/* Whether this is what the member before got, who stood where this one stands. */
static int is_same(struct crowd *crowd, struct member *member, size_t size) {
    const struct batch *before = &crowd->before;
    if (size != before->size || member->tally.last != before->from || is_sampled(crowd, member)) return 0;
    if (memcmp(crowd->buffer, before->bytes, size)) return 0;
    member->tally.count += before->to - before->from, crowd->total += before->to - before->from;
    member->tally.last = before->to, member->tally.frame_bytes = before->frame_bytes;
    hold(member, "", 0);
    return 1;
}

/* Keep what was just read, if it was all events, for those who come next. */
static void remember(struct crowd *crowd, const struct tally *was, const struct member *member, size_t size) {
    struct batch *before = &crowd->before;
    char *bytes = before->bytes;
    int64_t events = member->tally.count - was->count;
    before->size = 0;
    if (member->tally.wrong != was->wrong || member->tally.last != was->last + events) return;
    *before = (struct batch){crowd->buffer, size, was->last, member->tally.last, member->tally.frame_bytes};
    crowd->buffer = bytes;
}

/* Whether there may be more, of which epoll would not tell again. */
static int hear(struct crowd *crowd, uint32_t who) {
    struct member *member = &crowd->members[who];
    struct timespec at;
    if (member->held) memcpy(crowd->buffer, member->rest, member->held);
    ssize_t got = recv(member->fd, crowd->buffer + member->held, BUFFER - member->held, MSG_DONTWAIT);
    if (got <= 0) {
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
        epoll_ctl(crowd->queue, EPOLL_CTL_DEL, member->fd, NULL);
        say(crowd, who, "", 0, 0); /* it was closed */
        return 0;
    }
    size_t size = member->held + (size_t)got;
    if (is_same(crowd, member, size)) return size == BUFFER;
    clock_gettime(CLOCK_MONOTONIC, &at);
    struct tally was = member->tally;
    size_t said = crowd->said_size;
    size_t done = take(crowd, who, crowd->buffer, size, at.tv_sec * 1000000000LL + at.tv_nsec);
    hold(member, crowd->buffer + done, size - done);
    if (done == size && said == crowd->said_size) remember(crowd, &was, member, size);
    return size == BUFFER;
}

/* Reads what is there, but not for ever; how many bytes are said that are no events.
 *
 * A server that sends to many members one after the other would have us wake up for each: after few a nap of
 * 50 us lets more come together, which makes what they are late 25 us on average, and the work a third.
 */
size_t crowd_hear(struct crowd *crowd, int rounds) {
    struct epoll_event ready[READY];
    int napped = 0;
    crowd->said_size = 0;
    while (rounds-- > 0) {
        int number = epoll_wait(crowd->queue, ready, READY, 0);
        for (int i = 0; i < number; i++)
            while (hear(crowd, ready[i].data.u32) || ready[i].events & ENDED) ready[i].events &= ~ENDED;
        if (rounds > 0 && number > 0 && number < FEW && crowd->number >= MANY && !napped++)
            nanosleep(&(struct timespec){0, NAP}, NULL);
        else if (number < READY)
            break;
    }
    return crowd->said_size;
}
