// Extensions that libssl does not know, answered in advance: what is sent, and whether what comes
// is accepted.

#ifndef LIBSSL_SESSION_NATIVE_CORE_CUSTOM_EXTENSIONS_H_
#define LIBSSL_SESSION_NATIVE_CORE_CUSTOM_EXTENSIONS_H_

#include "core/context.h"

namespace libssl_session {

enum class ExtensionSide { kBoth, kClient, kServer };

// SSL_CTX_add_custom_ext, or for one side SSL_CTX_add_client_custom_ext or …_server_…, which have
// no `where`. Returns what C returns.
int AddCustomExtension(ContextState* context, ExtensionSide side, unsigned int type,
                       unsigned int where, CustomExtension answer);

}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_CORE_CUSTOM_EXTENSIONS_H_
