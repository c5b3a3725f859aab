// Callbacks that libssl asks about its settings, answered in advance as those of answers.ts: no
// JavaScript runs inside libssl. null removes libssl's callback.

import { checkBytes, checkInt, checkInteger } from '../common/validate.js';
import { on, result } from '../native/call.js';
import type { NativeChecks } from '../native/functions.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import { checkObject } from './delivery.js';
import { optional, readRows, ruleRows } from './rule-rows.js';

type Given<T> = Partial<Record<keyof T, unknown>>;

/** A function for contexts or connections, whose handle it checks. */
function each<A, R>(
  name: keyof NativeChecks,
  object: 'ctx' | 'ssl',
  check: (given: A) => () => R,
): (handle: Handle, answer: A) => R {
  return (handle, answer) => {
    native();
    const set = check(answer);
    checkObject(name, object, handle);
    on(handle);
    return set();
  };
}

// ---- Security.

/** What the callback says of something that libssl is about to use. */
export interface SecurityRule {
  /** SSL_SECOP_…. Without it, any operation. */
  op?: number;
  /** Of a suite's cipher, a group, a hash. Without it, any. */
  nid?: number;
  /** Fewer security bits than this. Without it, any number. */
  below?: number;
  /** 1 allows it, 0 does not. */
  result: 0 | 1;
}

const securityRow = ({ op, nid, below, result }: Given<SecurityRule>, name: string) => [
  ...optional(op === undefined ? undefined : checkInt(`${name}.op`, op)),
  ...optional(nid === undefined ? undefined : checkInt(`${name}.nid`, nid)),
  ...optional(below === undefined ? undefined : checkInt(`${name}.below`, below)),
  checkInteger(`${name}.result`, result, 0, 1),
];

function securityRule([hasOp, op, hasNid, nid, hasBelow, below, result]: number[]): SecurityRule {
  return {
    ...(hasOp === 1 && { op: op as number }),
    ...(hasNid === 1 && { nid: nid as number }),
    ...(hasBelow === 1 && { below: below as number }),
    result: result as 0 | 1,
  };
}

const setSecurity = (rules: Iterable<SecurityRule> | null) => {
  const rows = rules === null ? null : ruleRows<SecurityRule>('rules', rules, securityRow);
  return () => native().setSecurityRules(rows);
};

/**
 * `void SSL_CTX_set_security_callback(SSL_CTX *ctx, int (*cb)(const SSL *s, const SSL_CTX *ctx, int op,
 * int bits, int nid, void *other, void *ex))` takes, instead of a callback, its rules: the first that
 * fits answers, and where none does, the security level. null: the level alone.
 */
export const SSL_CTX_set_security_callback = each(
  'SSL_CTX_set_security_callback',
  'ctx',
  setSecurity,
);
/** `void SSL_set_security_callback(SSL *s, int (*cb)(…))`: the rules of a connection come first. */
export const SSL_set_security_callback = each('SSL_set_security_callback', 'ssl', setSecurity);

function securityRules(
  name: 'SSL_CTX_get_security_callback' | 'SSL_get_security_callback',
  object: 'ctx' | 'ssl',
): (handle: Handle) => SecurityRule[] | null {
  return (handle) => {
    checkObject(name, object, handle);
    const rows = on(handle).securityRules();
    return rows === null ? null : readRows(rows, 7, securityRule);
  };
}

/** `int (*SSL_CTX_get_security_callback(const SSL_CTX *ctx))(…)`: the rules; null without any. */
export const SSL_CTX_get_security_callback = securityRules('SSL_CTX_get_security_callback', 'ctx');
/** `int (*SSL_get_security_callback(const SSL *s))(…)`: the rules; null without any. */
export const SSL_get_security_callback = securityRules('SSL_get_security_callback', 'ssl');

// ---- Padding.

/** How much padding a record of TLS 1.3 gets. libssl adds no more than fits into the record. */
export interface PaddingRule {
  /** The content's: SSL3_RT_HANDSHAKE, SSL3_RT_APPLICATION_DATA, …. Without it, any. */
  type?: number;
  /** So many bytes; 0 by default. */
  bytes?: number;
  /** And up to a multiple of this many, the content’s type included; 0, the default, of nothing. */
  multiple?: number;
}

