#include "core/connection.h"

#include <algorithm>
#include <climits>
#include <cstring>
#include <new>
#include <utility>

#include "core/datagram_bio.h"
#include "core/datagrams.h"
#include "core/error_queue.h"
#include "core/messages.h"
#include "core/rules.h"
#include "core/server_name.h"
#include "core/stream_bio.h"
#include "core/verify.h"

namespace libssl_session {
namespace {

void FreeState(void*, void* state, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<ConnectionState*>(state);
}

ExDataIndex state_index(kExIndexSsl, FreeState);

// A client that resumes a TLS 1.2 session may get a new ticket. libssl then makes a new session
// with that ticket, which replaces the offered one, and does not call new_session_cb.
void NoteSession(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  SSL_SESSION* session = libssl.SSL_get_session(state->ssl);
  if (session == nullptr) return;
  if (state->offered.has_value() && state->offered->get() == session) return;
  state->offered.emplace(libssl, session);
  if (libssl.SSL_session_reused(state->ssl) != 1 || libssl.SSL_version(state->ssl) == kTls13 ||
      !state->context.Observes(EventKind::kRenewedSession)) {
    return;
  }
  libssl.SSL_SESSION_up_ref(session);
  state->Record(EventKind::kRenewedSession, session, nullptr, 0, 0);
}

// Moves what one side has sent to the other side. Returns how many bytes; -1 when out of memory,
// and then some are lost.
int Carry(const Libssl& libssl, SSL* from, ConnectionState* to) {
  char bytes[kDatagram];
  int carried = 0;
  for (;;) {
    const int size = libssl.BIO_read(libssl.SSL_get_wbio(from), bytes, sizeof bytes);
    if (size <= 0) return carried;
    if (libssl.BIO_write(libssl.SSL_get_rbio(to->ssl), bytes, size) != size) {
      to->unusable = Rule::kDataLost;
      return -1;
    }
    carried += size;
  }
}

bool Ready(const Libssl& libssl, const SSL* ssl) { return libssl.SSL_is_init_finished(ssl) == 1; }

}  // namespace

ConnectionState::ConnectionState(ContextState& context_in, SSL* ssl_in)
    : context(context_in),
      ssl(ssl_in),
      offered_alpn(context.offered_alpn),
      fragment_code(context.fragment_code),
      next(context.registry.connections),
      asks_for_psk(context.asks_for_psk) {
  if (next != nullptr) next->previous = this;
  context.registry.connections = this;
}

ConnectionState::~ConnectionState() {
  if (observed != 0) Record(EventKind::kConnectionGone, nullptr, nullptr, 0, 0);
  (previous == nullptr ? context.registry.connections : previous->next) = next;
  if (next != nullptr) next->previous = previous;
}

ConnectionState* ConnectionState::Of(const Libssl& libssl, const SSL* ssl) {
  return static_cast<ConnectionState*>(libssl.SSL_get_ex_data(ssl, state_index.Index(libssl)));
}

SSL* NewConnection(ContextState* context) {
  const Libssl& libssl = context->libssl;
  SSL* ssl = libssl.SSL_new(context->context);
  if (ssl == nullptr) return nullptr;
  ConnectionState* state = nullptr;
  try {
    state = new ConnectionState(*context, ssl);
  } catch (const std::bad_alloc&) {
  }
  const bool datagrams = libssl.SSL_is_dtls(ssl) == 1;
  BIO* in = datagrams ? NewDatagramBio(libssl, DatagramsOf::kPeer, ForgetSent, ssl)
                      : NewStreamBio(libssl);
  BIO* out =
      datagrams ? NewDatagramBio(libssl, DatagramsOf::kOwn, KeepSent, ssl) : NewStreamBio(libssl);
  const int index = state_index.Index(libssl);
  if (state == nullptr || in == nullptr || out == nullptr || index < 0 ||
      libssl.SSL_set_ex_data(ssl, index, state) != 1) {
    delete state;
    libssl.BIO_free(in);
    libssl.BIO_free(out);
    libssl.SSL_free(ssl);
    return nullptr;
  }
  libssl.SSL_set_bio(ssl, in, out);
  if (context->Observes(EventKind::kMessages)) InstallMessages(*state);
  return ssl;
}

int LastingError(const ConnectionState& state, const Step& step) {
  const bool failed = step.error == kErrorZeroReturn &&
                      std::strcmp(state.context.libssl.SSL_state_string(state.ssl), "SSLERR") == 0;
  return failed ? kErrorSyscall : step.error;
}

Step EndStep(ConnectionState* state, int result) {
  state->last_error =
      result > 0 ? kErrorNone : state->context.libssl.SSL_get_error(state->ssl, result);
  if (!Ready(state->context.libssl, state->ssl)) return {result, state->last_error};
  // From now on an idle connection has no memory for records. Not earlier, because a client that
  // has sent early data may write an alert after eight bytes that libssl never sets. In a buffer
  // that libssl has kept they are old record bytes; in a new one they are uninitialised memory.
  if (!state->releases_buffers) {
    state->releases_buffers = true;
    state->context.libssl.SSL_ctrl(state->ssl, kCtrlMode, kModeReleaseBuffers, nullptr);
  }
  // Whatever step ended the handshake: the next handshake asks again.
  if (state->lookup == ConnectionState::Question::kAnswered) {
    state->lookup = ConnectionState::Question::kNone;
    state->found.clear();
  }
  if (state->hello == ConnectionState::Question::kAnswered) {
    state->hello = ConnectionState::Question::kNone;
  }
  if (!EndsWell(state)) return {-1, state->last_error = kErrorSsl};
  if (state->side == ConnectionState::Side::kClient) NoteSession(state);
  return {result, state->last_error};
}

Rule BeforeStep(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  if (state->unusable != Rule::kNone || libssl.SSL_in_before(state->ssl) != 1)
    return state->unusable;
  // If a server has a session already, libssl believes that its next TLS 1.3 client resumes it.
  // After SSL_clear the server still has the session of its last client.
  const bool server = state->side == ConnectionState::Side::kServer;
  if (server && libssl.SSL_get_session(state->ssl) != nullptr) {
    libssl.SSL_set_session(state->ssl, nullptr);
  }
  return BeginRule(*state);
}

bool Feed(const Libssl& libssl, SSL* ssl, const uint8_t* data, size_t size) {
  if (size == 0) return true;
  if (size > INT_MAX) return false;
  return libssl.BIO_write(libssl.SSL_get_rbio(ssl), data, static_cast<int>(size)) ==
         static_cast<int>(size);
}

size_t Pending(const Libssl& libssl, SSL* ssl) {
  const long size = libssl.BIO_ctrl(libssl.SSL_get_wbio(ssl), kBioCtrlPending, 0, nullptr);
  return size > 0 ? static_cast<size_t>(size) : 0;
}

Step Handshake(ConnectionState* state, int (*function)(SSL*)) {
  return EndStep(state, function(state->ssl));
}

// Whether libssl has dropped data from the peer, because this side has already sent its end.
// SSL_read then returns 0, with no error in the queue. After the peer's end it also returns 0
// without an error, but then it reads nothing and always will, so that case is excluded.
bool Dropped(ConnectionState* state, const Step& step) {
  if (step.result != 0 || step.error != kErrorSyscall) return false;
  const int shutdown = state->context.libssl.SSL_get_shutdown(state->ssl);
  return (shutdown & (kSentShutdown | kReceivedShutdown)) == kSentShutdown &&
         !ErrorsPending(state->context.libssl);
}

Step Proceed(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  // During a later handshake application data may still arrive, and SSL_do_handshake fails on it.
  // SSL_peek accepts it, and continues the handshake as well.
  bool later = libssl.SSL_renegotiate_pending(state->ssl) == 1;
  if (!Ready(libssl, state->ssl) && !later) {
    const Step step = Handshake(state);
    if (step.result != 1) return step;
  }
  // Nothing new has arrived.
  if (!later && libssl.SSL_has_pending(state->ssl) == 0 &&
      libssl.BIO_ctrl(libssl.SSL_get_rbio(state->ssl), kBioCtrlPending, 0, nullptr) <= 0) {
    return EndStep(state, 1);
  }
  for (;;) {
    char byte;
    const Step step = EndStep(state, libssl.SSL_peek(state->ssl, &byte, 1));
    if (step.error == kErrorWantRead) return {1, kErrorNone};
    // If a handshake has to begin, peek once more: libssl begins it only between two records, and
    // the next write must not be the call that begins it.
    if (!Dropped(state, step) && !(step.result == 1 && std::exchange(later, false))) return step;
  }
}

Step ReadSome(ConnectionState* state, void* data, size_t room) {
  const Libssl& libssl = state->context.libssl;
  const int max = static_cast<int>(std::min<size_t>(room, INT_MAX));
  Step step;
  do {
    step = EndStep(state, libssl.SSL_read(state->ssl, data, max));
  } while (max > 0 && Dropped(state, step));  // without room SSL_read returns this 0 every time
  return step;
}

// Whether there are bytes to read, in the BIO or in libssl, which reads ahead.
bool Unread(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  return libssl.SSL_has_pending(state->ssl) == 1 ||
         libssl.BIO_ctrl(libssl.SSL_get_rbio(state->ssl), kBioCtrlPending, 0, nullptr) > 0;
}

Step ReadAll(ConnectionState* state, ReadData* data) {
  Step step = ReadSome(state, data->first, ReadData::kRecord);
  if (step.result <= 0) return step;
  data->size = static_cast<size_t>(step.result);
  while (Unread(state)) {
    char bytes[ReadData::kRecord];
    step = ReadSome(state, bytes, sizeof bytes);
    if (step.result <= 0) return step;
    data->further.append(bytes, static_cast<size_t>(step.result));
  }
  return step;
}

Received Receive(ConnectionState* state, const uint8_t* bytes, size_t size, uint8_t* room,
                 size_t room_size) {
  const Libssl& libssl = state->context.libssl;
  LentBytes lent(libssl, libssl.SSL_get_rbio(state->ssl), bytes, size);
  Received received = {{1, kErrorNone}, 0, false};
  do {
    received.step = ReadSome(state, room + received.size, room_size - received.size);
    if (received.step.result <= 0) break;
    received.size += static_cast<size_t>(received.step.result);
  } while (received.size < room_size && Unread(state));
  received.more = received.step.result > 0 && Unread(state);
  if (!lent.Keep()) {
    state->unusable = Rule::kDataLost;
    throw std::bad_alloc();
  }
  return received;
}

Sent Send(ConnectionState* state, const uint8_t* data, size_t size, uint8_t* room,
          size_t room_size) {
  const Libssl& libssl = state->context.libssl;
  const bool ended = (libssl.SSL_get_shutdown(state->ssl) & kSentShutdown) != 0;
  if (!Ready(libssl, state->ssl) || ended || size == 0 || size > INT_MAX) {
    return {{0, kErrorNone}, 0};
  }
  const LentRoom lent(libssl, libssl.SSL_get_wbio(state->ssl), room, room_size);
  const Step step = EndStep(state, libssl.SSL_write(state->ssl, data, static_cast<int>(size)));
  return {step, lent.filled()};
}

namespace {

// After a step with early data: notes whether libssl has begun with it. libssl itself never forgets
// that it has.
void NoteEarlyData(ConnectionState* state, bool was_before, int result) {
  const bool begun = was_before && state->context.libssl.SSL_in_before(state->ssl) != 1;
  if (begun || result != 0) state->early_data = true;
}

}  // namespace

Step WriteEarlyData(ConnectionState* state, const void* data, size_t size) {
  const Libssl& libssl = state->context.libssl;
  const bool was_before = libssl.SSL_in_before(state->ssl) == 1;
  const size_t room = EarlyDataRoom(*state);
  size_t written = 0;
  const int result = libssl.SSL_write_early_data(state->ssl, data, size, &written);
  NoteEarlyData(state, was_before, result);
  if (result == 1 && room != kNoLimit) state->early_data_room = room - std::min(room, written);
  return EndStep(state, result);
}

Step ReadEarlyData(ConnectionState* state, void* data, size_t room, size_t* size) {
  const Libssl& libssl = state->context.libssl;
  const bool was_before = libssl.SSL_in_before(state->ssl) == 1;
  const int result = libssl.SSL_read_early_data(state->ssl, data, room, size);
  NoteEarlyData(state, was_before, result);
  if (result == kReadEarlyDataFinish) state->early_data_read = true;
  return EndStep(state, result);
}

int Offer(ConnectionState* state, SSL_SESSION* session) {
  const Libssl& libssl = state->context.libssl;
  if (libssl.SSL_in_before(state->ssl) != 1) state->unusable = Rule::kSessionReplaced;
  const int result = libssl.SSL_set_session(state->ssl, session);
  state->offered.reset();
  if (result == 1 && session != nullptr) state->offered.emplace(libssl, session);
  return result;
}

void LeaveSession(ConnectionState* state) {
  state->context.libssl.SSL_set_shutdown(state->ssl, kSentShutdown | kReceivedShutdown);
}

Step Clear(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  const int result = libssl.SSL_clear(state->ssl);
  state->resumption = Resumption();
  if (result == 1) {
    state->lookup = ConnectionState::Question::kNone;
    state->found.clear();
    state->hello = ConnectionState::Question::kNone;
    state->chosen.reset();
    state->sent_with.clear();
    if ((libssl.SSL_get_options(state->ssl) & kOpNoQueryMtu) == 0) state->mtu = 0;
    // An unfinished handshake may leave a session without cipher or key, which must not be offered.
    const SSL_SESSION* session = libssl.SSL_get_session(state->ssl);
    if (session != nullptr && !HasCipherAndKey(libssl, session)) {
      libssl.SSL_set_session(state->ssl, nullptr);
    }
    if (state->side == ConnectionState::Side::kServer) state->servername.reset();
    // The server may have switched to another context for its last client.
    SwitchBack(state);
    state->judged = ConnectionState::Judged::kNot;
    libssl.SSL_ctrl(state->ssl, kCtrlClearMode, kModeReleaseBuffers, nullptr);
    state->releases_buffers = false;
  } else {
    state->unusable = Rule::kHalfCleared;
  }
  return EndStep(state, result);
}

Step Stateless(ConnectionState* state) {
  const int result = state->context.libssl.SSL_stateless(state->ssl);
  return result == 0 ? Step{0, kErrorNone} : EndStep(state, result);
}

Step Renegotiate(ConnectionState* state, bool abbreviated) {
  const Libssl& libssl = state->context.libssl;
  state->renegotiates_fully = !abbreviated;
  return EndStep(state, (abbreviated ? libssl.SSL_renegotiate_abbreviated
                                     : libssl.SSL_renegotiate)(state->ssl));
}

void ChooseSide(ConnectionState* state, ConnectionState::Side side) {
  const Libssl& libssl = state->context.libssl;
  state->side = side;
  if (side == ConnectionState::Side::kServer) {
    libssl.SSL_set_accept_state(state->ssl);
  } else {
    libssl.SSL_set_connect_state(state->ssl);
  }
}

Joined Join(ConnectionState* client, ConnectionState* server) {
  const Libssl& libssl = client->context.libssl;
  const auto goes_on = [](const Step& step) {
    return step.error == kErrorNone || step.error == kErrorWantRead;
  };
  Joined joined = {{1, kErrorNone}, {1, kErrorNone}, false, false};
  for (;;) {
    joined.client = Proceed(client);
    const int there = Carry(libssl, client->ssl, server);
    joined.lost = there < 0;
    if (!goes_on(joined.client) || joined.lost) return joined;
    joined.server = Proceed(server);
    const int back = Carry(libssl, server->ssl, client);
    joined.lost = back < 0;
    if (!goes_on(joined.server) || joined.lost) return joined;
    joined.moved = joined.moved || there > 0 || back > 0;
    if (there == 0 && back == 0) return joined;  // both are ready, or neither can go on
  }
}

}  // namespace libssl_session
