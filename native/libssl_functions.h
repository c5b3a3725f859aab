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
typedef struct asn1_string_st ASN1_TIME;
typedef union bio_addr_st BIO_ADDR;
typedef struct bio_st BIO;
typedef struct bio_method_st BIO_METHOD;
typedef struct crypto_ex_data_st CRYPTO_EX_DATA;
typedef struct engine_st ENGINE;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct evp_md_st EVP_MD;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct hmac_ctx_st HMAC_CTX;
typedef struct lhash_st OPENSSL_LHASH;
typedef struct ossl_init_settings_st OPENSSL_INIT_SETTINGS;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_st SSL;
typedef struct stack_st OPENSSL_STACK;
struct lhash_st_SSL_SESSION;  // LHASH_OF(SSL_SESSION)
struct stack_st_X509;         // STACK_OF(X509)
struct stack_st_SSL_CIPHER;   // STACK_OF(SSL_CIPHER)
typedef struct dh_st DH;
typedef struct PKCS12_st PKCS12;
typedef struct X509_crl_st X509_CRL;
typedef struct X509_name_st X509_NAME;
typedef struct x509_st X509;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct x509_store_st X509_STORE;
typedef struct X509_VERIFY_PARAM_st X509_VERIFY_PARAM;
typedef void CRYPTO_EX_new(void* parent, void* ptr, CRYPTO_EX_DATA* ad, int idx, long argl,
                           void* argp);
typedef void CRYPTO_EX_free(void* parent, void* ptr, CRYPTO_EX_DATA* ad, int idx, long argl,
                            void* argp);
typedef int CRYPTO_EX_dup(CRYPTO_EX_DATA* to, const CRYPTO_EX_DATA* from, void* from_d, int idx,
                          long argl, void* argp);
typedef int pem_password_cb(char* buf, int size, int rwflag, void* userdata);
typedef int SSL_TICKET_STATUS;
typedef int SSL_TICKET_RETURN;
typedef void (*OPENSSL_LH_DOALL_FUNCARG)(void*, void*);
typedef void SSL_info_callback(const SSL* ssl, int type, int val);
typedef int (*SSL_client_hello_cb_fn)(SSL* s, int* al, void* arg);
typedef int (*SSL_allow_early_data_cb_fn)(SSL* s, void* arg);
typedef void (*SSL_CTX_keylog_cb_func)(const SSL* ssl, const char* line);
typedef int (*SSL_CTX_alpn_select_cb_func)(SSL* ssl, const unsigned char** out,
                                           unsigned char* outlen, const unsigned char* in,
                                           unsigned int inlen, void* arg);
typedef unsigned int (*SSL_psk_client_cb_func)(SSL* ssl, const char* hint, char* identity,
                                               unsigned int max_identity_len, unsigned char* psk,
                                               unsigned int max_psk_len);
typedef unsigned int (*SSL_psk_server_cb_func)(SSL* ssl, const char* identity, unsigned char* psk,
                                               unsigned int max_psk_len);
typedef int (*SSL_psk_find_session_cb_func)(SSL* ssl, const unsigned char* identity,
                                            size_t identity_len, SSL_SESSION** sess);
typedef int (*SSL_psk_use_session_cb_func)(SSL* ssl, const EVP_MD* md, const unsigned char** id,
                                           size_t* idlen, SSL_SESSION** sess);
typedef int (*SSL_CTX_generate_session_ticket_fn)(SSL* s, void* arg);
typedef SSL_TICKET_RETURN (*SSL_CTX_decrypt_session_ticket_fn)(SSL* s, SSL_SESSION* ss,
                                                               const unsigned char* keyname,
                                                               size_t keyname_length,
                                                               SSL_TICKET_STATUS status, void* arg);
