// Every function and constant of OpenSSL 1.1.1 that this project uses, and nothing else.
//
// No OpenSSL header is included: node-gyp would give Node's own OpenSSL 3 headers. The lists are
// expanded to declare, resolve and check; abi_check (test/native/abi_check.cc) compiles them
// against the real 1.1.1 headers.

#ifndef LIBSSL_SESSION_NATIVE_LIBSSL_FUNCTIONS_H_
#define LIBSSL_SESSION_NATIVE_LIBSSL_FUNCTIONS_H_

#include <cstddef>
#include <cstdint>

// The same declarations as in OpenSSL's headers, so that abi_check can see both at once.
extern "C" {
typedef struct bio_st BIO;
typedef struct bio_method_st BIO_METHOD;
typedef struct crypto_ex_data_st CRYPTO_EX_DATA;
typedef struct ossl_init_settings_st OPENSSL_INIT_SETTINGS;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_st SSL;
typedef struct X509_name_st X509_NAME;
typedef struct x509_st X509;
typedef void CRYPTO_EX_new(void* parent, void* ptr, CRYPTO_EX_DATA* ad, int idx, long argl,
                           void* argp);
typedef void CRYPTO_EX_free(void* parent, void* ptr, CRYPTO_EX_DATA* ad, int idx, long argl,
                            void* argp);
typedef int CRYPTO_EX_dup(CRYPTO_EX_DATA* to, const CRYPTO_EX_DATA* from, void* from_d, int idx,
                          long argl, void* argp);
typedef int pem_password_cb(char* buf, int size, int rwflag, void* userdata);
// OpenSSL 1.1.1 has no names for these.
typedef void* CRYPTO_malloc_fn(size_t, const char*, int);
typedef void* CRYPTO_realloc_fn(void*, size_t, const char*, int);
typedef void CRYPTO_free_fn(void*, const char*, int);
}

