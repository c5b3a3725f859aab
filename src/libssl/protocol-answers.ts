// Callbacks that libssl asks in SRP, NPN and certificate transparency, answered in advance as those of
// answers.ts: no JavaScript runs inside libssl. null removes libssl's callback. And what DANE and
// certificate transparency have found. A build of libssl that leaves one out refuses its functions.

import {
  checkByte,
  checkBytes,
  checkCString,
  checkInteger,
  checkProtocols,
  invalidType,
  invalidValue,
  outOfRange,
} from '../common/validate.js';
import { on, result, resultAt, setHandle } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { checkObject } from './delivery.js';

// ---- SRP.

/** A user of SRP, whom a server knows. */
export interface SrpUser {
  /** Latin1. */
  name: string;
  /** Latin1. A secret. */
  password: string;
  /** The name of one of libcrypto's groups: `1024`, `1536`, `2048`, `3072`, `4096`, `6144`, `8192`. */
  group: string;
}

const groups = ['1024', '1536', '2048', '3072', '4096', '6144', '8192'];

function srpUser(user: unknown): [name: string, password: string, group: string] {
  if (typeof user !== 'object' || user === null) {
    throw invalidType('users', 'an iterable of objects', user);
  }
  const { name, password, group } = user as Partial<Record<keyof SrpUser, unknown>>;
  if (!groups.includes(group as string)) {
    throw invalidValue('group', `must be one of ${groups.join(', ')}`);
  }
  return [checkCString('name', name), checkCString('password', password), group as string];
}

/**
 * `int SSL_CTX_set_srp_username_callback(SSL_CTX *ctx, int (*cb)(SSL *s, int *ad, void *arg))` takes,
 * instead of a callback, the users of a server, whose verifiers it makes when they come. Another name
 * has the verifier that SSL_set_srp_server_param has set on the connection; without one it ends the
 * handshake (`unknown_psk_identity`). Returns 1.
 */
export function SSL_CTX_set_srp_username_callback(ctx: Handle, users: Iterable<SrpUser> | null): 1 {
  if (users !== null && (typeof users !== 'object' || !(Symbol.iterator in users))) {
    throw invalidType('users', 'an iterable of objects', users);
  }
  const all = Array.from(users ?? [], srpUser);
  checkObject('SSL_CTX_set_srp_username_callback', 'ctx', ctx);
  on(ctx).clearSrpUsers(users !== null);
  for (const [name, password, group] of all) on(ctx).addSrpUser(name, password, group);
  return 1;
}

/**
 * `int SSL_CTX_set_srp_client_pwd_callback(SSL_CTX *ctx, char *(*cb)(SSL *s, void *arg))` takes,
 * instead of a callback, the password of a client, latin1. Returns 1.
 */
export function SSL_CTX_set_srp_client_pwd_callback(ctx: Handle, password: string | null): 1 {
  const text = password === null ? null : checkCString('password', password);
  checkObject('SSL_CTX_set_srp_client_pwd_callback', 'ctx', ctx);
  on(ctx).setSrpPassword(text);
  return 1;
}

/**
 * `int SSL_CTX_set_srp_verify_param_callback(SSL_CTX *ctx, int (*cb)(SSL *s, void *arg))` takes,
 * instead of a callback, whether a client takes the server's group, whatever it is: 0 ends the
 * handshake. null: only libcrypto's own. Returns 1.
 */
export function SSL_CTX_set_srp_verify_param_callback(ctx: Handle, answer: 0 | 1 | null): 1 {
  const takes = answer === null ? null : checkInteger('answer', answer, 0, 1) === 1;
  checkObject('SSL_CTX_set_srp_verify_param_callback', 'ctx', ctx);
  on(ctx).setSrpParameters(takes);
  return 1;
}

// The largest group that libcrypto's clients take has 8192 bits. A larger one takes minutes.
const maxSrpNumber = 1024;

function srpNumber(name: string, value: Uint8Array | null): Uint8Array | null {
  if (value === null) return null;
  const bytes = checkBytes(name, value);
  if (bytes.length > maxSrpNumber) {
    throw outOfRange(`${name}.byteLength`, `<= ${maxSrpNumber}`, bytes.length);
  }
  return bytes;
}

/**
 * `int SSL_set_srp_server_param(SSL *s, const BIGNUM *N, const BIGNUM *g, BIGNUM *sa, BIGNUM *v,
 * char *info)`, of a server: the group's prime and generator, the user's salt and verifier, as the
 * bytes of the numbers, the highest first, at most 1024; null leaves what is there. -1 if one of them
 * is missing. libssl uses them only where the context has SSL_CTX_set_srp_username_callback, which may
 * be given no users.
 */
export function SSL_set_srp_server_param(
  s: Handle,
  N: Uint8Array | null,
  g: Uint8Array | null,
  sa: Uint8Array | null,
  v: Uint8Array | null,
  info: string | null,
): number {
  const functions = native();
  const prime = srpNumber('N', N);
  const generator = srpNumber('g', g);
  const salt = srpNumber('sa', sa);
  const verifier = srpNumber('v', v);
  const text = info === null ? null : checkCString('info', info);
  setHandle('s', s);
  functions.SSL_set_srp_server_param(prime, generator, salt, verifier, text);
  return result<number>();
}

// ---- NPN.

/**
 * `void SSL_CTX_set_next_protos_advertised_cb(SSL_CTX *s, SSL_CTX_npn_advertised_cb_func cb, void
 * *arg)` takes, instead of a callback, the protocols of a server, each after its length. Up to TLS 1.2.
 */
