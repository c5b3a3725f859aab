// What the addon gives and takes, in the words of this package.

/** A session, context or connection of this thread; 0 is NULL. */
export type Handle = number & { readonly __handle: unique symbol };

/** C's NULL, as a handle. */
export const NULL = 0 as Handle;

/** One error of OpenSSL's queue. */
export interface OpensslErrorEntry {
  /** The packed number: library << 24 | function << 12 | reason. */
  code: number;
  /** The part that failed: `SSL routines`. */
  library: string;
  /** The C function that failed. */
  function: string;
  /** In OpenSSL's words: `ssl session id too long`. */
  reason: string;
  /** More that OpenSSL noted; usually empty. */
  data: string;
}

/** The libssl 1.1.1 in use. */
export interface LibraryInfo {
  /** For instance `OpenSSL 1.1.1w  11 Sep 2023`. */
  version: string;
  /** `OpenSSL_version_num()`. */
  versionNumber: number;
  /** Real path of libssl. */
  libssl: string;
  /** Real path of libcrypto. */
  libcrypto: string;
  /** Proved when the library was loaded: one that is not isolated is refused. */
  isolated: true;
}

/** How many native sessions there were since `startCounting()`. */
export interface SessionCounts {
  /** Created by new, dup, d2i or a handshake. */
  created: number;
  /** Destroyed with their last reference. */
  destroyed: number;
  /** `created` - `destroyed`. */
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
  /** How many secret bits the algorithm has. */
  bits: number;
}

/** What does not fit a number comes as a bigint; undefined: the result is in registers[0]. */
export type LongResult = bigint | undefined;
