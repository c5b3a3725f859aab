{
  "targets": [
    {
      "target_name": "ssl_session",
      "sources": [
        "native/addon.cc",
        "native/addon_answers.cc",
        "native/addon_connection.cc",
        "native/addon_context.cc",
        "native/addon_credentials.cc",
        "native/addon_datagrams.cc",
        "native/addon_events.cc",
        "native/addon_forwarded.cc",
        "native/addon_session.cc",
        "native/client_hello.cc",
        "native/connection.cc",
        "native/context.cc",
        "native/datagram_bio.cc",
        "native/datagrams.cc",
        "native/error_queue.cc",
        "native/fragments.cc",
        "native/libssl.cc",
        "native/psk.cc",
        "native/rules.cc",
        "native/server_name.cc",
        "native/session.cc",
        "native/session_counts.cc",
        "native/verify.cc",
        "native/wiped_memory.cc",
      ],
      "defines": [
        "NAPI_VERSION=8",
        "NAPI_CPP_EXCEPTIONS",
        # An environment that is being terminated takes no exception: it is dropped, not thrown again.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
      ],
      "cflags!": ["-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++20", "-std=gnu++17"],
      "cflags_cc": [
        "-std=c++17",
        # As a system header: its warnings are not ours. Relative to build/, so that a path with a
        # space in it does no harm.
        "-isystem", "../<!(node -p \"require('node-addon-api').include_dir\")",
        "-fvisibility=hidden",
        "-Wall", "-Wextra", "-Wshadow", "-Wnon-virtual-dtor",
      ],
      # Sessions and libssl's callbacks outlive the last environment that uses the addon.
      "ldflags": ["-Wl,-z,nodelete", "-Wl,-z,now", "-Wl,-z,relro"],
      "libraries": ["-ldl"],
    },
  ],
}
