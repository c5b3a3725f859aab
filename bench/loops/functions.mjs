// The operations over functions with OpenSSL's names: n iterations, the nanoseconds they took.
//
// Imported once for each contender, as functions.mjs?<contender>: a module of its own, so that the
// JavaScript engine optimises its loops for that contender alone. The sums are there so that no
// call can be left out; they are local, because a variable of the module would be a number on the
// heap.

const contender = new URL(import.meta.url).search.slice(1);
const {
  SSL_SESSION_new,
  SSL_SESSION_dup,
  SSL_SESSION_up_ref,
  SSL_SESSION_free,
  SSL_SESSION_get_time,
  d2i_SSL_SESSION,
  i2d_SSL_SESSION,
  TLS_method,
  SSL_CTX_new,
  SSL_CTX_get_num_tickets,
  SSL_CTX_set_num_tickets,
  SSL_new,
  SSL_get_num_tickets,
  SSL_set_num_tickets,
} = await import(`../contenders/${contender}.mjs`);

const now = process.hrtime.bigint;

export function loops(der) {
  const session = SSL_SESSION_new();
  const real = d2i_SSL_SESSION(der);
  const ctx = SSL_CTX_new(TLS_method());
  const ssl = SSL_new(ctx);

  return {
    'new+free'(n) {
      const start = now();
      for (let i = 0; i < n; i++) SSL_SESSION_free(SSL_SESSION_new());
      return Number(now() - start);
    },

    'dup+free'(n) {
      const start = now();
      for (let i = 0; i < n; i++) SSL_SESSION_free(SSL_SESSION_dup(session));
      return Number(now() - start);
    },

    'up_ref+free'(n) {
      const start = now();
      for (let i = 0; i < n; i++) {
        SSL_SESSION_up_ref(session);
        SSL_SESSION_free(session);
      }
      return Number(now() - start);
    },

    get_time(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += SSL_SESSION_get_time(session);
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },

    'CTX getter'(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += SSL_CTX_get_num_tickets(ctx);
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },

    'CTX setter'(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += SSL_CTX_set_num_tickets(ctx, i & 1);
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },

    'SSL getter'(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += SSL_get_num_tickets(ssl);
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },

    'SSL setter'(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += SSL_set_num_tickets(ssl, i & 1);
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },

    'DER-in'(n) {
      const start = now();
      for (let i = 0; i < n; i++) SSL_SESSION_free(d2i_SSL_SESSION(der));
      return Number(now() - start);
    },

    'DER-out'(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += i2d_SSL_SESSION(real).length;
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },
  };
}
