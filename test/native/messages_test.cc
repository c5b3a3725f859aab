// What is recorded of a connection: its messages, extensions and states; for itself, for its
// context, and for the context that a server has switched to.

#include "core/messages.h"

#include <cstring>

#include "core/server_name.h"
#include "tls.h"

namespace libssl_session {
namespace {

constexpr uint16_t kHeader = 256;
constexpr uint16_t kInnerContentType = 257;
constexpr uint16_t kHandshake = 22;

struct Message {
  MessageHead head;
  std::string bytes;
};

// Those of one connection and context, in order.
std::vector<Message> Messages(const World& world, Handle context, Handle connection) {
  std::vector<Message> messages;
  for (const Event* event : world.Events(EventKind::kMessages)) {
    if (event->context != context || event->connection != connection) continue;
    const std::string all = Text(*event);
    for (size_t at = 0; at < all.size();) {
      Message message;
      CHECK(at + sizeof message.head <= all.size());
      std::memcpy(&message.head, all.data() + at, sizeof message.head);
      at += sizeof message.head;
      CHECK(at + message.head.size <= all.size());
      message.bytes = all.substr(at, message.head.size);
      at += message.head.size;
      messages.push_back(message);
    }
  }
  return messages;
}

std::vector<Message> Messages(const Connection& connection) {
  return Messages(connection.world, connection->context.id, connection->id);
}

// The types of the handshake's messages that went this way.
std::string Types(const std::vector<Message>& messages, bool sent) {
  std::string types;
  for (const Message& message : messages) {
    if (message.head.content_type == kHandshake && (message.head.sent == 1) == sent) {
      types += std::to_string(message.bytes[0]) + " ";
    }
  }
  return types;
}

size_t Count(const std::vector<Message>& messages, uint16_t type) {
  size_t count = 0;
  for (const Message& message : messages) count += message.head.content_type == type ? 1 : 0;
  return count;
}

const uint32_t kMessageBit = Bit(EventKind::kMessages);

void TestMessages(const Libssl& libssl) {
  for (const int version : {kTls12, kTls13, kDtls12}) {
    Test("a connection that asks has its messages, and the other side has none", [&] {
      World world(libssl);
      const Context client(world, Side::kClient, version);
      const Context server(world, Side::kServer, version);
      Pair pair(client, server);
      Observe(pair.client.state(), kMessageBit);
      CHECK(pair.Connect());
      const auto messages = Messages(pair.client);
      CHECK(Messages(pair.server).empty());
      CHECK(Types(messages, true) == (version == kTls13 ? "1 20 " : "1 16 20 "));
      CHECK(Types(messages, false) ==
            (version == kTls13 ? "2 8 11 15 20 4 4 " : "2 11 12 14 4 20 "));
      CHECK(messages[0].head.content_type == kHeader);
      CHECK(messages[0].head.version == 0);
      CHECK(messages[0].bytes.size() == (version == kDtls12 ? 13 : 5));
      CHECK((Count(messages, kInnerContentType) > 0) == (version == kTls13));
      CHECK(messages[1].head.content_type == kHandshake && messages[1].head.sent == 1);
      // One event for many messages.
      CHECK(world.registry.events.size() < messages.size() / 2);
      pair.Shutdown();
    });
  }

  Test("with nobody asking there is no event, and none after the wish is taken back", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    {
      Pair pair(client, server);
      Observe(pair.client.state(), kOwnKinds);
      Observe(pair.client.state(), 0);
      client->Observe(kOwnKinds);
      client->Observe(0);
      CHECK(pair.Connect());
      pair.Shutdown();
    }
    CHECK(world.registry.events.empty() ||
          world.registry.events.back().kind == EventKind::kContextGone);
    CHECK(world.registry.messages == 0);
  });

  Test("a context that asks has those of the connections that it has, and of later ones", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    const Context server(world, Side::kServer);
    Pair before(client, server);
    server->Observe(kMessageBit);
    Pair after(client, server);
    CHECK(before.Connect() && after.Connect());
    for (const Pair* pair : {&before, &after}) {
      CHECK(Types(Messages(pair->server), false) == "1 20 ");
      CHECK(Messages(pair->client).empty());
    }
    before.Shutdown();
    after.Shutdown();
  });

