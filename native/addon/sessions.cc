// The session functions that are not only forwarded, in the order of openssl.def. Each is one C
// call, or one function of session.h, between the arguments and the result.

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstring>
#include <string>

#include "addon/entry.h"
#include "addon/forward.h"
#include "addon/lifetime.h"
#include "core/rules.h"
#include "core/session.h"

namespace libssl_session {
namespace {

// ---- Life cycle.

napi_value New(const Call& call) {
  return call.AdoptSession(call.libssl().SSL_SESSION_new(), kSessionBytes);
}

napi_value Dup(const Call& call) {
  const auto* slot = call.Slot(0);
  const size_t bytes = std::max<size_t>(slot->bytes, kSessionBytes);
  return call.AdoptSession(call.libssl().SSL_SESSION_dup(slot->object), bytes);
}

// The reference that a callback had on loan. An object that has adopted the handle keeps it, or has
// given it back already.
napi_value GiveBackLoan(const Call& call) {
  auto* slot = call.Find<SSL_SESSION>(0);
  if (slot != nullptr && !slot->lent) call.Release<SSL_SESSION>(slot);
  return call.Undefined();
}

// SSL_SESSION_up_ref, the new reference owned by a handle of its own.
napi_value Share(const Call& call) {
  const auto* slot = call.Slot(0);
  call.CheckReferences();
  if (call.libssl().SSL_SESSION_up_ref(slot->object) != 1) return call.Number(kNullHandle);
  return call.Adopt(slot->object, kHandleBytes, slot->origin);
}

// Gives a JavaScript object the one reference it owns, of those that the handle has.
napi_value Adopt(const Call& call) {
  auto* slot = call.Slot(0);
  if (slot->lent) throw Misuse{Rule::kAdopted};
  slot->lent = true;
  if (slot->references > 1) call.Release<SSL_SESSION>(slot, slot->references - 1);
  return call.Undefined();
}

napi_value IsSame(const Call& call) {
  return call.Number(call.Session(0) == call.Session(1) ? 1 : 0);
}

// ---- In and out.

// d2i_SSL_SESSION(der, strict): in register 1 how many bytes were left over, which a strict caller
// has for a failure.
napi_value FromDer(const Call& call) {
  const Bytes der = call.ByteView(0);
  const bool strict = call.Bool(1);
  size_t used = 0;
  SSL_SESSION* session = SessionFromDer(call.libssl(), der.data, der.size, &used);
  const size_t left = session == nullptr ? 0 : der.size - used;
  call.environment().registers[1] = static_cast<double>(left);
  if (strict && left != 0) {
    call.libssl().SSL_SESSION_free(session);
    return call.Number(kNullHandle);
  }
  return call.AdoptSession(session, kSessionBytes + 2 * used);
}

// The size; and the bytes: into the view, where they have its size; or, without one, into the pool
// from the offset in register 1 on, where there is room for them.
napi_value ToDer(const Call& call) {
  SSL_SESSION* session = call.SessionOrNull(0);
  const MutableBytes& pool = call.environment().der_pool;
  const double offset = call.environment().registers[1];
  const bool in_pool = offset >= 0 && offset <= static_cast<double>(pool.size);
  const size_t used = in_pool ? static_cast<size_t>(offset) : 0;
  MutableBytes to =
      in_pool ? MutableBytes{pool.data + used, pool.size - used} : call.MutableByteView(0);
  const int size = call.libssl().i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) {
    call.KeepErrors();
  } else if (in_pool ? static_cast<size_t>(size) <= to.size
                     : static_cast<size_t>(size) == to.size) {
    call.libssl().i2d_SSL_SESSION(session, &to.data);
  }
  return call.Number(size);
}

napi_value SetDerPool(const Call& call) {
  call.environment().der_pool = call.MutableByteView(0);
  return call.Undefined();
}

napi_value FromPem(const Call& call) {
  const Bytes pem = call.ByteView(0);
  return call.AdoptSession(SessionFromPem(call.libssl(), pem.data, pem.size),
                           kSessionBytes + pem.size);
}

// What `write` (PEM, text, key log) puts into memory; null where it fails.
template <typename Session>
napi_value Written(const Call& call, int (*write)(BIO*, Session*), SSL_SESSION* session) {
  const MemoryBio bio(call.libssl());
  if (!WriteSession(call.libssl(), bio, write, session)) return call.Null();
  size_t size;
  const char* text = bio.data(&size);
  return call.NewLatin1(text, size);
}

napi_value ToPem(const Call& call) {
  return Written(call, call.libssl().PEM_write_bio_SSL_SESSION, call.Session(0));
}

napi_value Print(const Call& call) {
  return Written(call, call.libssl().SSL_SESSION_print, call.SessionOrNull(0));
}

napi_value PrintKeylog(const Call& call) {
  return Written(call, call.libssl().SSL_SESSION_print_keylog, call.SessionOrNull(0));
}

// ---- Fields.

napi_value SetId(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  const Bytes id = call.ByteView(0);
  Obey(ChangeIdRule(call.environment().registry, session, id.size));
  return call.Number(call.libssl().SSL_SESSION_set1_id(session, id.data, SizeOf(id)));
}

napi_value SetProtocolVersion(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  Obey(ChangeVersionRule(call.environment().registry, session));
  return call.Number(call.libssl().SSL_SESSION_set_protocol_version(session, NumberOf<int>(call)));
}

napi_value SetCipher(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  if (call.IsNull(0)) Obey(StripRule(call.environment().registry, session));
  // src/ gives only numbers that FindCipher knows.
  const SSL_CIPHER* cipher = call.IsNull(0) ? nullptr : FindCipher(call.libssl(), call.Int(0));
  return call.Number(call.libssl().SSL_SESSION_set_cipher(session, cipher));
}

napi_value Ciphers(const Call& call) {
  std::vector<napi_value> ciphers;
  for (const SSL_CIPHER* cipher : AllCiphers(call.libssl())) {
    ciphers.push_back(CipherInfo(call, cipher));
  }
  return call.NewArray(ciphers);
}

napi_value SetHostname(const Call& call) {
  auto* slot = call.Slot(0);
  SSL_SESSION* session = slot->object;
  if (call.IsNull(0)) return call.Number(call.libssl().SSL_SESSION_set1_hostname(session, nullptr));
  const std::string hostname = call.Latin1(0);
  call.Grow(slot, hostname.size());
  return call.Number(call.libssl().SSL_SESSION_set1_hostname(session, hostname.c_str()));
}

napi_value SetAlpn(const Call& call) {
  auto* slot = call.Slot(0);
  SSL_SESSION* session = slot->object;
  const Bytes alpn = call.IsNull(0) ? Bytes{nullptr, 0} : call.ByteView(0);
  call.Grow(slot, alpn.size);
  return call.Number(call.libssl().SSL_SESSION_set1_alpn_selected(session, alpn.data, alpn.size));
}

napi_value GetMasterKey(const Call& call) {
  const MasterKey key(call.libssl(), call.Session(0));
  return call.NewBuffer(key.data(), key.size());
}

napi_value SetMasterKey(const Call& call) {
  SSL_SESSION* session = call.Session(0);
  const Bytes key = call.ByteView(0);
  if (key.size == 0) Obey(StripRule(call.environment().registry, session));
  return call.Number(call.libssl().SSL_SESSION_set1_master_key(session, key.data, key.size));
}

napi_value SetTicketAppData(const Call& call) {
  auto* slot = call.Slot(0);
  SSL_SESSION* session = slot->object;
  const Bytes data = call.IsNull(0) ? Bytes{nullptr, 0} : call.ByteView(0);
  call.Grow(slot, data.size);
  return call.Number(call.libssl().SSL_SESSION_set1_ticket_appdata(session, data.data, data.size));
}

napi_value GetPeer(const Call& call) {
  X509* peer = call.libssl().SSL_SESSION_get0_peer(call.Session(0));
  if (peer == nullptr) return call.Null();
  const Encoding der(call.libssl(), call.libssl().i2d_X509, peer);
  return der.data() == nullptr ? call.Null() : call.NewBuffer(der.data(), der.size());
}

// ---- All of a session that is no secret, in one call: src/session/info.ts reads it in this order.

class InfoWriter {
 public:
  explicit InfoWriter(double* registers) : next_(registers) {}

