/* A receiver that costs next to nothing: it answers every POST on its ports with 204 and remembers when each came.

     sink TIMES COUNT [MODE]

   Opens COUNT ports on loopback, prints their numbers on one line, and serves until it is sent SIGTERM. Then it writes
   "INDEX SECONDS" for each request into TIMES, on the monotonic clock. With a MODE the last port is a dead endpoint:
   silent (takes requests and never answers), refusing (takes no connection) or failing (answers 503). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum mode { ALIVE, SILENT, REFUSING, FAILING };

struct peer {
  int socket;
  int index; /* of its port */
  int is_listener;
  size_t filled;
  size_t body_left; /* of a request whose head was read */
  char head[8192];
};

struct arrival {
  int index;
  double at;
};

static enum mode *modes;
static struct arrival *arrivals;
static size_t arrived, room;

static void fail(const char *doing) {
  fprintf(stderr, "sink: %s: %s\n", doing, strerror(errno));
  exit(70);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void watch(int poll, struct peer *peer) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, peer->socket, &event) != 0) fail("watching");
}

static struct peer *peer_of(int socket, int index, int is_listener) {
  struct peer *peer = calloc(1, sizeof *peer);
  if (!peer) fail("remembering a connection");
  peer->socket = socket;
  peer->index = index;
  peer->is_listener = is_listener;
  return peer;
}

static int open_port(int poll, int index) {
  int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (server < 0 || bind(server, (struct sockaddr *)&address, length) != 0) fail("opening a port");
  if (getsockname(server, (struct sockaddr *)&address, &length) != 0) fail("opening a port");
  /* Bound and not listening, the port refuses, and nobody else gets it. */
  if (modes[index] != REFUSING) {
    if (listen(server, 256) != 0) fail("listening");
    watch(poll, peer_of(server, index, 1));
  }
  return ntohs(address.sin_port);
}

static void accept_all(int poll, struct peer *listener) {
  for (int one = 1, client; (client = accept4(listener->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(poll, peer_of(client, listener->index, 0));
  }
}

static void note(int index) {
  if (arrived == room) {
    room = room ? room * 2 : 65536;
    arrivals = realloc(arrivals, room * sizeof *arrivals);
    if (!arrivals) fail("remembering a request");
  }
  arrivals[arrived++] = (struct arrival){index, now()};
}

static int reply(struct peer *peer) {
  static const char taken[] = "HTTP/1.1 204 No Content\r\n\r\n";
  static const char refused[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
  note(peer->index);
  if (modes[peer->index] == SILENT) return 1;
  const char *text = modes[peer->index] == FAILING ? refused : taken;
  return write(peer->socket, text, strlen(text)) == (ssize_t)strlen(text);
}

/* Takes apart what is in the buffer; 0 when the connection is of no use any more. */
static int digest(struct peer *peer) {
  for (;;) {
    size_t skipped = peer->body_left < peer->filled ? peer->body_left : peer->filled;
    if (peer->body_left) {
      memmove(peer->head, peer->head + skipped, peer->filled - skipped);
      peer->filled -= skipped;
      peer->body_left -= skipped;
      if (peer->body_left) return 1;
      if (!reply(peer)) return 0;
    }
    char *end = memmem(peer->head, peer->filled, "\r\n\r\n", 4);
    if (!end) return peer->filled < sizeof peer->head;
    size_t length = (size_t)(end - peer->head) + 4;
    *end = 0;
    const char *field = strcasestr(peer->head, "\r\nContent-Length:");
    peer->body_left = field ? strtoul(field + 17, NULL, 10) : 0;
    memmove(peer->head, peer->head + length, peer->filled - length);
    peer->filled -= length;
    if (!peer->body_left && !reply(peer)) return 0;
  }
}

static void serve(struct peer *peer) {
  for (;;) {
    ssize_t count = read(peer->socket, peer->head + peer->filled, sizeof peer->head - peer->filled);
    if (count < 0 && errno == EAGAIN) return;
    if (count > 0) {
      peer->filled += (size_t)count;
      if (digest(peer)) continue;
    }
    close(peer->socket);
    free(peer);
    return;
  }
}

static void write_times(const char *path) {
  FILE *file = fopen(path, "w");
  if (!file) fail(path);
  for (size_t index = 0; index < arrived; index++) fprintf(file, "%d %.6f\n", arrivals[index].index, arrivals[index].at);
  if (fclose(file) != 0) fail(path);
}

static enum mode mode_named(const char *name) {
  if (!strcmp(name, "silent")) return SILENT;
  if (!strcmp(name, "refusing")) return REFUSING;
  if (!strcmp(name, "failing")) return FAILING;
  fputs("sink: a mode is silent, refusing or failing\n", stderr);
  exit(64);
}

int main(int count, char **arguments) {
  int ports = count > 2 ? atoi(arguments[2]) : 0;
  if (count < 3 || count > 4 || ports < 1) {
    fputs("usage: sink TIMES COUNT [silent|refusing|failing]\n", stderr);
    return 64;
  }
  modes = calloc((size_t)ports, sizeof *modes);
  if (!modes) fail("starting");
  if (count == 4) modes[ports - 1] = mode_named(arguments[3]);

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  signal(SIGPIPE, SIG_IGN);
  int poll = epoll_create1(EPOLL_CLOEXEC);
  struct peer *signals = peer_of(signalfd(-1, &ends, SFD_CLOEXEC), -1, 0);
  watch(poll, signals);
  for (int index = 0; index < ports; index++) printf("%d ", open_port(poll, index));
  puts("");
  fflush(stdout);

  for (;;) {
    struct epoll_event events[64];
    int ready = epoll_wait(poll, events, 64, -1);
    if (ready < 0 && errno != EINTR) fail("waiting");
    for (int index = 0; index < ready; index++) {
      struct peer *peer = events[index].data.ptr;
      if (peer == signals) {
        write_times(arguments[1]);
        return 0;
      }
      if (peer->is_listener) {
        accept_all(poll, peer);
      } else {
        serve(peer);
      }
    }
  }
}