  Test("a context that a server switches to has them from then on, and the first has all", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    Context first(world, Side::kServer, kTls12);
    Context other(world, Side::kServer, kTls12);
    libssl.SSL_CTX_up_ref(other.get());
    first->server_names["other.example"] = other.get();
    InstallServerNames(first.state());
    for (const bool first_asks : {true, false}) {
      world.ForgetEvents();
      first->Observe(first_asks ? kMessageBit : 0);
      other->Observe(kMessageBit | Bit(EventKind::kState));
      Pair pair(client, first);
      CHECK(libssl.SSL_ctrl(pair.client.get(), kCtrlSetHostname, kNameTypeHostName,
                            const_cast<char*>("other.example")) == 1);
      CHECK(pair.Connect());
      CHECK(libssl.SSL_get_SSL_CTX(pair.server.get()) == other.get());
      CHECK(Types(Messages(pair.server), true) == (first_asks ? "2 11 12 14 4 20 " : ""));
      const auto switched = Messages(world, other->id, pair.server->id);
      CHECK(Types(switched, true) == "2 11 12 14 4 20 ");
      CHECK(Types(switched, false) == "16 20 ");
      const auto states = world.Events(EventKind::kState);
      CHECK(!states.empty());
      for (const Event* each : states) CHECK(each->context == other->id);
      pair.Shutdown();
    }
  });

  Test("a step that a peer makes long loses what is beyond the bound", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    Pair pair(client, server);
    CHECK(pair.Connect());
    Observe(pair.server.state(), kMessageBit);
    for (size_t i = 0; i < kMostRecorded + 10; ++i) pair.client.Write("x");
    pair.client.Send(pair.server);
    CHECK(pair.server.Read().size() == kMostRecorded + 10);
    CHECK(Messages(pair.server).size() == kMostRecorded);
    // The next step has its own.
    world.ForgetEvents();
    pair.client.Write("x");
    pair.client.Send(pair.server);
    CHECK(pair.server.Read() == "x");
    CHECK(Messages(pair.server).size() == 1);
    pair.Shutdown();
  });
}

void TestExtensionsAndStates(const Libssl& libssl) {
  Test("the extensions that come, each with its type, what it says and whose it is", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls13);
    const Context server(world, Side::kServer, kTls13);
    Pair pair(client, server);
    Observe(pair.client.state(), Bit(EventKind::kExtension));
    Observe(pair.server.state(), Bit(EventKind::kExtension));
    CHECK(pair.Connect());
    size_t versions = 0;
    for (const Event* each : world.Events(EventKind::kExtension)) {
      if (each->number != kExtensionSupportedVersions) continue;
      ++versions;
      const bool from_server = each->connection == pair.client->id;
      CHECK(each->value == (from_server ? 1 : 0));
      CHECK(Text(*each) == (from_server ? "\x03\x04" : "\x02\x03\x04"));
    }
    CHECK(versions == 2);
    pair.Shutdown();
  });

  Test("states in words, and alerts", [&] {
    World world(libssl);
    const Context client(world, Side::kClient, kTls12);
    const Context server(world, Side::kServer, kTls12);
    Pair pair(client, server);
    Observe(pair.client.state(), Bit(EventKind::kState));
    CHECK(pair.Connect());
    pair.Shutdown();
    const auto states = world.Events(EventKind::kState);
    CHECK(states[0]->number == kCbHandshakeStart);
    CHECK(Text(*states[0]) == "before SSL initialization");
    bool alert = false;
    for (const Event* each : states) {
      CHECK(each->context == client->id && each->connection == pair.client->id);
      alert = alert || (each->number == 0x4008 && each->value == 0x100);  // close_notify, sent
    }
    CHECK(alert);
  });

  Test("a connection that asked says when it ends", [&] {
    World world(libssl);
    const Context client(world, Side::kClient);
    Connection asked(client);
    Connection other(client);
    const Handle id = asked->id;
    Observe(asked.state(), kMessageBit);
    other.Free();
    CHECK(world.registry.events.empty());
    asked.Free();
    CHECK(world.registry.events.size() == 1);
    CHECK(world.registry.events[0].kind == EventKind::kConnectionGone);
    CHECK(world.registry.events[0].connection == id);
  });
}

void TestSecret() {
  Test("bytes that grow stay as they are", [] {
    Secret secret(reinterpret_cast<const uint8_t*>("ab"), 2);
    std::string expected = "ab";
    for (size_t size = 1; size < 5000; size += 37) {
      std::memset(secret.Grow(size), static_cast<int>(size % 251), size);
      expected.append(size, static_cast<char>(size % 251));
      CHECK(std::string(reinterpret_cast<const char*>(secret.data()), secret.size()) == expected);
    }
  });
}

}  // namespace
}  // namespace libssl_session

int main() {
  using namespace libssl_session;
  const Libssl& libssl = Load();
  CHECK(StartCountingSessions(libssl));
  TestSecret();
  TestMessages(libssl);
  TestExtensionsAndStates(libssl);
}