  void Number(double value) { *next_++ = value; }
  // A number, or NaN and the decimal text of what a number would round.
  template <typename Integer>
  void Long(Integer value) {
    const double number = static_cast<double>(value);
    const bool exact = number >= -9007199254740991.0 && number <= 9007199254740991.0;
    Number(exact ? number : std::nan(""));
    if (!exact) Text(std::to_string(value));
  }
  // The length, and the text; -1 for nullptr.
  void Text(const char* data, size_t size) {
    Number(data == nullptr ? -1 : static_cast<double>(size));
    if (data != nullptr) text_.append(data, size);
  }
  void Text(const std::string& text) { Text(text.data(), text.size()); }
  void Hex(const void* data, size_t size) {
    if (data == nullptr) return Number(-1);
    Number(static_cast<double>(2 * size));
    for (size_t i = 0; i < size; ++i) {
      const uint8_t byte = static_cast<const uint8_t*>(data)[i];
      text_ += kDigits[byte >> 4];
      text_ += kDigits[byte & 15];
    }
  }
  const std::string& text() const { return text_; }

 private:
  static constexpr char kDigits[] = "0123456789abcdef";
  double* next_;
  std::string text_;
};

napi_value Info(const Call& call) {
  const Libssl& libssl = call.libssl();
  SSL_SESSION* session = call.Session(0);
  InfoWriter info(call.environment().registers);
  unsigned int short_size = 0;
  size_t size = 0;
  const unsigned char* bytes = libssl.SSL_SESSION_get_id(session, &short_size);
  info.Hex(bytes, short_size);
  bytes = libssl.SSL_SESSION_get0_id_context(session, &short_size);
  info.Hex(bytes, short_size);
  info.Long(libssl.SSL_SESSION_get_time(session));
  info.Long(libssl.SSL_SESSION_get_timeout(session));
  info.Number(libssl.SSL_SESSION_get_protocol_version(session));
  const SSL_CIPHER* cipher = libssl.SSL_SESSION_get0_cipher(session);
  info.Number(cipher == nullptr ? -1 : libssl.SSL_CIPHER_get_protocol_id(cipher));
  const char* hostname = libssl.SSL_SESSION_get0_hostname(session);
  info.Text(hostname, hostname == nullptr ? 0 : std::strlen(hostname));
  libssl.SSL_SESSION_get0_alpn_selected(session, &bytes, &size);
  info.Text(reinterpret_cast<const char*>(bytes), size);
  info.Number(libssl.SSL_SESSION_has_ticket(session));
  info.Long(libssl.SSL_SESSION_get_ticket_lifetime_hint(session));
  void* data = nullptr;
  libssl.SSL_SESSION_get0_ticket_appdata(session, &data, &size);
  info.Hex(data, size);
  info.Number(libssl.SSL_SESSION_get_max_early_data(session));
  info.Number(libssl.SSL_SESSION_get_max_fragment_length(session));
  info.Number(libssl.SSL_SESSION_get_compress_id(session));
  X509* peer = libssl.SSL_SESSION_get0_peer(session);
  // null for a name that is longer than 1 MiB.
  char* subject = peer == nullptr
                      ? nullptr
                      : libssl.X509_NAME_oneline(libssl.X509_get_subject_name(peer), nullptr, 0);
  info.Text(subject, subject == nullptr ? 0 : std::strlen(subject));
  libssl.CRYPTO_free(subject, __FILE__, __LINE__);
  info.Number(libssl.SSL_SESSION_is_resumable(session));
  return call.NewLatin1(info.text().data(), info.text().size());
}

}  // namespace

