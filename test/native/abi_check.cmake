# Compiles abi_check.cc against OpenSSL 1.1.1's headers. With BREAK=prototype or constant the list
# is first made wrong in one place, and the compiler must refuse it for that reason.

if(NOT EXISTS "${HEADERS}/openssl/ssl.h")
  message("skipped: no OpenSSL 1.1.1 headers in ${HEADERS} (node scripts/setup.mjs --tests fetches them)")
  return()
endif()

file(MAKE_DIRECTORY "${SCRATCH}")
file(READ "${NATIVE}/openssl.def" list)
set(expected "")
set(whole "${list}")
if(BREAK STREQUAL prototype)
  string(REGEX REPLACE "(FUNCTION\\(ssl, )long(, SSL_SESSION_set_time,)" "\\1int\\2" list "${list}")
  set(expected "SSL_SESSION_set_time is declared otherwise")
elseif(BREAK STREQUAL constant)
  string(REGEX REPLACE "(CONSTANT\\(kBioCtrlInfo, BIO_CTRL_INFO, )3" "\\14" list "${list}")
  set(expected "BIO_CTRL_INFO has another value")
endif()
if(expected AND list STREQUAL whole)
  message(FATAL_ERROR "the line to make wrong is not in openssl.def any more")
endif()
file(WRITE "${SCRATCH}/openssl.def" "${list}")
file(COPY "${NATIVE}/openssl.h" DESTINATION "${SCRATCH}")

execute_process(
  COMMAND "${COMPILER}" -std=c++17 -fsyntax-only -Wall -Wextra -Werror
    -isystem "${HEADERS}" "-I${SCRATCH}" "${CMAKE_CURRENT_LIST_DIR}/abi_check.cc"
  RESULT_VARIABLE result ERROR_VARIABLE messages)
if(expected)
  if(result EQUAL 0)
    message(FATAL_ERROR "the wrong ${BREAK} was accepted")
  elseif(NOT messages MATCHES "${expected}")
    message(FATAL_ERROR "expected \"${expected}\", got:\n${messages}")
  endif()
elseif(NOT result EQUAL 0)
  message(FATAL_ERROR "${messages}")
endif()
