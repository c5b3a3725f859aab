// The TCP connection to the runner, as a BIO that blocks. At the runner's end it asks to be called
// again, as a BIO in memory does. Over DTLS it carries frames: packets, and how much time has
// passed.
#ifndef WIRE_H_
#define WIRE_H_

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common.h"

static int wire = -1;
static bool framed, ended;
static uint64_t elapsed;  // microseconds that the runner says have passed, and nobody was told yet
static struct timeval now = {1000000, 0};
static unsigned char datagram[2048];  // what is to be sent
static size_t datagram_size, datagram_room;

// libssl asks this for the time of the timers of DTLS: it stands still unless the runner moves it.
int gettimeofday(struct timeval* restrict time, void* restrict zone) {
  (void)zone;
  *time = now;
  return 0;
}

static void send_all(const void* bytes, size_t size) {
  for (const char* at = bytes; size > 0;) {
    const ssize_t sent = send(wire, at, size, MSG_NOSIGNAL);
    if (sent < 0) return;  // the runner may close while there is something to send
    at += sent;
    size -= (size_t)sent;
  }
}

static bool receive_all(void* bytes, size_t size) {
  if (size == 0) return true;
  ended = recv(wire, bytes, size, MSG_WAITALL) != (ssize_t)size;
  return !ended;
}

static void send_packet(const void* bytes, size_t size) {
  const uint32_t length = htonl((uint32_t)size);
  send_all("P", 1);
  send_all(&length, sizeof length);
  send_all(bytes, size);
}

// libssl sends each record again in a datagram of its own, and the runner wants a ChangeCipherSpec
// in that of another message.
static void flush_wire(void) {
  if (datagram_size > 0) send_packet(datagram, datagram_size);
  datagram_size = 0;
}

static int wire_write(BIO* bio, const char* bytes, int length) {
  const size_t size = (size_t)length;
  BIO_clear_retry_flags(bio);
  if (!framed) {
    send_all(bytes, size);
    return length;
  }
  if (datagram_size + size > datagram_room) flush_wire();
  if (size > datagram_room) {
    send_packet(bytes, size);
  } else {
    memcpy(datagram + datagram_size, bytes, size);
    datagram_size += size;
  }
  return length;
}

// -1 at the end, and where time has passed.
static ssize_t receive_packet(char* bytes, size_t room) {
  flush_wire();
  char opcode = 0;
  if (!receive_all(&opcode, 1)) return -1;
  if (opcode == 'T') {
    unsigned char time[8];
    if (!receive_all(time, sizeof time)) return -1;
    uint64_t nanoseconds = 0;
    for (size_t i = 0; i < sizeof time; ++i) nanoseconds = nanoseconds << 8 | time[i];
    elapsed = nanoseconds / 1000;
    send_all("t", 1);
    return -1;
  }
  if (opcode != 'P') fail("the runner's opcode is %d", opcode);
  uint32_t length = 0;
  if (!receive_all(&length, sizeof length)) return -1;
  length = ntohl(length);
  if (length > room) fail("a packet of %u bytes came", length);
  return receive_all(bytes, length) ? (ssize_t)length : -1;
}

static int wire_read(BIO* bio, char* bytes, int room) {
  BIO_clear_retry_flags(bio);
  const ssize_t size =
      framed ? receive_packet(bytes, (size_t)room) : recv(wire, bytes, (size_t)room, 0);
  if (size > 0 || (framed && size == 0)) return (int)size;
  ended = ended || !framed;
  BIO_set_retry_read(bio);
  return -1;
}

static long wire_control(BIO* bio, int command, long number, void* pointer) {
  (void)bio;
  (void)number;
  (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

static bool connect_to(int family, const void* address, socklen_t size) {
  wire = socket(family, SOCK_STREAM, 0);
  if (wire >= 0 && connect(wire, address, size) == 0) return true;
  close(wire);
  return false;
}

static void open_wire(void) {
  const struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)config->port),
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  const struct sockaddr_in four = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)config->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (!connect_to(AF_INET6, &six, sizeof six) && !connect_to(AF_INET, &four, sizeof four)) {
    fail("the runner is not there: %s", strerror(errno));
  }
  setsockopt(wire, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  static BIO_METHOD* method;
  if (method == NULL) {
    method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "the runner's wire");
    BIO_meth_set_write(method, wire_write);
    BIO_meth_set_read(method, wire_read);
    BIO_meth_set_ctrl(method, wire_control);
  }
  framed = config->dtls;
  ended = false;
  datagram_room = config->mtu > 0 ? (size_t)config->mtu : 1400;
  BIO* bio = BIO_new(method);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
}

// Waits for the runner's end, too: what it still sends must not fail.
static void close_wire(void) {
  if (wire < 0) return;
  char bytes[4096];
  flush_wire();
  shutdown(wire, SHUT_WR);
  while (recv(wire, bytes, sizeof bytes, 0) > 0) continue;
  close(wire);
  wire = -1;
}

#endif  // WIRE_H_
