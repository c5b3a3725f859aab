#include "core/datagrams.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "core/datagram_bio.h"

namespace libssl_session {
namespace {

constexpr unsigned int kLongestTimeout = 60'000'000;
constexpr unsigned int kCookie = 32;

unsigned int OnTimer(SSL* ssl, unsigned int last) {
  const unsigned int first = ConnectionState::Of(CallbackLibssl(), ssl)->first_timeout;
  return last == 0 ? first : std::min(last, kLongestTimeout / 2) * 2;
}

// Makes the cookie for the peer's address. False if no address is known: all peers would share one
// cookie.
bool MakeCookie(const ConnectionState& state, const Secret& key, uint8_t* cookie) {
  const Libssl& libssl = state.context.libssl;
  const std::string& address = state.peer_address;
  unsigned int size = 0;
  return !address.empty() &&
         libssl.HMAC(libssl.EVP_sha256(), key.data(), static_cast<int>(key.size()),
                     reinterpret_cast<const uint8_t*>(address.data()), address.size(), cookie,
                     &size) != nullptr;
}

// `Size`: C has two types for it.
template <CookieKeys ContextState::* which, typename Size>
int OnGenerateCookie(SSL* ssl, unsigned char* cookie, Size* size) {
  const ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  const std::vector<Secret>& key = (state.context.*which).makes;
  *size = kCookie;
  return !key.empty() && MakeCookie(state, key.front(), cookie);
}

template <CookieKeys ContextState::* which, typename Size>
int OnVerifyCookie(SSL* ssl, const unsigned char* cookie, Size size) {
  const ConnectionState& state = *ConnectionState::Of(CallbackLibssl(), ssl);
  const std::vector<Secret>& keys = (state.context.*which).takes;
  return size == kCookie && std::any_of(keys.begin(), keys.end(), [&](const Secret& key) {
           uint8_t own[kCookie];
           return MakeCookie(state, key, own) &&
                  state.context.libssl.CRYPTO_memcmp(own, cookie, kCookie) == 0;
         });
}

constexpr auto kDatagrams = &ContextState::cookies;
constexpr auto kStateless = &ContextState::stateless_cookies;

}  // namespace

// At this time the connection still has the session that libssl sends with: libssl flushes a flight
// before it reads anything that could replace the session.
void KeepSent(SSL* ssl) {
  const Libssl& libssl = CallbackLibssl();
  ConnectionState& state = *ConnectionState::Of(libssl, ssl);
  SSL_SESSION* session = libssl.SSL_get_session(ssl);
  const bool kept =
      std::any_of(state.sent_with.begin(), state.sent_with.end(),
                  [&](const SessionReference& sent) { return sent.get() == session; });
  if (session != nullptr && !kept) state.sent_with.emplace_back(libssl, session);
}

void ForgetSent(SSL* ssl) { ConnectionState::Of(CallbackLibssl(), ssl)->sent_with.clear(); }

// Sets the mtu of the link. libssl subtracts our BIO's overhead from it, kHeaders and kUncounted,
// when it next sends a handshake message. SSL_set_mtu would refuse the smallest sizes less
// kUncounted, because it takes nothing below 208.
long SetMtu(SSL* ssl, long mtu) {
  const Libssl& libssl = CallbackLibssl();
  if (mtu < 0 || mtu > std::numeric_limits<long>::max() - kHeaders ||
      libssl.SSL_ctrl(ssl, kCtrlSetLinkMtu, mtu + kHeaders, nullptr) != 1) {
    return 0;
  }
  ConnectionState::Of(libssl, ssl)->mtu = mtu;
  return mtu;
}

// For data libssl counts all bytes of a record, so it needs the mtu without the deduction.
size_t GetDataMtu(const ConnectionState& state) {
  const Libssl& libssl = state.context.libssl;
  if (state.mtu == 0) return libssl.DTLS_get_data_mtu(state.ssl);
  libssl.SSL_ctrl(state.ssl, kCtrlSetMtu, state.mtu, nullptr);
  const size_t size = libssl.DTLS_get_data_mtu(state.ssl);
  SetMtu(state.ssl, state.mtu);
  return size;
}

bool GetTimeout(const ConnectionState& state, timeval* left) {
  return state.context.libssl.SSL_ctrl(state.ssl, kCtrlGetTimeout, 0, left) == 1;
}

bool SetTimeout(ConnectionState* state, uint64_t microseconds) {
  timeval time;
  // What says that a timer runs is that this time is not zero.
  if (!GetTimeout(*state, &time) || gettimeofday(&time, nullptr) != 0) return false;
  const uint64_t end = static_cast<uint64_t>(time.tv_usec) + microseconds;
  *state->timer = {time.tv_sec + static_cast<time_t>(end / 1'000'000),
                   static_cast<suseconds_t>(end % 1'000'000)};
  return true;
}

Step HandleTimeout(ConnectionState* state) {
  if (state->paused) return {0, kErrorNone};
  const auto result =
      static_cast<int>(state->context.libssl.SSL_ctrl(state->ssl, kCtrlHandleTimeout, 0, nullptr));
  return result == 0 ? Step{0, kErrorNone} : EndStep(state, result);
}

void SetFirstTimeout(ConnectionState* state, unsigned int microseconds) {
  state->first_timeout = microseconds;
  state->context.libssl.DTLS_set_timer_cb(state->ssl, microseconds == 0 ? nullptr : OnTimer);
}

Step Listen(ConnectionState* state) {
  const Libssl& libssl = state->context.libssl;
  // libssl wants to write the peer's address somewhere; our BIOs have none.
  const std::unique_ptr<BIO_ADDR, decltype(libssl.BIO_ADDR_free)> nobody(libssl.BIO_ADDR_new(),
                                                                         libssl.BIO_ADDR_free);
  if (nobody == nullptr) return {-1, kErrorSsl};
  const int result = libssl.DTLSv1_listen(state->ssl, nobody.get());
  return result == 0 ? Step{0, kErrorNone} : EndStep(state, result);
}

void InstallCookies(ContextState* state) {
  const Libssl& libssl = state->libssl;
  SSL_CTX* const context = state->context;
  const auto wanted = [](const std::vector<Secret>& keys, auto* callback) {
    return keys.empty() ? nullptr : callback;
  };
  libssl.SSL_CTX_set_cookie_generate_cb(
      context, wanted(state->cookies.makes, OnGenerateCookie<kDatagrams, unsigned int>));
  libssl.SSL_CTX_set_cookie_verify_cb(
      context, wanted(state->cookies.takes, OnVerifyCookie<kDatagrams, unsigned int>));
  libssl.SSL_CTX_set_stateless_cookie_generate_cb(
      context, wanted(state->stateless_cookies.makes, OnGenerateCookie<kStateless, size_t>));
  libssl.SSL_CTX_set_stateless_cookie_verify_cb(
      context, wanted(state->stateless_cookies.takes, OnVerifyCookie<kStateless, size_t>));
}

void CarryCookies(const ContextState& first, ContextState* to) {
  const Libssl& libssl = to->libssl;
  if (!first.cookies.makes.empty()) {
    libssl.SSL_CTX_set_cookie_generate_cb(to->context, OnGenerateCookie<kDatagrams, unsigned int>);
  }
  if (!first.cookies.takes.empty()) {
    libssl.SSL_CTX_set_cookie_verify_cb(to->context, OnVerifyCookie<kDatagrams, unsigned int>);
  }
  if (!first.stateless_cookies.makes.empty()) {
    libssl.SSL_CTX_set_stateless_cookie_generate_cb(to->context,
                                                    OnGenerateCookie<kStateless, size_t>);
  }
  if (!first.stateless_cookies.takes.empty()) {
    libssl.SSL_CTX_set_stateless_cookie_verify_cb(to->context, OnVerifyCookie<kStateless, size_t>);
  }
}

}  // namespace libssl_session
