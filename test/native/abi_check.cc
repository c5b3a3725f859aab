// The rows of openssl.def against OpenSSL's own headers. Compiled, never run, and only
// against 1.1.1's headers: see abi_check.cmake.

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/lhash.h>
#include <openssl/opensslv.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <type_traits>

#include "openssl.h"

static_assert(OPENSSL_VERSION_NUMBER >> 12 == 0x10101, "these are not the headers of 1.1.1");

// Some are deprecated, and here all the same.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define FUNCTION(library, result, name, parameters, reach)               \
  static_assert(std::is_same_v<decltype(&::name), result(*) parameters>, \
                #name " is declared otherwise in OpenSSL's headers");
#define CONTROL(result, name, parameters, command, value, reach) \
  static_assert(command == value, #command " has another value in OpenSSL's headers");
#define CONSTANT(ours, theirs, value)                                              \
  static_assert(libssl_session::ours == (theirs) && libssl_session::ours == value, \
                #theirs " has another value in OpenSSL's headers");
#include "openssl.def"

// How error_queue.h says that an error code is packed.
static_assert(ERR_PACK(20, 301, 402) == (20 << 24 | 301 << 12 | 402));
