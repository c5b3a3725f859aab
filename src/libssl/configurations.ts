// The SSL_CONF_… functions: settings of a context or a connection by the names that OpenSSL's
// configuration files and programs have for them. libssl.ts says what holds for all functions.

import { checkArray, checkCString, checkUint32 } from '../common/validate.js';
import { result, setHandle, setHandleAndNumber, setHandles } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';

/** `SSL_CONF_CTX *SSL_CONF_CTX_new(void)`: 0 if there is no memory. */
export function SSL_CONF_CTX_new(): Handle {
  native().SSL_CONF_CTX_new();
  return result<Handle>();
}

/** `void SSL_CONF_CTX_free(SSL_CONF_CTX *cctx)`. Does nothing for 0. */
export function SSL_CONF_CTX_free(cctx: Handle | 0): void {
  const functions = native();
  setHandle('cctx', cctx);
  functions.SSL_CONF_CTX_free();
}

function changeFlags(
  name: 'SSL_CONF_CTX_set_flags' | 'SSL_CONF_CTX_clear_flags',
): (cctx: Handle, flags: number) => number {
  return (cctx, flags) => {
    const functions = native();
    const mask = checkUint32('flags', flags);
    setHandleAndNumber('cctx', cctx, mask);
    functions[name]();
    return result<number>();
  };
}

/**
 * `unsigned int SSL_CONF_CTX_set_flags(SSL_CONF_CTX *cctx, unsigned int flags)`: a mask of
 * SSL_CONF_FLAG_…; returns all that are set now.
 */
export const SSL_CONF_CTX_set_flags = changeFlags('SSL_CONF_CTX_set_flags');
/**
 * `unsigned int SSL_CONF_CTX_clear_flags(SSL_CONF_CTX *cctx, unsigned int flags)` returns those that
 * are still set.
 */
export const SSL_CONF_CTX_clear_flags = changeFlags('SSL_CONF_CTX_clear_flags');

/**
 * `int SSL_CONF_CTX_set1_prefix(SSL_CONF_CTX *cctx, const char *pre)`: what each command begins with;
 * null: `-` with SSL_CONF_FLAG_CMDLINE, else nothing.
 */
export function SSL_CONF_CTX_set1_prefix(cctx: Handle, pre: string | null): 0 | 1 {
  const functions = native();
  const prefix = pre === null ? null : checkCString('pre', pre);
  setHandle('cctx', cctx);
  functions.SSL_CONF_CTX_set1_prefix(prefix);
  return result<0 | 1>();
}

/**
 * `void SSL_CONF_CTX_set_ssl(SSL_CONF_CTX *cctx, SSL *ssl)`: the connection that commands are for; 0:
 * they only check the value. It need not live as long as cctx: then commands are refused.
 */
export function SSL_CONF_CTX_set_ssl(cctx: Handle, ssl: Handle | 0): void {
  const functions = native();
  setHandles('cctx', cctx, 'ssl', ssl);
  functions.SSL_CONF_CTX_set_ssl();
}

/** `void SSL_CONF_CTX_set_ssl_ctx(SSL_CONF_CTX *cctx, SSL_CTX *ctx)`: as SSL_CONF_CTX_set_ssl. */
export function SSL_CONF_CTX_set_ssl_ctx(cctx: Handle, ctx: Handle | 0): void {
  const functions = native();
  setHandles('cctx', cctx, 'ctx', ctx);
  functions.SSL_CONF_CTX_set_ssl_ctx();
}

/**
 * `int SSL_CONF_cmd_value_type(SSL_CONF_CTX *cctx, const char *cmd)`: SSL_CONF_TYPE_….
 */
export function SSL_CONF_cmd_value_type(cctx: Handle, cmd: string): number {
  const functions = native();
  const command = checkCString('cmd', cmd);
  setHandle('cctx', cctx);
  functions.SSL_CONF_cmd_value_type(command);
  return result<number>();
}

/**
 * `int SSL_CONF_cmd(SSL_CONF_CTX *cctx, const char *cmd, const char *value)`: 2 if the value was
 * used, 1 if there was none to use, 0 for a wrong value, -2 for an unknown command, -3 if its value
 * is missing. Values of `NumTickets` above 255 are wrong here. Nobody is asked for the passphrase of
 * a file. A command that reads files is refused while the connection's handshake is under way (U21).
 */
export function SSL_CONF_cmd(cctx: Handle, cmd: string, value: string | null): number {
  const functions = native();
  const command = checkCString('cmd', cmd);
  const text = value === null ? null : checkCString('value', value);
  setHandle('cctx', cctx);
  functions.SSL_CONF_cmd(command, text);
  return result<number>();
}

/**
 * `int SSL_CONF_cmd_argv(SSL_CONF_CTX *cctx, int *pargc, char ***pargv)`: the first command of a
 * list of arguments. Returns how many of them it was, 0 for what is none, and what is negative for an
 * error. The list stays as it is.
 */
export function SSL_CONF_cmd_argv(cctx: Handle, argv: readonly string[]): number {
  const functions = native();
  const [first, second] = checkArray('argv', argv)
    .slice(0, 2)
    .map((each, i) => checkCString(`argv[${i}]`, each));
  setHandle('cctx', cctx);
  functions.SSL_CONF_cmd_argv(first ?? null, second ?? null);
  return result<number>();
}

/**
 * `int SSL_CONF_CTX_finish(SSL_CONF_CTX *cctx)`, after all commands: with
 * SSL_CONF_FLAG_REQUIRE_PRIVATE it reads the missing keys, and it sets the names of issuers.
 */
export function SSL_CONF_CTX_finish(cctx: Handle): 0 | 1 {
  const functions = native();
  setHandle('cctx', cctx);
  functions.SSL_CONF_CTX_finish();
  return result<0 | 1>();
}
