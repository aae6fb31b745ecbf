/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "live.h"
#include "faults.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <poll.h>
#include <unistd.h>

static int listener = -1, input = -1;
static const char *socket_path;
static char line[256];
static size_t length;

static int listen_on(const struct sockaddr *address, socklen_t size) {
    const int fd = socket(address->sa_family, SOCK_STREAM, 0);
    const int yes = 1;
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, address, size) != 0 || listen(fd, 1) != 0) {
        perror("live");
        return -1;
    }
    return fd;
}

bool live_open(const char *where) {
    if (!where) return true;
    if (strcmp(where, "-") == 0) {
        input = STDIN_FILENO;
        return true;
    }
    if (where[0] == ':') {
        const struct sockaddr_in address = {.sin_family = AF_INET,
                                            .sin_port = htons((uint16_t)atoi(where + 1)),
                                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        listener = listen_on((const struct sockaddr *)&address, sizeof address);
        return listener >= 0;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(where) >= sizeof address.sun_path) {
        fprintf(stderr, "%s: too long for a socket's path\n", where);
        return false;
    }
    strcpy(address.sun_path, where);
    unlink(where);
    listener = listen_on((const struct sockaddr *)&address, sizeof address);
    if (listener >= 0) socket_path = where;
    return listener >= 0;
}

void live_close(void) {
    if (socket_path) unlink(socket_path);
}

static bool something_came(int fd) {
    struct pollfd look = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&look, 1, 0) > 0;
}

static void obey_line(void) {
    const bool known = fault_now(line);
    const char *const answer = known ? "done\n" : "not understood\n";
    if (!known) fprintf(stderr, "not understood: %s\n", line);
    if (listener >= 0) send(input, answer, strlen(answer), MSG_NOSIGNAL);
}

static void hang_up(void) {
    if (listener >= 0) close(input);
    input = -1;
    length = 0;
}

void live_obey(void) {
    if (input < 0 && something_came(listener)) input = accept(listener, NULL, NULL);
    while (something_came(input)) {
        char c;
        if (read(input, &c, 1) != 1) {
            hang_up();
        } else if (c != '\n') {
            if (length < sizeof line - 1) line[length++] = c;
        } else {
            line[length] = 0;
            length = 0;
            obey_line();
        }
    }
}
