// The operations over a class with new, dup, upRef, free, time, fromDer, toDer and, where it has one,
// toJSON; as functions.mjs is for functions, and imported in the same way.

const contender = new URL(import.meta.url).search.slice(1);
const { Session } = await import(`../contenders/${contender}.mjs`);

const now = process.hrtime.bigint;

export function loops(der) {
  const session = new Session();
  const real = Session.fromDer(der);

  const toJSON = {
    toJSON(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += real.toJSON().timeout;
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },
  };

  return {
    ...('toJSON' in real && toJSON),

    'new+free'(n) {
      const start = now();
      for (let i = 0; i < n; i++) new Session().free();
      return Number(now() - start);
    },

    'dup+free'(n) {
      const start = now();
      for (let i = 0; i < n; i++) session.dup().free();
      return Number(now() - start);
    },

    'up_ref+free'(n) {
      const start = now();
      for (let i = 0; i < n; i++) session.upRef().free();
      return Number(now() - start);
    },

    get_time(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += session.time;
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },

    'DER-in'(n) {
      const start = now();
      for (let i = 0; i < n; i++) Session.fromDer(der).free();
      return Number(now() - start);
    },

    'DER-out'(n) {
      let sum = 0;
      const start = now();
      for (let i = 0; i < n; i++) sum += real.toDer().length;
      return Number(now() - start) + (sum < 0 ? 1 : 0);
    },
  };
}
