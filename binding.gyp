{
  "targets": [
    {
      "target_name": "ssl_session",
      "sources": [
        "native/addon/answers.cc",
        "native/addon/call.cc",
        "native/addon/connections.cc",
        "native/addon/contexts.cc",
        "native/addon/credentials.cc",
        "native/addon/datagrams.cc",
        "native/addon/forwarded.cc",
        "native/addon/load.cc",
        "native/addon/outcome.cc",
        "native/addon/sessions.cc",
        "native/addon/steps.cc",
        "native/core/client_hello.cc",
        "native/core/connection.cc",
        "native/core/context.cc",
        "native/core/datagram_bio.cc",
        "native/core/datagrams.cc",
        "native/core/error_queue.cc",
        "native/core/fragments.cc",
        "native/core/messages.cc",
        "native/core/psk.cc",
        "native/core/rules.cc",
        "native/core/server_name.cc",
        "native/core/session.cc",
        "native/core/session_counts.cc",
        "native/core/stream_bio.cc",
        "native/core/verify.cc",
        "native/core/wiped_memory.cc",
        "native/loader/elf_file.cc",
        "native/loader/isolation.cc",
        "native/loader/libssl.cc",
      ],
      "include_dirs": ["native"],
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
