// The types and constants of OpenSSL 1.1.1 that openssl.def needs. No OpenSSL header is included:
// node-gyp would give Node's own OpenSSL 3 headers.

#ifndef LIBSSL_SESSION_NATIVE_OPENSSL_H_
#define LIBSSL_SESSION_NATIVE_OPENSSL_H_

#include <cstddef>
#include <cstdint>

// The same declarations as in OpenSSL's headers, so that abi_check can see both at once.
extern "C" {
typedef struct asn1_string_st ASN1_TIME;
typedef struct bignum_st BIGNUM;
typedef union bio_addr_st BIO_ADDR;
typedef struct comp_method_st COMP_METHOD;
typedef struct ssl_comp_st SSL_COMP;
typedef struct bio_st BIO;
typedef struct bio_method_st BIO_METHOD;
typedef struct crypto_ex_data_st CRYPTO_EX_DATA;
typedef struct engine_st ENGINE;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct evp_md_st EVP_MD;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct ec_key_st EC_KEY;
typedef struct ec_group_st EC_GROUP;
typedef struct hmac_ctx_st HMAC_CTX;
typedef struct lhash_st OPENSSL_LHASH;
typedef struct ossl_init_settings_st OPENSSL_INIT_SETTINGS;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct ssl_conf_ctx_st SSL_CONF_CTX;
typedef struct ui_st UI;
typedef struct ui_method_st UI_METHOD;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_st SSL;
typedef struct stack_st OPENSSL_STACK;
struct lhash_st_SSL_SESSION;  // LHASH_OF(SSL_SESSION)
struct stack_st_X509;         // STACK_OF(X509)
struct stack_st_X509_NAME;    // STACK_OF(X509_NAME)
struct stack_st_SSL_CIPHER;   // STACK_OF(SSL_CIPHER)
struct stack_st_SSL_COMP;     // STACK_OF(SSL_COMP)
struct stack_st_SRTP_PROTECTION_PROFILE;
// Its header has it whole.
typedef struct srtp_protection_profile_st SRTP_PROTECTION_PROFILE;
#ifndef HEADER_D1_SRTP_H
struct srtp_protection_profile_st {
  const char* name;
  unsigned long id;
};
#endif
typedef struct dh_st DH;
typedef struct sct_st SCT;
typedef struct ct_policy_eval_ctx_st CT_POLICY_EVAL_CTX;
struct stack_st_SCT;  // STACK_OF(SCT)
// Enums, which abi_check has already.
#ifndef HEADER_CT_H
typedef int sct_source_t;
typedef unsigned int sct_validation_status_t;
#endif
typedef struct PKCS12_st PKCS12;
typedef struct rsa_st RSA;
typedef struct pkcs8_priv_key_info_st PKCS8_PRIV_KEY_INFO;
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
// An enum, which abi_check has already.
#ifndef HEADER_SSL_H
typedef unsigned int OSSL_HANDSHAKE_STATE;
#endif
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
typedef int (*SSL_CTX_npn_advertised_cb_func)(SSL* ssl, const unsigned char** out,
                                              unsigned int* outlen, void* arg);
typedef int (*SSL_CTX_npn_select_cb_func)(SSL* s, unsigned char** out, unsigned char* outlen,
                                          const unsigned char* in, unsigned int inlen, void* arg);
typedef int (*ssl_ct_validation_cb)(const CT_POLICY_EVAL_CTX* ctx, const struct stack_st_SCT* scts,
                                    void* arg);
typedef int (*GEN_SESSION_CB)(SSL* ssl, unsigned char* id, unsigned int* id_len);
typedef int (*tls_session_ticket_ext_cb_fn)(SSL* s, const unsigned char* data, int len, void* arg);
typedef int (*tls_session_secret_cb_fn)(SSL* s, void* secret, int* secret_len,
                                        struct stack_st_SSL_CIPHER* peer_ciphers,
                                        const SSL_CIPHER** cipher, void* arg);
typedef int (*custom_ext_add_cb)(SSL* s, unsigned int ext_type, const unsigned char** out,
                                 size_t* outlen, int* al, void* add_arg);
typedef void (*custom_ext_free_cb)(SSL* s, unsigned int ext_type, const unsigned char* out,
                                   void* add_arg);
typedef int (*custom_ext_parse_cb)(SSL* s, unsigned int ext_type, const unsigned char* in,
                                   size_t inlen, int* al, void* parse_arg);
typedef int (*SSL_custom_ext_add_cb_ex)(SSL* s, unsigned int ext_type, unsigned int context,
                                        const unsigned char** out, size_t* outlen, X509* x,
                                        size_t chainidx, int* al, void* add_arg);
typedef void (*SSL_custom_ext_free_cb_ex)(SSL* s, unsigned int ext_type, unsigned int context,
                                          const unsigned char* out, void* add_arg);
typedef int (*SSL_custom_ext_parse_cb_ex)(SSL* s, unsigned int ext_type, unsigned int context,
                                          const unsigned char* in, size_t inlen, X509* x,
                                          size_t chainidx, int* al, void* parse_arg);
// OpenSSL 1.1.1 has no names for these.
typedef int SSL_security_cb(const SSL* s, const SSL_CTX* ctx, int op, int bits, int nid,
                            void* other, void* ex);
typedef size_t SSL_record_padding_cb(SSL* ssl, int type, size_t len, void* arg);
typedef DH* SSL_tmp_dh_cb(SSL* ssl, int is_export, int keylength);
typedef int SSL_srp_username_cb(SSL* s, int* ad, void* arg);
typedef char* SSL_srp_client_pwd_cb(SSL* s, void* arg);
typedef int SSL_srp_verify_param_cb(SSL* s, void* arg);
typedef int SSL_not_resumable_cb(SSL* ssl, int is_forward_secure);
typedef int SSL_new_session_cb(SSL*, SSL_SESSION*);
typedef void SSL_remove_session_cb(SSL_CTX*, SSL_SESSION*);
typedef SSL_SESSION* SSL_get_session_cb(SSL*, const unsigned char*, int, int*);
typedef int SSL_client_cert_cb(SSL* ssl, X509** x509, EVP_PKEY** pkey);
typedef int SSL_cookie_generate_cb(SSL*, unsigned char*, unsigned int*);
typedef int SSL_cookie_verify_cb(SSL*, const unsigned char*, unsigned int);
typedef int SSL_stateless_cookie_generate_cb(SSL* ssl, unsigned char* cookie, size_t* cookie_len);
typedef int SSL_stateless_cookie_verify_cb(SSL* ssl, const unsigned char* cookie,
                                           size_t cookie_len);
typedef void SSL_msg_callback(int write_p, int version, int content_type, const void* buf,
                              size_t len, SSL* ssl, void* arg);
typedef void SSL_tlsext_debug_callback(SSL* s, int client_server, int type,
                                       const unsigned char* data, int len, void* arg);
typedef void SSL_callback(void);
typedef void* CRYPTO_malloc_fn(size_t, const char*, int);
typedef void* CRYPTO_realloc_fn(void*, size_t, const char*, int);
typedef void CRYPTO_free_fn(void*, const char*, int);
}

namespace libssl_session {
#define CONSTANT(ours, theirs, value) inline constexpr int ours = value;
#include "openssl.def"
}  // namespace libssl_session

#endif  // LIBSSL_SESSION_NATIVE_OPENSSL_H_