napi_value CipherInfo(const Call& call, const SSL_CIPHER* cipher) {
  if (cipher == nullptr) return call.Null();
  const Libssl& libssl = call.libssl();
  return call.NewObject({
      {"name", call.NewText(libssl.SSL_CIPHER_get_name(cipher))},
      {"standardName", call.NewText(libssl.SSL_CIPHER_standard_name(cipher))},  // some have none
      {"id", call.NewNumber(libssl.SSL_CIPHER_get_protocol_id(cipher))},
      {"version", call.NewText(libssl.SSL_CIPHER_get_version(cipher))},
      {"bits", call.NewNumber(libssl.SSL_CIPHER_get_bits(cipher, nullptr))},
  });
}

std::vector<Function> SessionFunctions() {
  return {
      {"SSL_SESSION_new", Entry<New, Errors::kWithoutObject>},
      {"SSL_SESSION_dup", Entry<Dup, Errors::kWithoutObject>},
      {"SSL_SESSION_up_ref", Entry<UpRef<SSL_SESSION>, Errors::kNever>},
      {"SSL_SESSION_free", Entry<Free<SSL_SESSION>, Errors::kNever>},
      {"giveBackSession", Entry<GiveBackLoan, Errors::kNever>, "SSL_SESSION_free"},
      {"shareSession", Entry<Share, Errors::kNever>, "SSL_SESSION_up_ref"},
      {"lendSession", Entry<Lend<SSL_SESSION>, Errors::kNever>, "SSL_SESSION_up_ref"},
      {"adoptSession", Entry<Adopt, Errors::kNever>, "SSL_SESSION_up_ref"},
      {"releaseSession", Entry<Release<SSL_SESSION>, Errors::kNever>, "SSL_SESSION_free"},
      {"isSameSession", Entry<IsSame, Errors::kNever>, "SSL_SESSION_get_id"},
      {"sessionInfo", Entry<Info, Errors::kPossible>, "SSL_SESSION_print"},
      {"d2i_SSL_SESSION", Entry<FromDer, Errors::kPossible>},
      {"i2d_SSL_SESSION", Entry<ToDer, Errors::kWithoutObject>},
      {"setDerPool", Entry<SetDerPool, Errors::kNever>},
      {"PEM_read_bio_SSL_SESSION", Entry<FromPem, Errors::kPossible>},
      {"PEM_write_bio_SSL_SESSION", Entry<ToPem, Errors::kPossible>},
      {"SSL_SESSION_print", Entry<Print, Errors::kPossible>},
      {"SSL_SESSION_print_keylog", Entry<PrintKeylog, Errors::kPossible>},
      {"SSL_SESSION_set1_id", Entry<SetId, Errors::kPossible>},
      {"SSL_SESSION_set_protocol_version", Entry<SetProtocolVersion, Errors::kNever>},
      {"SSL_SESSION_set_cipher", Entry<SetCipher, Errors::kPossible>},
      {"allCiphers", Entry<Ciphers, Errors::kPossible>},
      {"SSL_SESSION_get_master_key", Entry<GetMasterKey, Errors::kNever>},
      {"SSL_SESSION_set1_master_key", Entry<SetMasterKey, Errors::kNever>},
      {"SSL_SESSION_set1_hostname", Entry<SetHostname, Errors::kPossible>},
      {"SSL_SESSION_set1_alpn_selected", Entry<SetAlpn, Errors::kPossible>},
      {"SSL_SESSION_set1_ticket_appdata", Entry<SetTicketAppData, Errors::kPossible>},
      {"SSL_SESSION_get0_peer", Entry<GetPeer, Errors::kPossible>},
  };
}

}  // namespace libssl_session
