#include "addon/outcome.h"

#include <utility>

#include "core/connection.h"

namespace libssl_session {
namespace {

napi_value NewEvent(const Call& call, Event& event) {
  napi_value data = call.Null();
  double session = 0;
  if (event.session == nullptr) {
    data = call.NewBuffer(event.data.data(), event.data.size());
  } else {
    // Adopt gives it back where it fails; what fails before, as all does when a Worker is stopped,
    // leaves it to TakeEvents.
    call.Adopt(std::exchange(event.session, nullptr), kSessionBytes, Origin(event.context));
    session = call.environment().registers[0];
  }
  return call.NewObject({
      {"kind", call.NewNumber(static_cast<double>(event.kind))},
      {"context", call.NewNumber(static_cast<double>(event.context))},
      {"connection", call.NewNumber(static_cast<double>(event.connection))},
      {"number", call.NewNumber(event.number)},
      {"value", call.NewNumber(event.value)},
      {"session", call.NewNumber(session)},
      {"data", data},
  });
}

// All that was recorded; nullptr when nothing was.
napi_value TakeEvents(const Call& call) {
  Environment& environment = call.environment();
  if (environment.registry.events.empty()) return nullptr;
  std::vector<Event> events;
  events.swap(environment.registry.events);
  environment.registry.messages = 0;
  std::vector<napi_value> values;
  try {
    values.reserve(events.size());
    for (Event& event : events) values.push_back(NewEvent(call, event));
    return call.NewArray(values);
  } catch (...) {
    for (const Event& event : events) call.libssl().SSL_SESSION_free(event.session);
    throw;
  }
}

napi_value TakeOutput(const Call& call, SSL* ssl) {
  const size_t size = ssl == nullptr ? 0 : Pending(call.libssl(), ssl);
  if (size == 0) return nullptr;
  void* bytes = nullptr;
  const napi_value output = call.NewBuffer(size, &bytes);
  call.libssl().BIO_read(call.libssl().SSL_get_wbio(ssl), bytes, static_cast<int>(size));
  return output;
}

}  // namespace

napi_value FinishCall(const Call& call, double result, int error, SSL* ssl, napi_value data) {
  const napi_value output = TakeOutput(call, ssl);
  const napi_value events = TakeEvents(call);
  call.environment().registers[0] = result;
  call.environment().registers[1] = error;
  if (data == nullptr && output == nullptr && events == nullptr) return call.Undefined();
  const napi_value null = call.Null();
  return call.NewArray({data == nullptr ? null : data, output == nullptr ? null : output,
                        events == nullptr ? null : events});
}

}  // namespace libssl_session