export function SSL_CTX_set_next_protos_advertised_cb(s: Handle, protos: Uint8Array | null): void {
  const list = protos === null ? null : checkProtocols('protos', protos);
  checkObject('SSL_CTX_set_next_protos_advertised_cb', 'ctx', s);
  on(s).setNextProtocols(list);
}

/**
 * `void SSL_CTX_set_next_proto_select_cb(SSL_CTX *s, SSL_CTX_npn_select_cb_func cb, void *arg)` takes,
 * instead of a callback, the protocols of a client, each after its length: the server's first that is
 * among them (`SSL_select_next_proto`), else the client's first.
 */
export function SSL_CTX_set_next_proto_select_cb(s: Handle, protos: Uint8Array | null): void {
  const list = protos === null ? null : checkProtocols('protos', protos);
  checkObject('SSL_CTX_set_next_proto_select_cb', 'ctx', s);
  on(s).setNextProtocolChoice(list);
}

// ---- Certificate transparency.

function setTransparency(
  name: 'SSL_CTX_set_ct_validation_callback' | 'SSL_set_ct_validation_callback',
  object: 'ctx' | 'ssl',
): (handle: Handle, answer: 0 | 1 | null) => 0 | 1 {
  return (handle, answer) => {
    const accepts = answer === null ? null : checkInteger('answer', answer, 0, 1) === 1;
    checkObject(name, object, handle);
    on(handle).setTransparency(accepts);
    return result<0 | 1>();
  };
}

/**
 * `int SSL_CTX_set_ct_validation_callback(SSL_CTX *ctx, ssl_ct_validation_cb callback, void *arg)`
 * takes, instead of a callback, its result: 1 accepts whatever SCTs there are, 0 ends the handshake.
 * `SSL_get0_peer_scts` has them.
 */
export const SSL_CTX_set_ct_validation_callback = setTransparency(
  'SSL_CTX_set_ct_validation_callback',
  'ctx',
);
/** `int SSL_set_ct_validation_callback(SSL *s, ssl_ct_validation_cb callback, void *arg)`. */
export const SSL_set_ct_validation_callback = setTransparency(
  'SSL_set_ct_validation_callback',
  'ssl',
);

/** A signed certificate timestamp. */
export interface Sct {
  /** As it was sent: RFC 6962, section 3.2. */
  bytes: Buffer;
  /** `SCT_get_source`: 1 the extension of TLS, 2 the certificate, 3 the OCSP response. */
  source: number;
  /** `SCT_get_validation_status`: 0 not set, 1 unknown log, 2 valid, 3 invalid, …. */
  status: number;
}

/** `const STACK_OF(SCT) *SSL_get0_peer_scts(SSL *s)`: copies; null if there are none. */
export function SSL_get0_peer_scts(s: Handle): Sct[] | null {
  const functions = native();
  setHandle('s', s);
  const all = functions.SSL_get0_peer_scts();
  if (all === null) return null;
  return Array.from({ length: all.length / 3 }, (_, i) => {
    const [bytes, source, status] = all.slice(3 * i, 3 * i + 3);
    return { bytes: bytes as Buffer, source: source as number, status: status as number };
  });
}

// ---- DANE.

/**
 * `int SSL_CTX_dane_mtype_set(SSL_CTX *ctx, const EVP_MD *md, uint8_t mtype, uint8_t ord)`: the digest
 * by its name; null: none, and the matching type is not used. 0 for a digest that libcrypto does not
 * have.
 */
export function SSL_CTX_dane_mtype_set(
  ctx: Handle,
  md: string | null,
  mtype: number,
  ord: number,
): 0 | 1 {
  const functions = native();
  const name = md === null ? null : checkCString('md', md);
  const type = checkByte('mtype', mtype);
  const order = checkByte('ord', ord);
  setHandle('ctx', ctx);
  functions.SSL_CTX_dane_mtype_set(name, type, order);
  return result<0 | 1>();
}

/** What of a chain a record of DANE is of. */
export interface DaneAuthority {
  /** How far from the peer's certificate; 0 is that itself. */
  depth: number;
  /** The certificate, DER; null if it was only a key. */
  certificate: Buffer | null;
  /** The public key, DER (SubjectPublicKeyInfo), that a record has itself; null if none does. */
  publicKey: Buffer | null;
}

/**
 * `int SSL_get0_dane_authority(SSL *s, X509 **mcert, EVP_PKEY **mspki)`; null if C returns a negative
 * number: no record fitted.
 */
export function SSL_get0_dane_authority(s: Handle): DaneAuthority | null {
  const functions = native();
  setHandle('s', s);
  const [certificate, publicKey] = functions.SSL_get0_dane_authority();
  const depth = result<number>();
  return depth < 0 ? null : { depth, certificate, publicKey };
}

/** The record of DANE that fitted. */
export interface DaneRecord {
  /** As of DaneAuthority. */
  depth: number;
  /** 0 to 3: PKIX-TA, PKIX-EE, DANE-TA, DANE-EE. */
  usage: number;
  /** 0: the whole certificate; 1: its public key. */
  selector: number;
  /** The matching type: 0 the data itself, 1 SHA-256, 2 SHA-512, or one that was set. */
  mtype: number;
  /** What was matched. */
  data: Buffer;
}

/**
 * `int SSL_get0_dane_tlsa(SSL *s, uint8_t *usage, uint8_t *selector, uint8_t *mtype, unsigned const
 * char **data, size_t *dlen)`; null if C returns a negative number: no record fitted.
 */
export function SSL_get0_dane_tlsa(s: Handle): DaneRecord | null {
  const functions = native();
  setHandle('s', s);
  const data = functions.SSL_get0_dane_tlsa();
  const depth = result<number>();
  if (depth < 0 || data === null) return null;
  return { depth, usage: resultAt(1), selector: resultAt(2), mtype: resultAt(3), data };
}