const paddingRow = ({ type, bytes = 0, multiple = 0 }: Given<PaddingRule>, name: string) => [
  ...optional(type === undefined ? undefined : checkInt(`${name}.type`, type)),
  checkInteger(`${name}.bytes`, bytes, 0, 0xffff),
  checkInteger(`${name}.multiple`, multiple, 0, 0xffff),
];

const setPadding = (rules: Iterable<PaddingRule> | null) => {
  const rows = rules === null ? null : ruleRows<PaddingRule>('rules', rules, paddingRow);
  return () => native().setPaddingRules(rows);
};

/**
 * `void SSL_CTX_set_record_padding_callback(SSL_CTX *ctx, size_t (*cb)(SSL *ssl, int type, size_t len,
 * void *arg))` takes, instead of a callback, its rules: the first that fits.
 */
export const SSL_CTX_set_record_padding_callback = each(
  'SSL_CTX_set_record_padding_callback',
  'ctx',
  setPadding,
);
/** `void SSL_set_record_padding_callback(SSL *ssl, size_t (*cb)(…))`. */
export const SSL_set_record_padding_callback = each(
  'SSL_set_record_padding_callback',
  'ssl',
  setPadding,
);

// ---- Parameters of DHE.

const setDh = (dh: Uint8Array | null) => {
  const der = dh === null ? null : checkBytes('dh', dh);
  return () => {
    native().setDhAnswer(der);
    return result<0 | 1>();
  };
};

/**
 * `void SSL_CTX_set_tmp_dh_callback(SSL_CTX *ctx, DH *(*dh)(SSL *ssl, int is_export, int keylength))`
 * takes, instead of a callback, the parameters, DER. 0 if they cannot be read.
 */
export const SSL_CTX_set_tmp_dh_callback = each('SSL_CTX_set_tmp_dh_callback', 'ctx', setDh);
/** `void SSL_set_tmp_dh_callback(SSL *ssl, DH *(*dh)(SSL *ssl, int is_export, int keylength))`. */
export const SSL_set_tmp_dh_callback = each('SSL_set_tmp_dh_callback', 'ssl', setDh);

// ---- The passphrase of files.

const setPassphrase = (passphrase: Uint8Array | null) => {
  const bytes = passphrase === null ? null : checkBytes('passphrase', passphrase);
  return () => native().setPassphrase(bytes);
};

/**
 * `void SSL_CTX_set_default_passwd_cb(SSL_CTX *ctx, pem_password_cb *cb)` takes, instead of a callback,
 * the passphrase of private keys in files. null: encrypted files are refused; libssl itself would ask
 * on the terminal.
 */
export const SSL_CTX_set_default_passwd_cb = each(
  'SSL_CTX_set_default_passwd_cb',
  'ctx',
  setPassphrase,
);
/** `void SSL_set_default_passwd_cb(SSL *s, pem_password_cb *cb)`. */
export const SSL_set_default_passwd_cb = each('SSL_set_default_passwd_cb', 'ssl', setPassphrase);

function passphraseOf(
  name: 'SSL_CTX_get_default_passwd_cb' | 'SSL_get_default_passwd_cb',
  object: 'ctx' | 'ssl',
): (handle: Handle) => Buffer | null {
  return (handle) => {
    checkObject(name, object, handle);
    return on(handle).passphrase();
  };
}

/** `pem_password_cb *SSL_CTX_get_default_passwd_cb(SSL_CTX *ctx)`: the passphrase. A secret. */
export const SSL_CTX_get_default_passwd_cb = passphraseOf('SSL_CTX_get_default_passwd_cb', 'ctx');
/** `pem_password_cb *SSL_get_default_passwd_cb(SSL *s)`: the passphrase. A secret. */
export const SSL_get_default_passwd_cb = passphraseOf('SSL_get_default_passwd_cb', 'ssl');
