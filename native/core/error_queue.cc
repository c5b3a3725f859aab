#include "core/error_queue.h"

namespace libssl_session {

void TakeErrors(const Libssl& libssl, std::vector<OpensslError>* errors) {
  const auto text = [](const char* string) { return std::string(string ? string : ""); };
  const char* data = nullptr;
  int flags = 0;
  while (const unsigned long code =
             libssl.ERR_get_error_line_data(nullptr, nullptr, &data, &flags)) {
    errors->push_back({code, text(libssl.ERR_lib_error_string(code)),
                       text(libssl.ERR_func_error_string(code)),
                       text(libssl.ERR_reason_error_string(code)),
                       text((flags & kErrTxtString) != 0 ? data : nullptr)});
  }
}

}  // namespace libssl_session
