// The session functions, in the order of libssl_functions.h. Each is one C call, or one function of
// session.h, between the arguments and the result; src/libssl.ts documents them.

#include <algorithm>
#include <climits>

#include "addon.h"
#include "session.h"

namespace libssl_session {
namespace {

// What a session costs in memory, for V8's accounting: measured 700 bytes for a fresh one.
constexpr size_t kSessionBytes = 768;
// Another handle of the same session costs a slot.
constexpr size_t kHandleBytes = sizeof(HandleTable<SSL_SESSION>::Slot);
// libssl counts references in an int and does not look whether it overflows.
constexpr uint32_t kMaxReferences = 1u << 24;

// ---- Life cycle.

napi_value New(const Call& call) {
  return call.AdoptSession(call.libssl().SSL_SESSION_new(), kSessionBytes);
}

napi_value Dup(const Call& call) {
  const auto* slot = call.Slot(0);
  const size_t bytes = std::max<size_t>(slot->bytes, kSessionBytes);
  return call.AdoptSession(call.libssl().SSL_SESSION_dup(slot->object), bytes);
}

napi_value UpRef(const Call& call) {
  auto* slot = call.Slot(0);
  if (slot->references == kMaxReferences) throw Misuse{"ERR_LIBSSL_TOO_MANY_REFERENCES"};
  const int result = call.libssl().SSL_SESSION_up_ref(slot->object);
  if (result == 1) ++slot->references;
  return call.Number(result);
}

napi_value Free(const Call& call) {
  auto* slot = call.SlotOrNull(0);
  if (slot != nullptr) call.ReleaseSession(slot);
  return call.Undefined();
}

// SSL_SESSION_up_ref, the new reference owned by a handle of its own.
napi_value Share(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  if (call.libssl().SSL_SESSION_up_ref(session) != 1) return call.Number(kNullHandle);
  return call.AdoptSession(session, kHandleBytes);
}

// For the garbage collector, whose handle may have ended otherwise.
napi_value Collect(const Call& call) {
  auto* slot =
      call.environment().sessions.Find(static_cast<Handle>(call.environment().registers[0]));
  if (slot != nullptr) call.ReleaseSession(slot);
  return call.Undefined();
}

napi_value IsSame(const Call& call) {
  return call.Number(call.Session(0) == call.Session(1) ? 1 : 0);
}

// ---- In and out.

napi_value FromDer(const Call& call) {
  const Bytes der = call.ByteView(0);
  size_t used = 0;
  SSL_SESSION* session = SessionFromDer(call.libssl(), der.data, der.size, &used);
  const bool whole = call.Bool(1);
  if (session != nullptr && whole && used != der.size) {
    call.libssl().SSL_SESSION_free(session);
    return call.Number(-static_cast<double>(der.size - used));
  }
  return call.AdoptSession(session, kSessionBytes + 2 * used);
}

napi_value ToDer(const Call& call) {
  SSL_SESSION* session = call.SessionOrNull(0);
  const Encoding der(call.libssl(), call.libssl().i2d_SSL_SESSION, session);
  return der.data() == nullptr ? call.Null() : call.NewBuffer(der.data(), der.size());
}

napi_value FromPem(const Call& call) {
  const Bytes pem = call.ByteView(0);
  return call.AdoptSession(SessionFromPem(call.libssl(), pem.data, pem.size), kSessionBytes * 2);
}

// What `write` (PEM, text, key log) puts into memory; null where it fails.
template <typename Session>
napi_value Written(const Call& call, int (*write)(BIO*, Session*), SSL_SESSION* session) {
  const MemoryBio bio(call.libssl());
  if (bio.get() == nullptr || write(bio.get(), session) != 1) return call.Null();
  size_t size;
  const char* text = bio.data(&size);
  return call.NewLatin1(text, size);
}

napi_value ToPem(const Call& call) {
  return Written(call, call.libssl().PEM_write_bio_SSL_SESSION, call.Session(0));
}

// ---- Fields.

// For C functions that take the size as an unsigned int: what does not fit is too long for them.
unsigned int Size(const Bytes& bytes) {
  return static_cast<unsigned int>(std::min<size_t>(bytes.size, UINT_MAX));
}

napi_value GetId(const Call& call) {
  unsigned int size = 0;
  const unsigned char* id = call.libssl().SSL_SESSION_get_id(call.Session(0), &size);
  return call.NewBuffer(id, size);
}

napi_value SetId(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  const Bytes id = call.ByteView(0);
  return call.Number(call.libssl().SSL_SESSION_set1_id(session, id.data, Size(id)));
}

napi_value GetTime(const Call& call) {
  return call.NewLong(call.libssl().SSL_SESSION_get_time(call.SessionOrNull(0)));
}

napi_value SetTime(const Call& call) {
  SSL_SESSION* session = call.SessionOrNull(0);
  return call.NewLong(call.libssl().SSL_SESSION_set_time(session, call.Long(0)));
}

napi_value GetTimeout(const Call& call) {
  return call.NewLong(call.libssl().SSL_SESSION_get_timeout(call.SessionOrNull(0)));
}

napi_value SetTimeout(const Call& call) {
  SSL_SESSION* session = call.SessionOrNull(0);
  return call.NewLong(call.libssl().SSL_SESSION_set_timeout(session, call.Long(0)));
}

napi_value GetProtocolVersion(const Call& call) {
  return call.Number(call.libssl().SSL_SESSION_get_protocol_version(call.Session(0)));
}

napi_value SetProtocolVersion(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  return call.Number(call.libssl().SSL_SESSION_set_protocol_version(session, call.Int(0)));
}

napi_value GetCipher(const Call& call) {
  const Libssl& libssl = call.libssl();
  const SSL_CIPHER* cipher = libssl.SSL_SESSION_get0_cipher(call.Session(0));
  if (cipher == nullptr) return call.Null();
  Napi::Object info = Napi::Object::New(call.env());
  info["name"] = libssl.SSL_CIPHER_get_name(cipher);
  const char* standard_name = libssl.SSL_CIPHER_standard_name(cipher);
  info["standardName"] = standard_name == nullptr ? "" : standard_name;
  info["id"] = static_cast<double>(libssl.SSL_CIPHER_get_protocol_id(cipher));
  info["version"] = libssl.SSL_CIPHER_get_version(cipher);
  info["bits"] = libssl.SSL_CIPHER_get_bits(cipher, nullptr);
  return info;
}

napi_value GetHostname(const Call& call) {
  const char* hostname = call.libssl().SSL_SESSION_get0_hostname(call.Session(0));
  return hostname == nullptr ? call.Null() : call.NewLatin1(hostname, NAPI_AUTO_LENGTH);
}

napi_value SetHostname(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  if (call.IsNull(0)) return call.Number(call.libssl().SSL_SESSION_set1_hostname(session, nullptr));
  return call.Number(call.libssl().SSL_SESSION_set1_hostname(session, call.Latin1(0).c_str()));
}

napi_value GetAlpn(const Call& call) {
  const unsigned char* alpn = nullptr;
  size_t size = 0;
  call.libssl().SSL_SESSION_get0_alpn_selected(call.Session(0), &alpn, &size);
  return alpn == nullptr ? call.Null() : call.NewBuffer(alpn, size);
}

napi_value SetAlpn(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  const Bytes alpn = call.IsNull(0) ? Bytes{nullptr, 0} : call.ByteView(0);
  return call.Number(call.libssl().SSL_SESSION_set1_alpn_selected(session, alpn.data, alpn.size));
}

napi_value HasTicket(const Call& call) {
  return call.Number(call.libssl().SSL_SESSION_has_ticket(call.Session(0)));
}

napi_value GetTicketLifetimeHint(const Call& call) {
  return call.NewUnsignedLong(call.libssl().SSL_SESSION_get_ticket_lifetime_hint(call.Session(0)));
}

napi_value IsResumable(const Call& call) {
  return call.Number(call.libssl().SSL_SESSION_is_resumable(call.Session(0)));
}

}  // namespace

std::vector<Function> SessionFunctions() {
  return {
      {"SSL_SESSION_new", Entry<New, Errors::kWithoutObject>},
      {"SSL_SESSION_dup", Entry<Dup, Errors::kWithoutObject>},
      {"SSL_SESSION_up_ref", Entry<UpRef, Errors::kNever>},
      {"SSL_SESSION_free", Entry<Free, Errors::kNever>},
      {"shareSession", Entry<Share, Errors::kNever>},
      {"collectSession", Entry<Collect, Errors::kNever>},
      {"isSameSession", Entry<IsSame, Errors::kNever>},
      {"d2i_SSL_SESSION", Entry<FromDer, Errors::kPossible>},
      {"i2d_SSL_SESSION", Entry<ToDer, Errors::kPossible>},
      {"PEM_read_bio_SSL_SESSION", Entry<FromPem, Errors::kPossible>},
      {"PEM_write_bio_SSL_SESSION", Entry<ToPem, Errors::kPossible>},
      {"SSL_SESSION_get_id", Entry<GetId, Errors::kNever>},
      {"SSL_SESSION_set1_id", Entry<SetId, Errors::kPossible>},
      {"SSL_SESSION_get_time", Entry<GetTime, Errors::kNever>},
      {"SSL_SESSION_set_time", Entry<SetTime, Errors::kNever>},
      {"SSL_SESSION_get_timeout", Entry<GetTimeout, Errors::kNever>},
      {"SSL_SESSION_set_timeout", Entry<SetTimeout, Errors::kNever>},
      {"SSL_SESSION_get_protocol_version", Entry<GetProtocolVersion, Errors::kNever>},
      {"SSL_SESSION_set_protocol_version", Entry<SetProtocolVersion, Errors::kNever>},
      {"SSL_SESSION_get0_cipher", Entry<GetCipher, Errors::kNever>},
      {"SSL_SESSION_get0_hostname", Entry<GetHostname, Errors::kNever>},
      {"SSL_SESSION_set1_hostname", Entry<SetHostname, Errors::kPossible>},
      {"SSL_SESSION_get0_alpn_selected", Entry<GetAlpn, Errors::kNever>},
      {"SSL_SESSION_set1_alpn_selected", Entry<SetAlpn, Errors::kPossible>},
      {"SSL_SESSION_has_ticket", Entry<HasTicket, Errors::kNever>},
      {"SSL_SESSION_get_ticket_lifetime_hint", Entry<GetTicketLifetimeHint, Errors::kNever>},
      {"SSL_SESSION_is_resumable", Entry<IsResumable, Errors::kNever>},
  };
}

}  // namespace libssl_session
