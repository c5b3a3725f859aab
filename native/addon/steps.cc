// What goes on with a connection; src/libssl/connections.ts documents it.

#include "addon/steps.h"

#include <algorithm>

#include "addon/entry.h"
#include "core/rules.h"

namespace libssl_session {

napi_value FinishStep(const Call& call, const Step& step, ConnectionState* state, napi_value data) {
  const bool take = call.environment().registers[1] != 0;
  const int ready = call.libssl().SSL_is_init_finished(state->ssl);
  const napi_value outcome =
      FinishCall(call, step.result, LastingError(*state, step), take ? state->ssl : nullptr, data);
  call.environment().registers[2] = ready;
  return outcome;
}

namespace {

// SSL_connect, SSL_accept: the side too, where none was chosen.
template <auto member, ConnectionState::Side side = ConnectionState::Side::kUnknown>
napi_value Shake(const Call& call) {
  ConnectionState* state = Usable(call, 0);
  constexpr ConnectionState::Side kUnknown = ConnectionState::Side::kUnknown;
  if (side != kUnknown && state->side == kUnknown) ChooseSide(state, side);
  Stepping(call, 0);
  return FinishStep(call, Handshake(state, call.libssl().*member), state);
}

// Bytes from the peer, and what libssl does with them by itself.
napi_value ReceiveBytes(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  if (!Feed(call.libssl(), state->ssl, bytes.data, bytes.size)) throw std::bad_alloc();
  return FinishStep(call, Proceed(state), state);
}

// BIO_write to the BIO that the connection reads.
napi_value BioWrite(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  const Bytes bytes = call.ByteView(0);
  const bool fed = Feed(call.libssl(), state->ssl, bytes.data, bytes.size);
  return call.Number(fed ? static_cast<double>(bytes.size) : -1);
}

// All that the BIO holds which the connection writes to.
napi_value BioRead(const Call& call) {
  call.environment().registers[1] = 1;
  return FinishStep(call, Step{0, 0}, StateOf(call, 0));
}

// Both sides' steps, until they can do no more without somebody else: the results of the client in
// registers 0 and 1, of the server in 2 and 3; in 4 whether anything moved; in 5 and 6 whether they
// are ready.
napi_value JoinBoth(const Call& call) {
  ConnectionState* client = Stepping(call, 0);
  ConnectionState* server = Stepping(call, 1);
  Obey(JoinRule(*client, *server));
  const Joined joined = Join(client, server);
  if (joined.lost) throw std::bad_alloc();
  const int client_ready = call.libssl().SSL_is_init_finished(client->ssl);
  const int server_ready = call.libssl().SSL_is_init_finished(server->ssl);
  const napi_value outcome =
      FinishCall(call, joined.client.result, LastingError(*client, joined.client));
  call.environment().registers[2] = joined.server.result;
  call.environment().registers[3] = LastingError(*server, joined.server);
  call.environment().registers[4] = joined.moved;
  call.environment().registers[5] = client_ready;
  call.environment().registers[6] = server_ready;
  return outcome;
}

// BIO_read into the caller's bytes: how many, or what BIO_read gives when there are none.
napi_value TakeInto(const Call& call) {
  const ConnectionState* state = StateOf(call, 0);
  const Bytes into = call.ByteView(0);
  return call.Number(call.libssl().BIO_read(call.libssl().SSL_get_wbio(state->ssl),
                                            const_cast<uint8_t*>(into.data),
                                            static_cast<int>(into.size)));
}

// Application data into the caller's bytes.
napi_value ReadInto(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes into = call.ByteView(0);
  return FinishStep(call, ReadSome(state, const_cast<uint8_t*>(into.data), into.size), state);
}

napi_value Write(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  const int size = static_cast<int>(bytes.size);
  return FinishStep(call, EndStep(state, call.libssl().SSL_write(state->ssl, bytes.data, size)),
                    state);
}

// SSL_read or SSL_peek of at most so many bytes.
template <auto member>
napi_value ReadOnce(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  char bytes[ReadData::kRecord];
  const int room = std::min<int>(call.Int(0), sizeof bytes);
  const Step step = EndStep(state, (call.libssl().*member)(state->ssl, bytes, room));
  return FinishStep(call, step, state,
                    step.result > 0 ? call.NewBuffer(bytes, step.result) : nullptr);
}

// SSL_read_ex or SSL_peek_ex, which say apart whether they did it and how much.
template <auto member>
napi_value ReadOnceEx(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  char bytes[ReadData::kRecord];
  const size_t room = std::min<size_t>(call.Uint(0), sizeof bytes);
  size_t size = 0;
  const Step step = EndStep(state, (call.libssl().*member)(state->ssl, bytes, room, &size));
  return FinishStep(call, step, state, step.result == 1 ? call.NewBuffer(bytes, size) : nullptr);
}

// The result is how many bytes it took; -1 where C does not give 1.
napi_value WriteEx(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  size_t written = 0;
  Step step =
      EndStep(state, call.libssl().SSL_write_ex(state->ssl, bytes.data, bytes.size, &written));
  step.result = step.result == 1 ? static_cast<int>(written) : -1;
  return FinishStep(call, step, state);
}

// Bytes from the peer, and the data in them into the caller's bytes: how many in register 0, the
// shutdown state in 3, in 4 whether there is more.
napi_value ReceiveInto(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  const MutableBytes into = call.MutableByteView(1);
  const Received received = Receive(state, bytes.data, bytes.size, into.data, into.size);
  const napi_value outcome = FinishStep(call, received.step, state);
  double* registers = call.environment().registers;
  registers[0] = static_cast<double>(received.size);
  registers[3] = call.libssl().SSL_get_shutdown(state->ssl);
  registers[4] = received.more;
  return outcome;
}

// SSL_write, and the bytes for the peer into the caller's: how many in register 3, in 4 whether
// there are more.
napi_value WriteInto(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  const MutableBytes into = call.MutableByteView(1);
  const Sent sent = Send(state, bytes.data, bytes.size, into.data, into.size);
  const napi_value outcome = FinishStep(call, sent.step, state);
  double* registers = call.environment().registers;
  registers[3] = static_cast<double>(sent.filled);
  registers[4] = Pending(call.libssl(), state->ssl) > 0;
  return outcome;
}

// All application data there is.
napi_value ReadEverything(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  ReadData data;
  const Step step = ReadAll(state, &data);
  if (data.further.empty()) {
    return FinishStep(call, step, state,
                      data.size == 0 ? nullptr : call.NewBuffer(data.first, data.size));
  }
  data.further.insert(0, data.first, data.size);
  return FinishStep(call, step, state, call.NewBuffer(data.further.data(), data.further.size()));
}

napi_value WriteEarlyData(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  const Bytes bytes = call.ByteView(0);
  Obey(WriteEarlyDataRule(*state));
  return FinishStep(call, WriteEarlyData(state, bytes.data, bytes.size), state);
}

// How many bytes of early data libssl would take now: refused where it would take none, or where
// the handshake would fail of it.
napi_value AskEarlyDataRoom(const Call& call) {
  const ConnectionState* state = Stepping(call, 0);
  Obey(WriteEarlyDataRule(*state));
  Obey(EarlyDataFitsRule(*state));
  return call.Number(static_cast<double>(EarlyDataRoom(*state)));
}

// The result is SSL_READ_EARLY_DATA_…: 0 error, 1 success, 2 finish.
napi_value ReadEarlyData(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  char bytes[ReadData::kRecord];
  const size_t room = std::min<size_t>(call.Uint(0), sizeof bytes);
  size_t size = 0;
  const Step step = ReadEarlyData(state, bytes, room, &size);
  return FinishStep(call, step, state, size == 0 ? nullptr : call.NewBuffer(bytes, size));
}

// A step without arguments, or with one number.
template <auto member>
napi_value Plain(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  return FinishStep(call, EndStep(state, (call.libssl().*member)(state->ssl)), state);
}

napi_value KeyUpdate(const Call& call) {
  ConnectionState* state = Stepping(call, 0);
  return FinishStep(call, EndStep(state, call.libssl().SSL_key_update(state->ssl, call.Int(0))),
                    state);
}

template <bool abbreviated>
napi_value Renegotiate(const Call& call) {
  ConnectionState* state = Usable(call, 0);
  Obey(RenegotiateRule(*state));
  return FinishStep(call, libssl_session::Renegotiate(state, abbreviated), state);
}

napi_value Clear(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(ClearRule(*state));
  return FinishStep(call, Clear(state), state);
}

napi_value StatelessStep(const Call& call) {
  ConnectionState* state = StateOf(call, 0);
  Obey(StatelessRule(*state));
  using Side = ConnectionState::Side;
  if (state->side == Side::kUnknown) ChooseSide(state, Side::kServer);
  // libssl does it, too, but knows nothing of our state.
  if (call.libssl().SSL_in_before(state->ssl) != 1) {
    const Step cleared = Clear(state);
    if (cleared.result != 1) return FinishStep(call, {-1, cleared.error}, state);
  }
  Obey(BeforeStep(state));
  return FinishStep(call, Stateless(state), state);
}

napi_value LastError(const Call& call) { return call.Number(StateOf(call, 0)->last_error); }

}  // namespace

std::vector<Function> StepFunctions() {
  using Side = ConnectionState::Side;
  using L = Libssl;
  constexpr Errors kNever = Errors::kNever;
  constexpr Errors kPossible = Errors::kPossible;
  return {
      {"SSL_do_handshake", Entry<Shake<&L::SSL_do_handshake>, kPossible>},
      {"SSL_connect", Entry<Shake<&L::SSL_connect, Side::kClient>, kPossible>},
      {"SSL_accept", Entry<Shake<&L::SSL_accept, Side::kServer>, kPossible>},
      {"receive", Entry<ReceiveBytes, kPossible>, "SSL_do_handshake"},
      {"join", Entry<JoinBoth, kPossible>, "SSL_do_handshake"},
      {"BIO_write", Entry<BioWrite, kPossible>},
      {"BIO_read", Entry<BioRead, kPossible>},
      {"SSL_write", Entry<Write, kPossible>},
      {"SSL_read", Entry<ReadOnce<&L::SSL_read>, kPossible>},
      {"SSL_peek", Entry<ReadOnce<&L::SSL_peek>, kPossible>},
      {"SSL_read_ex", Entry<ReadOnceEx<&L::SSL_read_ex>, kPossible>},
      {"SSL_peek_ex", Entry<ReadOnceEx<&L::SSL_peek_ex>, kPossible>},
      {"SSL_write_ex", Entry<WriteEx, kPossible>},
      {"readAll", Entry<ReadEverything, kPossible>, "SSL_read"},
      {"readInto", Entry<ReadInto, kPossible>, "SSL_read"},
      {"receiveInto", Entry<ReceiveInto, kPossible>, "SSL_read"},
      {"writeInto", Entry<WriteInto, kPossible>, "SSL_write"},
      {"takeInto", Entry<TakeInto, kPossible>, "BIO_read"},
      {"earlyDataRoom", Entry<AskEarlyDataRoom, kPossible>, "SSL_write_early_data"},
      {"SSL_write_early_data", Entry<WriteEarlyData, kPossible>},
      {"SSL_read_early_data", Entry<ReadEarlyData, kPossible>},
      {"SSL_shutdown", Entry<Plain<&L::SSL_shutdown>, kPossible>},
      {"SSL_renegotiate", Entry<Renegotiate<false>, kPossible>},
      {"SSL_renegotiate_abbreviated", Entry<Renegotiate<true>, kPossible>},
      {"SSL_verify_client_post_handshake",
       Entry<Plain<&L::SSL_verify_client_post_handshake>, kPossible>},
      {"SSL_key_update", Entry<KeyUpdate, kPossible>},
      {"SSL_clear", Entry<Clear, kPossible>},
      {"SSL_stateless", Entry<StatelessStep, kPossible>},
      {"SSL_get_error", Entry<LastError, kNever>},
  };
}

}  // namespace libssl_session
