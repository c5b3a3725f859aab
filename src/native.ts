// The addon, as TypeScript sees it: one function for each C function, and what takes more than one.
//
// Handles and numeric results travel in `registers`, a block of memory that both sides see: a
// function's handles are put into registers[0], [1] before the call, and a result that is a number
// is in registers[0] after it. Other arguments and results are ordinary ones. (That is a third cheaper:
// ARCHITECTURE.md, "Registers".)

import { loadAddon, root } from './addon.js';
import { cacheDirectory } from './cache.js';
import { installLine } from './distribution.js';
import { LibsslError, type LoadAttempt, misuseError } from './errors.js';

/** A session of this environment; 0 is NULL. See handle_table.h. */
export type Handle = number & { readonly __handle: unique symbol };

export const NULL = 0 as Handle;

export interface OpensslErrorEntry {
  /** The packed number: library << 24 | function << 12 | reason. */
  code: number;
  library: string;
  function: string;
  reason: string;
  data: string;
}

export interface LibraryInfo {
  /** For instance `OpenSSL 1.1.1w  11 Sep 2023`. */
  version: string;
  /** `OpenSSL_version_num()`. */
  versionNumber: number;
  /** Real path of libssl. */
  libssl: string;
  /** Real path of libcrypto. */
  libcrypto: string;
  /** Proved when the library was loaded; one that is not isolated is refused. */
  isolated: true;
}

export interface SessionCounts {
  created: number;
  destroyed: number;
  live: number;
}

/** A cipher suite, as libssl describes it. */
export interface CipherInfo {
  /** OpenSSL's name. */
  name: string;
  /** The name of the RFC. */
  standardName: string;
  /** The 2-byte number of the suite. */
  id: number;
  /** The lowest protocol version that has it, as OpenSSL names it. */
  version: string;
  /** Secret bits of the algorithm. */
  bits: number;
}

/** What does not fit a number comes as a bigint; undefined: the result is in registers[0]. */
type LongResult = bigint | undefined;

export interface Native {
  libraryInfo(): LibraryInfo;
  lastErrors(): OpensslErrorEntry[];
  /** For a C function that is answered without libssl. */
  clearErrors(): void;
  startCounting(): void;
  sessionCounts(): SessionCounts;

  SSL_SESSION_new(): void;
  SSL_SESSION_dup(): void;
  SSL_SESSION_up_ref(): void;
  SSL_SESSION_free(): void;
  /** SSL_SESSION_up_ref, the new reference owned by a handle of its own. */
  shareSession(): void;
  isSameSession(): void;
  /**
   * All of a session that is no secret: numbers, and the lengths of texts, in the registers, and
   * the texts one after the other. session-info.ts reads it.
   */
  sessionInfo(): string;
  /** From now on one reference of the handle belongs to an object: no other may free it. */
  lendSession(): void;
  /** The same, and gives back what other references the handle owns. */
  adoptSession(): void;
  /** The object's reference, given back. */
  releaseSession(): void;

  /** With `whole`, bytes after the session make it fail, and the result is minus their number. */
  d2i_SSL_SESSION(der: Uint8Array, whole: boolean): void;
  /** The size, at most 0 where there is no encoding; and the bytes, where the view is as large. */
  i2d_SSL_SESSION(der: Uint8Array): void;
  PEM_read_bio_SSL_SESSION(pem: Uint8Array): void;
  PEM_write_bio_SSL_SESSION(): string | null;

  SSL_SESSION_print(): string | null;
  SSL_SESSION_print_keylog(): string | null;

  SSL_SESSION_get_id(): Buffer;
  SSL_SESSION_set1_id(id: Uint8Array): void;
  SSL_SESSION_get0_id_context(): Buffer;
  SSL_SESSION_set1_id_context(context: Uint8Array): void;
  SSL_SESSION_get_time(): LongResult;
  SSL_SESSION_set_time(time: number | bigint): LongResult;
  SSL_SESSION_get_timeout(): LongResult;
  SSL_SESSION_set_timeout(timeout: number | bigint): LongResult;
  SSL_SESSION_get_protocol_version(): void;
  SSL_SESSION_set_protocol_version(version: number): void;
  SSL_SESSION_get0_cipher(): CipherInfo | null;
  /** A number that allCiphers() has. */
  SSL_SESSION_set_cipher(id: number | null): void;
  /** What SSL_CIPHER_find finds. */
  allCiphers(): CipherInfo[];
  SSL_SESSION_get_master_key(): Buffer;
  SSL_SESSION_set1_master_key(key: Uint8Array): void;
  SSL_SESSION_get0_hostname(): string | null;
  SSL_SESSION_set1_hostname(hostname: string | null): void;
  SSL_SESSION_get0_alpn_selected(): Buffer | null;
  SSL_SESSION_set1_alpn_selected(alpn: Uint8Array | null): void;
  SSL_SESSION_has_ticket(): void;
  SSL_SESSION_get0_ticket(): Buffer | null;
  SSL_SESSION_get0_ticket_appdata(): Buffer | null;
  SSL_SESSION_set1_ticket_appdata(data: Uint8Array | null): void;
  SSL_SESSION_get_max_early_data(): void;
  SSL_SESSION_set_max_early_data(max: number): void;
  SSL_SESSION_get_max_fragment_length(): void;
  SSL_SESSION_get_compress_id(): void;
  SSL_SESSION_get0_peer(): Buffer | null;
  SSL_SESSION_get_ticket_lifetime_hint(): LongResult;
  SSL_SESSION_is_resumable(): void;
}

interface Addon {
  load(
    explicitDirectory: string,
    fallbackDirectories: string[],
    registers: Float64Array,
    makeError: (rule: string, functionName: string) => Error,
  ): Native | LoadAttempt[];
}

// Over an ArrayBuffer of its own, so that its memory never moves.
export const registers = new Float64Array(new ArrayBuffer(32 * 8));

let loaded: Native | undefined;

/** The functions of libssl 1.1.1; the library is looked for at the first use. */
export function native(): Native {
  return loaded ?? load();
}

function load(): Native {
  const addon = loadAddon() as Addon;
  const directory = process.env.LIBSSL_SESSION_DIR ?? '';
  // What the two set-ups make: the checkout's, and the user's.
  const fallbacks = [`${root}.libssl`, cacheDirectory() ?? []].flat();
  const result = addon.load(directory, fallbacks, registers, misuseError);
  if (Array.isArray(result)) throw loadError(directory, result);
  // What stands on a prototype V8 takes for constant, and calls without looking it up.
  class Functions {}
  loaded = Object.assign(Functions.prototype, result);
  return loaded;
}

function loadError(directory: string, attempts: LoadAttempt[]): LibsslError {
  // The refusal that tells most: a library that is there but wrong, before one that is not there.
  const kinds = ['ERR_LIBSSL_NOT_ISOLATED', 'ERR_LIBSSL_VERSION', 'ERR_LIBSSL_NOT_FOUND'] as const;
  const code =
    kinds.find((kind) => attempts.some((attempt) => attempt.code === kind)) ??
    'ERR_LIBSSL_NOT_FOUND';
  const lines = attempts.map(({ place, reason }) => `  ${place}: ${reason}`);
  if (directory !== '') {
    lines.push('  nowhere else, because LIBSSL_SESSION_DIR is set');
  }
  return new LibsslError(
    code,
    `No usable libssl 1.1.1. Tried:\n${lines.join('\n')}\n${installLine()}`,
    { attempts },
  );
}