// F(library, result, name, parameters)
#define LIBSSL_FUNCTIONS(F)                                                                      \
  F(crypto, unsigned long, OpenSSL_version_num, (void))                                          \
  F(crypto, const char*, OpenSSL_version, (int))                                                 \
  F(ssl, int, OPENSSL_init_ssl, (uint64_t, const OPENSSL_INIT_SETTINGS*))                        \
  F(crypto, void*, CRYPTO_malloc, (size_t, const char*, int))                                    \
  F(crypto, void, CRYPTO_free, (void*, const char*, int))                                        \
  F(crypto, void, CRYPTO_clear_free, (void*, size_t, const char*, int))                          \
  F(crypto, void, CRYPTO_get_mem_functions,                                                      \
    (CRYPTO_malloc_fn**, CRYPTO_realloc_fn**, CRYPTO_free_fn**))                                 \
  F(crypto, int, CRYPTO_set_mem_functions,                                                       \
    (CRYPTO_malloc_fn*, CRYPTO_realloc_fn*, CRYPTO_free_fn*))                                    \
  F(crypto, void, OPENSSL_cleanse, (void*, size_t))                                              \
  F(crypto, int, CRYPTO_get_ex_new_index,                                                        \
    (int, long, void*, CRYPTO_EX_new*, CRYPTO_EX_dup*, CRYPTO_EX_free*))                         \
  F(crypto, int, CRYPTO_set_ex_data, (CRYPTO_EX_DATA*, int, void*))                              \
  F(crypto, void*, CRYPTO_get_ex_data, (const CRYPTO_EX_DATA*, int))                             \
  F(crypto, void, ERR_clear_error, (void))                                                       \
  F(crypto, unsigned long, ERR_peek_error, (void))                                               \
  F(crypto, unsigned long, ERR_get_error_line_data, (const char**, int*, const char**, int*))    \
  F(crypto, const char*, ERR_lib_error_string, (unsigned long))                                  \
  F(crypto, const char*, ERR_func_error_string, (unsigned long))                                 \
  F(crypto, const char*, ERR_reason_error_string, (unsigned long))                               \
  F(crypto, BIO*, BIO_new, (const BIO_METHOD*))                                                  \
  F(crypto, BIO*, BIO_new_mem_buf, (const void*, int))                                           \
  F(crypto, const BIO_METHOD*, BIO_s_mem, (void))                                                \
  F(crypto, long, BIO_ctrl, (BIO*, int, long, void*))                                            \
  F(crypto, int, BIO_free, (BIO*))                                                               \
  F(crypto, X509_NAME*, X509_get_subject_name, (const X509*))                                    \
  F(crypto, char*, X509_NAME_oneline, (const X509_NAME*, char*, int))                            \
  F(crypto, int, i2d_X509, (X509*, unsigned char**))                                             \
  F(ssl, SSL_SESSION*, SSL_SESSION_new, (void))                                                  \
  F(ssl, SSL_SESSION*, SSL_SESSION_dup, (SSL_SESSION*))                                          \
  F(ssl, int, SSL_SESSION_up_ref, (SSL_SESSION*))                                                \
  F(ssl, void, SSL_SESSION_free, (SSL_SESSION*))                                                 \
  F(ssl, SSL_SESSION*, d2i_SSL_SESSION, (SSL_SESSION**, const unsigned char**, long))            \
  F(ssl, int, i2d_SSL_SESSION, (SSL_SESSION*, unsigned char**))                                  \
  F(ssl, SSL_SESSION*, PEM_read_bio_SSL_SESSION, (BIO*, SSL_SESSION**, pem_password_cb*, void*)) \
  F(ssl, int, PEM_write_bio_SSL_SESSION, (BIO*, SSL_SESSION*))                                   \
  F(ssl, int, SSL_SESSION_print, (BIO*, const SSL_SESSION*))                                     \
  F(ssl, int, SSL_SESSION_print_keylog, (BIO*, const SSL_SESSION*))                              \
  F(ssl, const unsigned char*, SSL_SESSION_get_id, (const SSL_SESSION*, unsigned int*))          \
  F(ssl, int, SSL_SESSION_set1_id, (SSL_SESSION*, const unsigned char*, unsigned int))           \
  F(ssl, const unsigned char*, SSL_SESSION_get0_id_context, (const SSL_SESSION*, unsigned int*)) \
  F(ssl, int, SSL_SESSION_set1_id_context, (SSL_SESSION*, const unsigned char*, unsigned int))   \
  F(ssl, long, SSL_SESSION_get_time, (const SSL_SESSION*))                                       \
  F(ssl, long, SSL_SESSION_set_time, (SSL_SESSION*, long))                                       \
  F(ssl, long, SSL_SESSION_get_timeout, (const SSL_SESSION*))                                    \
  F(ssl, long, SSL_SESSION_set_timeout, (SSL_SESSION*, long))                                    \
  F(ssl, int, SSL_SESSION_get_protocol_version, (const SSL_SESSION*))                            \
  F(ssl, int, SSL_SESSION_set_protocol_version, (SSL_SESSION*, int))                             \
  F(ssl, const SSL_CIPHER*, SSL_SESSION_get0_cipher, (const SSL_SESSION*))                       \
  F(ssl, int, SSL_SESSION_set_cipher, (SSL_SESSION*, const SSL_CIPHER*))                         \
  F(ssl, size_t, SSL_SESSION_get_master_key, (const SSL_SESSION*, unsigned char*, size_t))       \
  F(ssl, int, SSL_SESSION_set1_master_key, (SSL_SESSION*, const unsigned char*, size_t))         \
  F(ssl, const char*, SSL_SESSION_get0_hostname, (const SSL_SESSION*))                           \
  F(ssl, int, SSL_SESSION_set1_hostname, (SSL_SESSION*, const char*))                            \
  F(ssl, void, SSL_SESSION_get0_alpn_selected,                                                   \
    (const SSL_SESSION*, const unsigned char**, size_t*))                                        \
  F(ssl, int, SSL_SESSION_set1_alpn_selected, (SSL_SESSION*, const unsigned char*, size_t))      \
  F(ssl, int, SSL_SESSION_has_ticket, (const SSL_SESSION*))                                      \
  F(ssl, void, SSL_SESSION_get0_ticket, (const SSL_SESSION*, const unsigned char**, size_t*))    \
  F(ssl, unsigned long, SSL_SESSION_get_ticket_lifetime_hint, (const SSL_SESSION*))              \
  F(ssl, int, SSL_SESSION_get0_ticket_appdata, (SSL_SESSION*, void**, size_t*))                  \
  F(ssl, int, SSL_SESSION_set1_ticket_appdata, (SSL_SESSION*, const void*, size_t))              \
  F(ssl, uint32_t, SSL_SESSION_get_max_early_data, (const SSL_SESSION*))                         \
  F(ssl, int, SSL_SESSION_set_max_early_data, (SSL_SESSION*, uint32_t))                          \
  F(ssl, uint8_t, SSL_SESSION_get_max_fragment_length, (const SSL_SESSION*))                     \
  F(ssl, unsigned int, SSL_SESSION_get_compress_id, (const SSL_SESSION*))                        \
  F(ssl, X509*, SSL_SESSION_get0_peer, (SSL_SESSION*))                                           \
  F(ssl, int, SSL_SESSION_is_resumable, (const SSL_SESSION*))                                    \
  F(ssl, const char*, SSL_CIPHER_get_name, (const SSL_CIPHER*))                                  \
  F(ssl, const char*, SSL_CIPHER_standard_name, (const SSL_CIPHER*))                             \
  F(ssl, uint16_t, SSL_CIPHER_get_protocol_id, (const SSL_CIPHER*))                              \
  F(ssl, const char*, SSL_CIPHER_get_version, (const SSL_CIPHER*))                               \
  F(ssl, int, SSL_CIPHER_get_bits, (const SSL_CIPHER*, int*))                                    \
  F(ssl, const SSL_CIPHER*, SSL_CIPHER_find, (SSL*, const unsigned char*))                       \
  F(ssl, const SSL_METHOD*, TLS_method, (void))                                                  \
  F(ssl, SSL_CTX*, SSL_CTX_new, (const SSL_METHOD*))                                             \
  F(ssl, void, SSL_CTX_free, (SSL_CTX*))                                                         \
  F(ssl, SSL*, SSL_new, (SSL_CTX*))                                                              \
  F(ssl, void, SSL_free, (SSL*))

// C(our name, OpenSSL's name, value)
#define LIBSSL_CONSTANTS(C)                                       \
  C(kOpensslVersion, OPENSSL_VERSION, 0)                          \
  C(kInitNoLoadConfig, OPENSSL_INIT_NO_LOAD_CONFIG, 0x80)         \
  C(kInitLoadSslStrings, OPENSSL_INIT_LOAD_SSL_STRINGS, 0x200000) \
  C(kInitLoadCryptoStrings, OPENSSL_INIT_LOAD_CRYPTO_STRINGS, 2)  \
  C(kExIndexSslSession, CRYPTO_EX_INDEX_SSL_SESSION, 2)           \
  C(kErrTxtString, ERR_TXT_STRING, 2)                             \
  C(kBioCtrlInfo, BIO_CTRL_INFO, 3)

#define LIBSSL_DECLARE_CONSTANT(ours, theirs, value) inline constexpr long ours = value;
namespace libssl_session {
LIBSSL_CONSTANTS(LIBSSL_DECLARE_CONSTANT)
}
#undef LIBSSL_DECLARE_CONSTANT

#endif  // LIBSSL_SESSION_NATIVE_LIBSSL_FUNCTIONS_H_