typedef unsigned int (*DTLS_timer_cb)(SSL* s, unsigned int timer_us);
typedef int (*SSL_verify_cb)(int preverify_ok, X509_STORE_CTX* x509_ctx);
// OpenSSL 1.1.1 has no names for these.
typedef int SSL_new_session_cb(SSL*, SSL_SESSION*);
typedef void SSL_remove_session_cb(SSL_CTX*, SSL_SESSION*);
typedef SSL_SESSION* SSL_get_session_cb(SSL*, const unsigned char*, int, int*);
typedef int SSL_cookie_generate_cb(SSL*, unsigned char*, unsigned int*);
typedef int SSL_cookie_verify_cb(SSL*, const unsigned char*, unsigned int);
typedef void SSL_callback(void);
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
  F(crypto, unsigned long, ERR_peek_last_error, (void))                                          \
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
  F(ssl, int, SSL_SESSION_set_ex_data, (SSL_SESSION*, int, void*))                               \
  F(ssl, void*, SSL_SESSION_get_ex_data, (const SSL_SESSION*, int))                              \
  F(ssl, const char*, SSL_CIPHER_get_name, (const SSL_CIPHER*))                                  \
  F(ssl, const char*, SSL_CIPHER_standard_name, (const SSL_CIPHER*))                             \
  F(ssl, uint16_t, SSL_CIPHER_get_protocol_id, (const SSL_CIPHER*))                              \
  F(ssl, int, SSL_CIPHER_get_auth_nid, (const SSL_CIPHER*))                                      \
  F(ssl, const char*, SSL_CIPHER_get_version, (const SSL_CIPHER*))                               \
  F(ssl, int, SSL_CIPHER_get_bits, (const SSL_CIPHER*, int*))                                    \
  F(ssl, const EVP_MD*, SSL_CIPHER_get_handshake_digest, (const SSL_CIPHER*))                    \
  F(ssl, const SSL_CIPHER*, SSL_CIPHER_find, (SSL*, const unsigned char*))                       \
  F(ssl, const SSL_METHOD*, TLS_method, (void))                                                  \
  F(ssl, SSL_CTX*, SSL_CTX_new, (const SSL_METHOD*))                                             \
  F(ssl, void, SSL_CTX_free, (SSL_CTX*))                                                         \
  F(ssl, SSL*, SSL_new, (SSL_CTX*))                                                              \
  F(ssl, void, SSL_free, (SSL*))                                                                 \
  F(crypto, int, BIO_read, (BIO*, void*, int))                                                   \
  F(crypto, int, BIO_write, (BIO*, const void*, int))                                            \
  F(crypto, int, BIO_get_new_index, (void))                                                      \
  F(crypto, BIO_METHOD*, BIO_meth_new, (int, const char*))                                       \
  F(crypto, int, BIO_meth_set_write, (BIO_METHOD*, int (*)(BIO*, const char*, int)))             \
  F(crypto, int, BIO_meth_set_read, (BIO_METHOD*, int (*)(BIO*, char*, int)))                    \
  F(crypto, int, BIO_meth_set_ctrl, (BIO_METHOD*, long (*)(BIO*, int, long, void*)))             \
  F(crypto, int, BIO_meth_set_destroy, (BIO_METHOD*, int (*)(BIO*)))                             \
  F(crypto, void, BIO_set_data, (BIO*, void*))                                                   \
  F(crypto, void*, BIO_get_data, (BIO*))                                                         \
  F(crypto, void, BIO_set_flags, (BIO*, int))                                                    \
  F(crypto, void, BIO_clear_flags, (BIO*, int))                                                  \
  F(crypto, X509*, PEM_read_bio_X509, (BIO*, X509**, pem_password_cb*, void*))                   \
  F(crypto, EVP_PKEY*, PEM_read_bio_PrivateKey, (BIO*, EVP_PKEY**, pem_password_cb*, void*))     \
  F(crypto, unsigned char*, SHA256, (const unsigned char*, size_t, unsigned char*))              \
  F(crypto, int, X509_up_ref, (X509*))                                                           \
  F(crypto, const ASN1_TIME*, X509_get0_notAfter, (const X509*))                                 \
  F(crypto, int, X509_cmp_current_time, (const ASN1_TIME*))                                      \
  F(crypto, int, X509_check_ip_asc, (X509*, const char*, unsigned int))                          \
  F(crypto, int, X509_check_host, (X509*, const char*, size_t, unsigned int, char**))            \
  F(crypto, int, X509_verify_cert, (X509_STORE_CTX*))                                            \
  F(crypto, X509_STORE_CTX*, X509_STORE_CTX_new, (void))                                         \
  F(crypto, int, X509_STORE_CTX_init, (X509_STORE_CTX*, X509_STORE*, X509*, stack_st_X509*))     \
  F(crypto, void, X509_STORE_CTX_free, (X509_STORE_CTX*))                                        \
  F(crypto, int, X509_STORE_CTX_set_default, (X509_STORE_CTX*, const char*))                     \
  F(crypto, X509_VERIFY_PARAM*, X509_STORE_CTX_get0_param, (X509_STORE_CTX*))                    \
  F(crypto, stack_st_X509*, X509_STORE_CTX_get0_untrusted, (X509_STORE_CTX*))                    \
  F(crypto, void, X509_STORE_CTX_set_verify_cb, (X509_STORE_CTX*, SSL_verify_cb))                \
  F(crypto, int, X509_STORE_CTX_get_error, (X509_STORE_CTX*))                                    \
  F(crypto, void, X509_STORE_CTX_set_error, (X509_STORE_CTX*, int))                              \
  F(crypto, void*, X509_STORE_CTX_get_ex_data, (X509_STORE_CTX*, int))                           \
  F(crypto, void, X509_VERIFY_PARAM_set_auth_level, (X509_VERIFY_PARAM*, int))                   \
  F(crypto, void, ERR_put_error, (int, int, int, const char*, int))                              \
  F(crypto, void, X509_free, (X509*))                                                            \
  F(crypto, void, EVP_PKEY_free, (EVP_PKEY*))                                                    \
  F(crypto, int, X509_STORE_add_cert, (X509_STORE*, X509*))                                      \
  F(crypto, PKCS12*, d2i_PKCS12_bio, (BIO*, PKCS12**))                                           \
  F(crypto, int, PKCS12_parse, (PKCS12*, const char*, EVP_PKEY**, X509**, stack_st_X509**))      \
  F(crypto, void, PKCS12_free, (PKCS12*))                                                        \
  F(crypto, X509_CRL*, PEM_read_bio_X509_CRL, (BIO*, X509_CRL**, pem_password_cb*, void*))       \
  F(crypto, void, X509_CRL_free, (X509_CRL*))                                                    \
  F(crypto, int, X509_STORE_add_crl, (X509_STORE*, X509_CRL*))                                   \
  F(crypto, int, X509_STORE_set_flags, (X509_STORE*, unsigned long))                             \
  F(crypto, DH*, PEM_read_bio_DHparams, (BIO*, DH**, pem_password_cb*, void*))                   \
  F(crypto, int, DH_bits, (const DH*))                                                           \
  F(crypto, void, DH_free, (DH*))                                                                \
  F(crypto, void, OPENSSL_sk_free, (OPENSSL_STACK*))                                             \
  F(crypto, const char*, X509_verify_cert_error_string, (long))                                  \
  F(crypto, int, OPENSSL_sk_num, (const OPENSSL_STACK*))                                         \
  F(crypto, void*, OPENSSL_sk_value, (const OPENSSL_STACK*, int))                                \
  F(crypto, void*, OPENSSL_LH_retrieve, (OPENSSL_LHASH*, const void*))                           \
  F(crypto, unsigned long, OPENSSL_LH_num_items, (const OPENSSL_LHASH*))                         \
  F(crypto, void, OPENSSL_LH_doall_arg, (OPENSSL_LHASH*, OPENSSL_LH_DOALL_FUNCARG, void*))       \
  F(crypto, int, RAND_bytes, (unsigned char*, int))                                              \
  F(crypto, const EVP_CIPHER*, EVP_aes_128_cbc, (void))                                          \
  F(crypto, const EVP_CIPHER*, EVP_aes_256_cbc, (void))                                          \
  F(crypto, const EVP_MD*, EVP_sha256, (void))                                                   \
  F(crypto, int, EVP_EncryptInit_ex,                                                             \
    (EVP_CIPHER_CTX*, const EVP_CIPHER*, ENGINE*, const unsigned char*, const unsigned char*))   \
  F(crypto, int, EVP_DecryptInit_ex,                                                             \
    (EVP_CIPHER_CTX*, const EVP_CIPHER*, ENGINE*, const unsigned char*, const unsigned char*))   \
  F(crypto, int, HMAC_Init_ex, (HMAC_CTX*, const void*, int, const EVP_MD*, ENGINE*))            \
  F(ssl, const SSL_METHOD*, TLS_client_method, (void))                                           \
  F(ssl, const SSL_METHOD*, TLS_server_method, (void))                                           \
  F(ssl, const SSL_METHOD*, DTLS_method, (void))                                                 \
  F(ssl, const SSL_METHOD*, DTLS_client_method, (void))                                          \
  F(ssl, const SSL_METHOD*, DTLS_server_method, (void))                                          \
  F(ssl, int, SSL_CTX_up_ref, (SSL_CTX*))                                                        \
  F(ssl, long, SSL_CTX_ctrl, (SSL_CTX*, int, long, void*))                                       \
  F(ssl, long, SSL_CTX_callback_ctrl, (SSL_CTX*, int, SSL_callback*))                            \
  F(ssl, int, SSL_CTX_set_ex_data, (SSL_CTX*, int, void*))                                       \
  F(ssl, void*, SSL_CTX_get_ex_data, (const SSL_CTX*, int))                                      \
  F(ssl, unsigned long, SSL_CTX_get_options, (const SSL_CTX*))                                   \
  F(ssl, unsigned long, SSL_CTX_set_options, (SSL_CTX*, unsigned long))                          \
  F(ssl, unsigned long, SSL_CTX_clear_options, (SSL_CTX*, unsigned long))                        \
  F(ssl, long, SSL_CTX_set_timeout, (SSL_CTX*, long))                                            \
  F(ssl, long, SSL_CTX_get_timeout, (const SSL_CTX*))                                            \
  F(ssl, int, SSL_CTX_add_session, (SSL_CTX*, SSL_SESSION*))                                     \
  F(ssl, int, SSL_CTX_remove_session, (SSL_CTX*, SSL_SESSION*))                                  \
  F(ssl, void, SSL_CTX_flush_sessions, (SSL_CTX*, long))                                         \
  F(ssl, lhash_st_SSL_SESSION*, SSL_CTX_sessions, (SSL_CTX*))                                    \
  F(ssl, void, SSL_CTX_sess_set_new_cb, (SSL_CTX*, SSL_new_session_cb*))                         \
  F(ssl, void, SSL_CTX_sess_set_remove_cb, (SSL_CTX*, SSL_remove_session_cb*))                   \
  F(ssl, void, SSL_CTX_sess_set_get_cb, (SSL_CTX*, SSL_get_session_cb*))                         \
  F(ssl, void, SSL_CTX_set_info_callback, (SSL_CTX*, SSL_info_callback*))                        \
  F(ssl, void, SSL_CTX_set_client_hello_cb, (SSL_CTX*, SSL_client_hello_cb_fn, void*))           \
  F(ssl, int, SSL_CTX_set_session_ticket_cb,                                                     \
    (SSL_CTX*, SSL_CTX_generate_session_ticket_fn, SSL_CTX_decrypt_session_ticket_fn, void*))    \
  F(ssl, void, SSL_CTX_set_keylog_callback, (SSL_CTX*, SSL_CTX_keylog_cb_func))                  \
  F(ssl, void, SSL_CTX_set_psk_use_session_callback, (SSL_CTX*, SSL_psk_use_session_cb_func))    \
  F(ssl, void, SSL_CTX_set_psk_find_session_callback, (SSL_CTX*, SSL_psk_find_session_cb_func))  \
  F(ssl, void, SSL_CTX_set_psk_client_callback, (SSL_CTX*, SSL_psk_client_cb_func))              \
  F(ssl, void, SSL_CTX_set_psk_server_callback, (SSL_CTX*, SSL_psk_server_cb_func))              \
  F(ssl, int, SSL_CTX_use_psk_identity_hint, (SSL_CTX*, const char*))                            \
  F(ssl, int, SSL_CTX_set_session_id_context, (SSL_CTX*, const unsigned char*, unsigned int))    \
  F(ssl, int, SSL_CTX_set_cipher_list, (SSL_CTX*, const char*))                                  \
  F(ssl, int, SSL_CTX_set_ciphersuites, (SSL_CTX*, const char*))                                 \
  F(ssl, void, SSL_CTX_set_security_level, (SSL_CTX*, int))                                      \
  F(ssl, int, SSL_CTX_get_security_level, (const SSL_CTX*))                                      \
  F(ssl, void, SSL_CTX_set_verify, (SSL_CTX*, int, SSL_verify_cb))                               \
  F(ssl, void, SSL_CTX_set_cert_verify_callback,                                                 \
    (SSL_CTX*, int (*)(X509_STORE_CTX*, void*), void*))                                          \
  F(ssl, int, SSL_CTX_get_verify_mode, (const SSL_CTX*))                                         \
  F(ssl, int, SSL_CTX_use_certificate, (SSL_CTX*, X509*))                                        \
  F(ssl, int, SSL_CTX_use_PrivateKey, (SSL_CTX*, EVP_PKEY*))                                     \
  F(ssl, int, SSL_CTX_check_private_key, (const SSL_CTX*))                                       \
  F(ssl, X509_STORE*, SSL_CTX_get_cert_store, (const SSL_CTX*))                                  \
  F(ssl, int, SSL_CTX_set_default_verify_paths, (SSL_CTX*))                                      \
  F(ssl, int, SSL_CTX_add_client_CA, (SSL_CTX*, X509*))                                          \
  F(ssl, int, SSL_CTX_set_num_tickets, (SSL_CTX*, size_t))                                       \
  F(ssl, size_t, SSL_CTX_get_num_tickets, (const SSL_CTX*))                                      \
  F(ssl, int, SSL_CTX_set_max_early_data, (SSL_CTX*, uint32_t))                                  \
  F(ssl, uint32_t, SSL_CTX_get_max_early_data, (const SSL_CTX*))                                 \
  F(ssl, int, SSL_CTX_set_recv_max_early_data, (SSL_CTX*, uint32_t))                             \
  F(ssl, uint32_t, SSL_CTX_get_recv_max_early_data, (const SSL_CTX*))                            \
  F(ssl, void, SSL_CTX_set_allow_early_data_cb, (SSL_CTX*, SSL_allow_early_data_cb_fn, void*))   \
  F(ssl, int, SSL_CTX_set_alpn_protos, (SSL_CTX*, const unsigned char*, unsigned int))           \
  F(ssl, void, SSL_CTX_set_alpn_select_cb, (SSL_CTX*, SSL_CTX_alpn_select_cb_func, void*))       \
  F(ssl, int, SSL_CTX_set_tlsext_max_fragment_length, (SSL_CTX*, uint8_t))                       \
  F(ssl, void, SSL_CTX_set_post_handshake_auth, (SSL_CTX*, int))                                 \
  F(ssl, int, SSL_up_ref, (SSL*))                                                                \
  F(ssl, long, SSL_ctrl, (SSL*, int, long, void*))                                               \
  F(ssl, int, SSL_set_ex_data, (SSL*, int, void*))                                               \
  F(ssl, void*, SSL_get_ex_data, (const SSL*, int))                                              \
  F(ssl, void, SSL_set_bio, (SSL*, BIO*, BIO*))                                                  \
  F(ssl, BIO*, SSL_get_rbio, (const SSL*))                                                       \
  F(ssl, BIO*, SSL_get_wbio, (const SSL*))                                                       \
  F(ssl, void, SSL_set_accept_state, (SSL*))                                                     \
  F(ssl, void, SSL_set_connect_state, (SSL*))                                                    \
  F(ssl, int, SSL_is_server, (const SSL*))                                                       \
  F(ssl, int, SSL_alloc_buffers, (SSL*))                                                         \
  F(ssl, int, SSL_do_handshake, (SSL*))                                                          \
  F(ssl, int, SSL_connect, (SSL*))                                                               \
  F(ssl, int, SSL_accept, (SSL*))                                                                \
  F(ssl, int, SSL_read, (SSL*, void*, int))                                                      \
  F(ssl, int, SSL_peek, (SSL*, void*, int))                                                      \
  F(ssl, int, SSL_write, (SSL*, const void*, int))                                               \
  F(ssl, int, SSL_write_early_data, (SSL*, const void*, size_t, size_t*))                        \
  F(ssl, int, SSL_read_early_data, (SSL*, void*, size_t, size_t*))                               \
  F(ssl, int, SSL_get_early_data_status, (const SSL*))                                           \
  F(ssl, int, SSL_shutdown, (SSL*))                                                              \
  F(ssl, int, SSL_get_shutdown, (const SSL*))                                                    \
  F(ssl, void, SSL_set_shutdown, (SSL*, int))                                                    \
  F(ssl, int, SSL_clear, (SSL*))                                                                 \
  F(ssl, int, SSL_get_error, (const SSL*, int))                                                  \
  F(ssl, int, SSL_pending, (const SSL*))                                                         \
  F(ssl, int, SSL_has_pending, (const SSL*))                                                     \
  F(ssl, int, SSL_is_init_finished, (const SSL*))                                                \
  F(ssl, int, SSL_in_before, (const SSL*))                                                       \
  F(ssl, int, SSL_is_dtls, (const SSL*))                                                         \
  F(ssl, int, DTLSv1_listen, (SSL*, BIO_ADDR*))                                                  \
  F(ssl, void, DTLS_set_timer_cb, (SSL*, DTLS_timer_cb))                                         \
  F(ssl, size_t, DTLS_get_data_mtu, (const SSL*))                                                \
  F(ssl, void, SSL_CTX_set_cookie_generate_cb, (SSL_CTX*, SSL_cookie_generate_cb*))              \
  F(ssl, void, SSL_CTX_set_cookie_verify_cb, (SSL_CTX*, SSL_cookie_verify_cb*))                  \
  F(crypto, BIO_ADDR*, BIO_ADDR_new, (void))                                                     \
  F(crypto, void, BIO_ADDR_free, (BIO_ADDR*))                                                    \
  F(crypto, int, CRYPTO_memcmp, (const void*, const void*, size_t))                              \
  F(crypto, unsigned char*, HMAC,                                                                \
    (const EVP_MD*, const void*, int, const unsigned char*, size_t, unsigned char*,              \
     unsigned int*))                                                                             \
  F(ssl, const char*, SSL_state_string, (const SSL*))                                            \
  F(ssl, size_t, SSL_get_finished, (const SSL*, void*, size_t))                                  \
  F(ssl, int, SSL_renegotiate_pending, (const SSL*))                                             \
  F(ssl, const SSL_CIPHER*, SSL_get_pending_cipher, (const SSL*))                                \
  F(ssl, const char*, SSL_state_string_long, (const SSL*))                                       \
  F(ssl, int, SSL_key_update, (SSL*, int))                                                       \
  F(ssl, int, SSL_renegotiate, (SSL*))                                                           \
  F(ssl, int, SSL_verify_client_post_handshake, (SSL*))                                          \
  F(ssl, void, SSL_set_post_handshake_auth, (SSL*, int))                                         \
  F(ssl, SSL_SESSION*, SSL_get_session, (const SSL*))                                            \
  F(ssl, SSL_SESSION*, SSL_get1_session, (SSL*))                                                 \
  F(ssl, int, SSL_set_session, (SSL*, SSL_SESSION*))                                             \
  F(ssl, int, SSL_session_reused, (const SSL*))                                                  \
  F(ssl, int, SSL_set_session_id_context, (SSL*, const unsigned char*, unsigned int))            \
  F(ssl, int, SSL_version, (const SSL*))                                                         \
  F(ssl, const char*, SSL_get_version, (const SSL*))                                             \
  F(ssl, const SSL_CIPHER*, SSL_get_current_cipher, (const SSL*))                                \
  F(ssl, void, SSL_get0_alpn_selected, (const SSL*, const unsigned char**, unsigned int*))       \
  F(ssl, int, SSL_set_alpn_protos, (SSL*, const unsigned char*, unsigned int))                   \
  F(ssl, const char*, SSL_get_servername, (const SSL*, int))                                     \
  F(ssl, int, SSL_set1_host, (SSL*, const char*))                                                \
  F(ssl, X509_VERIFY_PARAM*, SSL_get0_param, (SSL*))                                             \
  F(crypto, int, X509_VERIFY_PARAM_set1_ip_asc, (X509_VERIFY_PARAM*, const char*))               \
  F(ssl, X509*, SSL_get_peer_certificate, (const SSL*))                                          \
  F(ssl, stack_st_X509*, SSL_get_peer_cert_chain, (const SSL*))                                  \
  F(ssl, stack_st_SSL_CIPHER*, SSL_get1_supported_ciphers, (SSL*))                               \
  F(ssl, void, SSL_set_verify_result, (SSL*, long))                                              \
  F(ssl, int, SSL_get_ex_data_X509_STORE_CTX_idx, (void))                                        \
  F(ssl, int, SSL_get_security_level, (const SSL*))                                              \
  F(ssl, long, SSL_get_verify_result, (const SSL*))                                              \
  F(ssl, int, SSL_get_verify_mode, (const SSL*))                                                 \
  F(ssl, void, SSL_set_verify, (SSL*, int, SSL_verify_cb))                                       \
  F(ssl, int, SSL_set_cipher_list, (SSL*, const char*))                                          \
  F(ssl, int, SSL_set_ciphersuites, (SSL*, const char*))                                         \
  F(ssl, unsigned long, SSL_get_options, (const SSL*))                                           \
  F(ssl, unsigned long, SSL_set_options, (SSL*, unsigned long))                                  \
  F(ssl, unsigned long, SSL_clear_options, (SSL*, unsigned long))                                \
  F(ssl, int, SSL_set_num_tickets, (SSL*, size_t))                                               \
  F(ssl, size_t, SSL_get_num_tickets, (const SSL*))                                              \
  F(ssl, int, SSL_set_max_early_data, (SSL*, uint32_t))                                          \
  F(ssl, uint32_t, SSL_get_max_early_data, (const SSL*))                                         \
  F(ssl, int, SSL_set_recv_max_early_data, (SSL*, uint32_t))                                     \
  F(ssl, uint32_t, SSL_get_recv_max_early_data, (const SSL*))                                    \
  F(ssl, int, SSL_set_tlsext_max_fragment_length, (SSL*, uint8_t))                               \
  F(ssl, int, SSL_export_keying_material,                                                        \
    (SSL*, unsigned char*, size_t, const char*, size_t, const unsigned char*, size_t, int))      \
  F(ssl, SSL_CTX*, SSL_get_SSL_CTX, (const SSL*))                                                \
  F(ssl, SSL_CTX*, SSL_set_SSL_CTX, (SSL*, SSL_CTX*))                                            \
  F(ssl, size_t, SSL_client_hello_get0_session_id, (SSL*, const unsigned char**))                \
  F(ssl, int, SSL_client_hello_get0_ext, (SSL*, unsigned int, const unsigned char**, size_t*))   \
  F(ssl, int, SSL_select_next_proto,                                                             \
    (unsigned char**, unsigned char*, const unsigned char*, unsigned int, const unsigned char*,  \
     unsigned int))                                                                              \
  F(ssl, int, SSL_use_psk_identity_hint, (SSL*, const char*))                                    \
  F(ssl, const char*, SSL_get_psk_identity_hint, (const SSL*))                                   \
  F(ssl, const char*, SSL_get_psk_identity, (const SSL*))                                        \
  F(ssl, void, SSL_set_psk_use_session_callback, (SSL*, SSL_psk_use_session_cb_func))            \
  F(ssl, void, SSL_set_psk_find_session_callback, (SSL*, SSL_psk_find_session_cb_func))          \
  F(ssl, void, SSL_set_psk_client_callback, (SSL*, SSL_psk_client_cb_func))                      \
  F(ssl, void, SSL_set_psk_server_callback, (SSL*, SSL_psk_server_cb_func))                      \
  F(ssl, void, SSL_set_allow_early_data_cb, (SSL*, SSL_allow_early_data_cb_fn, void*))           \
  F(ssl, long, SSL_get_default_timeout, (const SSL*))

