/* The send limit: one send() for each message and member, and nothing else.
 *
 * usage: send_loop FRAME_BYTES [JOINED]     prints its port, serves until it is killed
 *
 * A client sends records of RECORD bytes: a number of 8 digits, then a text. Each becomes one WebSocket text
 * frame of FRAME_BYTES, like an event of Talkoot, and is sent to everybody; the sender is told its number back.
 * With JOINED, each record becomes as many frames, sent together: more than anybody can read, to test the reader.
 * There is no HTTP, no handshake, no storage, no check: what any server does comes on top of this.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { RECORD = 256, TEXT = 200, MEMBERS = 65536, BACKLOG = 4096 };

static int members[MEMBERS], count;
static char partial[MEMBERS][RECORD]; /* by descriptor */
static int filled[MEMBERS];
static long seq, joined = 1;

static void deliver(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) return; /* it has left */
            struct pollfd wait = {fd, POLLOUT, 0};
            poll(&wait, 1, 1000);
            continue;
        }
        data += sent;
        size -= (size_t)sent;
    }
}

static size_t frame(char *out, const char *text, size_t size) {
    if (size < 126) {
        out[0] = (char)0x81, out[1] = (char)size;
        memcpy(out + 2, text, size);
        return size + 2;
    }
    out[0] = (char)0x81, out[1] = 126, out[2] = (char)(size >> 8), out[3] = (char)(size & 255);
    memcpy(out + 4, text, size);
    return size + 4;
}

static void say(int fd, const char *text) {
    char out[256];
    deliver(fd, out, frame(out, text, strlen(text)));
}

static void publish(int from, const char *record, size_t size) {
    static char json[65536], out[1 << 20];
    char ack[96], number[9] = "";
    size_t framed = 0;
    for (long i = 0; i < joined && framed + size + 4 < sizeof out; i++) {
        int head = snprintf(json, sizeof json, "{\"op\":\"ev\",\"seq\":%ld,\"text\":\"%.*s\",\"pad\":\"", ++seq,
                            TEXT, record + 8);
        memset(json + head, '.', size - (size_t)head);
        memcpy(json + size - 2, "\"}", 2);
        framed += frame(out + framed, json, size);
    }
    for (int i = 0; i < count; i++) deliver(members[i], out, framed);
    memcpy(number, record, 8);
    snprintf(ack, sizeof ack, "{\"op\":\"ack\",\"seq\":%ld,\"ref\":%ld}", seq, strtol(number, NULL, 10));
    say(from, ack);
}

static void leave(int fd) {
    for (int i = 0; i < count; i++)
        if (members[i] == fd) members[i] = members[--count];
    filled[fd] = 0;
    close(fd);
}

static void enter(int fd, int queue) {
    char hello[64];
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
    members[count++] = fd;
    snprintf(hello, sizeof hello, "{\"op\":\"subd\",\"rooms\":[{\"head\":%ld}]}", seq);
    say(fd, hello);
}

static void hear(int fd, size_t size) {
    ssize_t got = recv(fd, partial[fd] + filled[fd], (size_t)(RECORD - filled[fd]), 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) leave(fd);
        return;
    }
    filled[fd] += (int)got;
    if (filled[fd] == RECORD) {
        filled[fd] = 0;
        publish(fd, partial[fd], size);
    }
}

int main(int argc, char **argv) {
    size_t size = argc > 1 ? (size_t)atoi(argv[1]) : 460;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), queue = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[256];

    if (argc > 2) joined = atol(argv[2]);
    if (size < 320 || size > 60000) return 2;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, BACKLOG)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(queue, ready, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd, guest;
            if (fd != listener)
                hear(fd, size);
            else
                while ((guest = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0 && guest < MEMBERS)
                    enter(guest, queue);
        }
    }
}
