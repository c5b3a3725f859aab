// A server of OpenSSL 1.1.1 with one thing wrong, which no server of this package can have. It
// serves one connection after the other on 127.0.0.1, says its port on standard output, and ends
// with its standard input.
//
//   wrong-server WRONG CERT KEY OTHER_CERT OTHER_KEY
//
// clear: tickets are not encrypted. keystream: all are encrypted with one key stream. zero: with
// AES-128 in counter mode, and a key of zeros. names: a session is resumed under any name, also
// under that of the other certificate. psk-ke: TLS 1.3 resumes without a key exchange.

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* wrong;
static SSL_CTX* other;
static unsigned char key[32];

static int Is(const char* name) { return strcmp(wrong, name) == 0; }

// libssl wants a cipher that pads its last block, as CBC does. These pad, and otherwise do what
// their names say.
static int InitCipher(EVP_CIPHER_CTX* ctx, const unsigned char* its_key, const unsigned char* iv,
                      int encrypt) {
  (void)encrypt;
  EVP_CIPHER_CTX** counter = EVP_CIPHER_CTX_get_cipher_data(ctx);
  *counter = Is("clear") ? NULL : EVP_CIPHER_CTX_new();
  if (*counter == NULL) return 1;
  const EVP_CIPHER* algorithm = Is("zero") ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
  return EVP_EncryptInit_ex(*counter, algorithm, NULL, its_key, iv);
}

static int DoCipher(EVP_CIPHER_CTX* ctx, unsigned char* out, const unsigned char* in, size_t size) {
  EVP_CIPHER_CTX* counter = *(EVP_CIPHER_CTX**)EVP_CIPHER_CTX_get_cipher_data(ctx);
  int length = (int)size;
  if (counter != NULL) return EVP_EncryptUpdate(counter, out, &length, in, length);
  memmove(out, in, size);
  return 1;
}

static int EndCipher(EVP_CIPHER_CTX* ctx) {
  EVP_CIPHER_CTX_free(*(EVP_CIPHER_CTX**)EVP_CIPHER_CTX_get_cipher_data(ctx));
  return 1;
}

static EVP_CIPHER* NewCipher(void) {
  EVP_CIPHER* cipher = EVP_CIPHER_meth_new(NID_undef, 16, 32);
  EVP_CIPHER_meth_set_flags(cipher, EVP_CIPH_CBC_MODE);
  EVP_CIPHER_meth_set_iv_length(cipher, 16);
  EVP_CIPHER_meth_set_impl_ctx_size(cipher, sizeof(EVP_CIPHER_CTX*));
  EVP_CIPHER_meth_set_init(cipher, InitCipher);
  EVP_CIPHER_meth_set_do_cipher(cipher, DoCipher);
  EVP_CIPHER_meth_set_cleanup(cipher, EndCipher);
  return cipher;
}

static int Crypt(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                 HMAC_CTX* hmac, int encrypt) {
  (void)ssl;
  static EVP_CIPHER* wrong_cipher;
  if (wrong_cipher == NULL) wrong_cipher = NewCipher();
  if (encrypt) {
    memset(name, 'n', 16);
    memset(iv, 0, 16);
    if (Is("zero")) RAND_bytes(iv, 16);
  }
  EVP_CipherInit_ex(cipher, wrong_cipher, NULL, key, iv, encrypt);
  HMAC_Init_ex(hmac, key, sizeof key, EVP_sha256(), NULL);
  return 1;
}

static int ChooseName(SSL* ssl, int* alert, void* arg) {
  (void)alert;
  (void)arg;
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name != NULL && strcmp(name, "other.localhost") == 0) SSL_set_SSL_CTX(ssl, other);
  return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX* NewContext(const char* cert, const char* private_key) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_chain_file(ctx, cert);
  if (SSL_CTX_use_PrivateKey_file(ctx, private_key, SSL_FILETYPE_PEM) != 1) {
    ERR_print_errors_fp(stderr);
    exit(1);
  }
  return ctx;
}

static void Serve(SSL_CTX* ctx, int socket) {
  SSL* ssl = SSL_new(ctx);
  SSL_set_fd(ssl, socket);
  if (SSL_accept(ssl) == 1) {
    char data[1024];
    int size = SSL_read(ssl, data, sizeof data);
    if (size > 0) SSL_write(ssl, "HTTP/1.0 200 OK\r\n\r\n", 19);
    SSL_shutdown(ssl);
  }
  SSL_free(ssl);
  close(socket);
}

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  wrong = argv[1];
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX* ctx = NewContext(argv[2], argv[3]);
  other = NewContext(argv[4], argv[5]);
  if (Is("keystream")) RAND_bytes(key, sizeof key);
  if (Is("clear") || Is("keystream") || Is("zero")) SSL_CTX_set_tlsext_ticket_key_cb(ctx, Crypt);
  if (Is("names")) SSL_CTX_set_tlsext_servername_callback(ctx, ChooseName);
  if (Is("psk-ke")) SSL_CTX_set_options(ctx, SSL_OP_ALLOW_NO_DHE_KEX);

  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 64) != 0) return 1;
  getsockname(listener, (struct sockaddr*)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  struct pollfd waits[] = {{.fd = listener, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  while (poll(waits, 2, -1) > 0 && waits[1].revents == 0) {
    if (waits[0].revents & POLLIN) Serve(ctx, accept(listener, NULL, NULL));
  }
  return 0;
}