// C(our name, OpenSSL's name, value)
#define LIBSSL_CONSTANTS(C)                                                 \
  C(kOpensslVersion, OPENSSL_VERSION, 0)                                    \
  C(kInitNoLoadConfig, OPENSSL_INIT_NO_LOAD_CONFIG, 0x80)                   \
  C(kInitNoAtexit, OPENSSL_INIT_NO_ATEXIT, 0x80000)                         \
  C(kInitLoadSslStrings, OPENSSL_INIT_LOAD_SSL_STRINGS, 0x200000)           \
  C(kInitLoadCryptoStrings, OPENSSL_INIT_LOAD_CRYPTO_STRINGS, 2)            \
  C(kExIndexSslSession, CRYPTO_EX_INDEX_SSL_SESSION, 2)                     \
  C(kErrTxtString, ERR_TXT_STRING, 2)                                       \
  C(kErrLibPem, ERR_LIB_PEM, 9)                                             \
  C(kPemNoStartLine, PEM_R_NO_START_LINE, 108)                              \
  C(kBioCtrlInfo, BIO_CTRL_INFO, 3)                                         \
  C(kBioCtrlPending, BIO_CTRL_PENDING, 10)                                  \
  C(kBioCtrlReset, BIO_CTRL_RESET, 1)                                       \
  C(kBioCtrlFlush, BIO_CTRL_FLUSH, 11)                                      \
  C(kBioCtrlQueryMtu, BIO_CTRL_DGRAM_QUERY_MTU, 40)                         \
  C(kBioCtrlNextTimeout, BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT, 45)               \
  C(kBioCtrlFallbackMtu, BIO_CTRL_DGRAM_GET_FALLBACK_MTU, 47)               \
  C(kBioCtrlMtuOverhead, BIO_CTRL_DGRAM_GET_MTU_OVERHEAD, 49)               \
  C(kBioFlagsRead, BIO_FLAGS_READ, 1)                                       \
  C(kBioFlagsRws, BIO_FLAGS_RWS, 7)                                         \
  C(kBioFlagsShouldRetry, BIO_FLAGS_SHOULD_RETRY, 8)                        \
  C(kBioTypeSourceSink, BIO_TYPE_SOURCE_SINK, 0x400)                        \
  C(kCtrlGetTimeout, DTLS_CTRL_GET_TIMEOUT, 73)                             \
  C(kCtrlHandleTimeout, DTLS_CTRL_HANDLE_TIMEOUT, 74)                       \
  C(kExIndexSsl, CRYPTO_EX_INDEX_SSL, 0)                                    \
  C(kExIndexSslCtx, CRYPTO_EX_INDEX_SSL_CTX, 1)                             \
  C(kCtrlChain, SSL_CTRL_CHAIN, 88)                                         \
  C(kCtrlChainCert, SSL_CTRL_CHAIN_CERT, 89)                                \
  C(kCtrlTmpDh, SSL_CTRL_SET_TMP_DH, 3)                                     \
  C(kCtrlSetMtu, SSL_CTRL_SET_MTU, 17)                                      \
  C(kCtrlSessNumber, SSL_CTRL_SESS_NUMBER, 20)                              \
  C(kCtrlGetSessCacheMode, SSL_CTRL_GET_SESS_CACHE_MODE, 45)                \
  C(kCtrlServernameCallback, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, 53)         \
  C(kCtrlServernameArgument, SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 54)        \
  C(kCtrlSetHostname, SSL_CTRL_SET_TLSEXT_HOSTNAME, 55)                     \
  C(kCtrlTicketKeyCallback, SSL_CTRL_SET_TLSEXT_TICKET_KEY_CB, 72)          \
  C(kCtrlSetGroupsList, SSL_CTRL_SET_GROUPS_LIST, 92)                       \
  C(kCtrlSetSigalgsList, SSL_CTRL_SET_SIGALGS_LIST, 98)                     \
  C(kCtrlDhAuto, SSL_CTRL_SET_DH_AUTO, 118)                                 \
  C(kCrlCheck, X509_V_FLAG_CRL_CHECK, 4)                                    \
  C(kCrlCheckAll, X509_V_FLAG_CRL_CHECK_ALL, 8)                             \
  C(kCtrlSetMinProtoVersion, SSL_CTRL_SET_MIN_PROTO_VERSION, 123)           \
  C(kCtrlSetMaxProtoVersion, SSL_CTRL_SET_MAX_PROTO_VERSION, 124)           \
  C(kCtrlSetMaxSendFragment, SSL_CTRL_SET_MAX_SEND_FRAGMENT, 52)            \
  C(kCtrlSetSplitSendFragment, SSL_CTRL_SET_SPLIT_SEND_FRAGMENT, 125)       \
  C(kCbHandshakeStart, SSL_CB_HANDSHAKE_START, 0x10)                        \
  C(kCbHandshakeDone, SSL_CB_HANDSHAKE_DONE, 0x20)                          \
  C(kMostFragment, SSL3_RT_MAX_PLAIN_LENGTH, 16384)                         \
  C(kCtrlGetMinProtoVersion, SSL_CTRL_GET_MIN_PROTO_VERSION, 130)           \
  C(kCtrlGetMaxProtoVersion, SSL_CTRL_GET_MAX_PROTO_VERSION, 131)           \
  C(kVerifyNone, SSL_VERIFY_NONE, 0)                                        \
  C(kVerifyPeer, SSL_VERIFY_PEER, 1)                                        \
  C(kVerifyFailIfNoPeerCert, SSL_VERIFY_FAIL_IF_NO_PEER_CERT, 2)            \
  C(kVerifyOk, X509_V_OK, 0)                                                \
  C(kVerifyUnspecified, X509_V_ERR_UNSPECIFIED, 1)                          \
  C(kVerifyNoIssuer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, 2)               \
  C(kVerifyExpired, X509_V_ERR_CERT_HAS_EXPIRED, 10)                        \
  C(kVerifySelfSigned, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 18)          \
  C(kVerifySelfSignedInChain, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 19)     \
  C(kVerifyNoLocalIssuer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 20) \
  C(kVerifyNoLeafIssuer, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, 21)    \
  C(kVerifyHostnameMismatch, X509_V_ERR_HOSTNAME_MISMATCH, 62)              \
  C(kVerifyIpMismatch, X509_V_ERR_IP_ADDRESS_MISMATCH, 64)                  \
  C(kAuthPsk, NID_auth_psk, 1048)                                           \
  C(kAuthSrp, NID_auth_srp, 1052)                                           \
  C(kAuthNull, NID_auth_null, 1053)                                         \
  C(kAuthAny, NID_auth_any, 1064)                                           \
  C(kAlertBadCertificate, SSL_AD_BAD_CERTIFICATE, 42)                       \
  C(kAlertCertificateExpired, SSL_AD_CERTIFICATE_EXPIRED, 45)               \
  C(kAlertUnknownCa, SSL_AD_UNKNOWN_CA, 48)                                 \
  C(kAlertCertificateRequired, SSL_AD_CERTIFICATE_REQUIRED, 116)            \
  C(kErrLibSsl, ERR_LIB_SSL, 20)                                            \
  C(kFunctionServerCertificate, SSL_F_TLS_PROCESS_SERVER_CERTIFICATE, 367)  \
  C(kFunctionClientCertificate, SSL_F_TLS_PROCESS_CLIENT_CERTIFICATE, 380)  \
  C(kReasonVerifyFailed, SSL_R_CERTIFICATE_VERIFY_FAILED, 134)              \
  C(kReasonNoPeerCertificate, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, 199) \
  C(kSha256Size, SHA256_DIGEST_LENGTH, 32)                                  \
  C(kCacheServer, SSL_SESS_CACHE_SERVER, 2)                                 \
  C(kCacheNoInternalLookup, SSL_SESS_CACHE_NO_INTERNAL_LOOKUP, 0x100)       \
  C(kOpNoTicket, SSL_OP_NO_TICKET, 0x4000)                                  \
  C(kOpCookieExchange, SSL_OP_COOKIE_EXCHANGE, 0x2000)                      \
  C(kOpNoAntiReplay, SSL_OP_NO_ANTI_REPLAY, 0x1000000)                      \
  C(kOpNoTls13, SSL_OP_NO_TLSv1_3, 0x20000000)                              \
  C(kTls13, TLS1_3_VERSION, 0x304)                                          \
  C(kErrorNone, SSL_ERROR_NONE, 0)                                          \
  C(kErrorSsl, SSL_ERROR_SSL, 1)                                            \
  C(kErrorWantRead, SSL_ERROR_WANT_READ, 2)                                 \
  C(kErrorSyscall, SSL_ERROR_SYSCALL, 5)                                    \
  C(kSentShutdown, SSL_SENT_SHUTDOWN, 1)                                    \
  C(kReceivedShutdown, SSL_RECEIVED_SHUTDOWN, 2)                            \
  C(kEarlyDataNotSent, SSL_EARLY_DATA_NOT_SENT, 0)                          \
  C(kEarlyDataAccepted, SSL_EARLY_DATA_ACCEPTED, 2)                         \
  C(kReadEarlyDataFinish, SSL_READ_EARLY_DATA_FINISH, 2)                    \
  C(kErrorWantClientHello, SSL_ERROR_WANT_CLIENT_HELLO_CB, 11)              \
  C(kClientHelloSuccess, SSL_CLIENT_HELLO_SUCCESS, 1)                       \
  C(kClientHelloRetry, SSL_CLIENT_HELLO_RETRY, -1)                          \
  C(kClientHelloError, SSL_CLIENT_HELLO_ERROR, 0)                           \
  C(kExtensionServerName, TLSEXT_TYPE_server_name, 0)                       \
  C(kExtensionSessionTicket, TLSEXT_TYPE_session_ticket, 35)                \
  C(kExtensionPsk, TLSEXT_TYPE_psk, 41)                                     \
  C(kExtensionSupportedVersions, TLSEXT_TYPE_supported_versions, 43)        \
  C(kTlsextOk, SSL_TLSEXT_ERR_OK, 0)                                        \
  C(kTlsextAlertFatal, SSL_TLSEXT_ERR_ALERT_FATAL, 2)                       \
  C(kTlsextNoAck, SSL_TLSEXT_ERR_NOACK, 3)                                  \
  C(kNpnNegotiated, OPENSSL_NPN_NEGOTIATED, 1)                              \
  C(kNameTypeHostName, TLSEXT_NAMETYPE_host_name, 0)                        \
  C(kTicketEmpty, SSL_TICKET_EMPTY, 3)                                      \
  C(kTicketNoDecrypt, SSL_TICKET_NO_DECRYPT, 4)                             \
  C(kTicketSuccess, SSL_TICKET_SUCCESS, 5)                                  \
  C(kTicketSuccessRenew, SSL_TICKET_SUCCESS_RENEW, 6)                       \
  C(kTicketReturnIgnore, SSL_TICKET_RETURN_IGNORE, 1)                       \
  C(kTicketReturnIgnoreRenew, SSL_TICKET_RETURN_IGNORE_RENEW, 2)            \
  C(kTicketReturnUse, SSL_TICKET_RETURN_USE, 3)                             \
  C(kTicketReturnUseRenew, SSL_TICKET_RETURN_USE_RENEW, 4)

#define LIBSSL_DECLARE_CONSTANT(ours, theirs, value) inline constexpr int ours = value;
namespace libssl_session {
LIBSSL_CONSTANTS(LIBSSL_DECLARE_CONSTANT)
}
#undef LIBSSL_DECLARE_CONSTANT

#endif  // LIBSSL_SESSION_NATIVE_LIBSSL_FUNCTIONS_H_
