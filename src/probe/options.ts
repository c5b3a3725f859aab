// The options of probe(), checked.

import { readOptions } from '../common/option-bag.js';
import {
  checkBoolean,
  checkBytes,
  checkCString,
  checkInteger,
  checkString,
  invalidType,
  invalidValue,
} from '../common/validate.js';
import type { Pem, PemKey } from '../context/options.js';
import { type Starttls, starttlsProtocols } from './starttls.js';

/** Where a probe is. */
export interface ProbeProgress {
  /** What it looks at. */
  doing: string;
  /** Connections that were made so far. */
  connections: number;
  /** From 0 to 1. An estimate: what a server supports decides how much there is to do. */
  fraction: number;
}

/** Options of `probe()`. */
export interface ProbeOptions {
  /** The server name (SNI) to ask for; null for none. By default the host, if it is a name. */
  servername?: string | null;
  /** The addresses of the host, instead of looking them up. The first one is probed. */
  addresses?: readonly string[];
  /** What is spoken in clear before TLS. */
  starttls?: Starttls | null;
  /** How many times each question is asked whose answer may differ, 1 to 100. By default 5. */
  attempts?: number;
  /**
   * Looks for how long sessions are accepted, up to so many seconds (2 to 604,800), for all of
   * which the probe lasts. By default it does not.
   */
  lifetime?: number | null;
  /**
   * Sends early data twice, the same bytes, to see whether the server accepts them twice. By default
   * it does not.
   */
  replay?: boolean;
  /** The client's certificate, PEM; all connections have it but those that look what happens without. */
  cert?: Pem | readonly Pem[];
  /** Its private key, PEM. */
  key?: Pem | PemKey;
  /** The passphrase of the key. */
  passphrase?: string;
  /**
   * Other server names, under which sessions of this one are offered. By default two of those that
   * the certificate has.
   */
  otherNames?: readonly string[];
  /**
   * What is sent where a server has to get data before it gives tickets, and as early data. It
   * should change nothing at the server. By default `HEAD / HTTP/1.0` with the name of the host, but
   * nothing with `starttls`, and on ports of other protocols; null for nothing.
   */
  request?: string | Uint8Array | null;
  /** The most milliseconds for all, without `lifetime`. By default 60,000. */
  timeout?: number;
  /** The most milliseconds for one connection. By default 5000. */
  connectionTimeout?: number;
  /** The most connections. By default 200. */
  maxConnections?: number;
  /** Milliseconds between two connections. By default 10. */
  pause?: number;
  /** Ends it. */
  signal?: AbortSignal | null;
  /** Is called before each connection. */
  onProgress?: ((progress: ProbeProgress) => void) | null;
}

const oneOf =
  <const T>(...values: readonly T[]) =>
  (name: string, value: unknown): T => {
    if (values.includes(value as T)) return value as T;
    throw invalidValue(name, `must be one of ${values.join(', ')}`);
  };
const integer = (min: number, max: number) => (name: string, value: unknown) =>
  checkInteger(name, value, min, max);
const orNull =
  <T>(check: (name: string, value: unknown) => T) =>
  (name: string, value: unknown): T | null =>
    value === null ? null : check(name, value);

function checkName(name: string, value: unknown): string {
  const text = checkCString(name, value);
  if (text === '' || text.length > 255) throw invalidValue(name, 'must have 1 to 255 characters');
  return text;
}

const strings =
  (check: (name: string, value: unknown) => string) =>
  (name: string, value: unknown): string[] => {
    if (!Array.isArray(value)) throw invalidType(name, 'an array of strings', value);
    return value.map((each, i) => check(`${name}[${i}]`, each));
  };

const checkRequest = (name: string, value: unknown): Buffer =>
  typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(checkBytes(name, value));

function checkSignal(name: string, value: unknown): AbortSignal {
  if (value instanceof AbortSignal) return value;
  throw invalidType(name, 'an AbortSignal', value);
}

function checkFunction(name: string, value: unknown): (progress: ProbeProgress) => void {
  if (typeof value === 'function') return value as (progress: ProbeProgress) => void;
  throw invalidType(name, 'of type function', value);
}

// SslContext checks these.
const pass = (_name: string, value: unknown) => value as never;

const aDay = 86_400;
const rows = {
  servername: { check: orNull(checkName) },
  addresses: { check: strings(checkName) },
  starttls: { check: orNull(oneOf(...starttlsProtocols)) },
  attempts: { check: integer(1, 100) },
  lifetime: { check: orNull(integer(2, 7 * aDay)) },
  replay: { check: checkBoolean },
  cert: { check: pass as (name: string, value: unknown) => Pem | readonly Pem[] },
  key: { check: pass as (name: string, value: unknown) => Pem | PemKey },
  passphrase: { check: checkString },
  otherNames: { check: strings(checkName) },
  request: { check: orNull(checkRequest) },
  timeout: { check: integer(1, 0x7fff_ffff) },
  connectionTimeout: { check: integer(1, 0x7fff_ffff) },
  maxConnections: { check: integer(1, 10_000) },
  pause: { check: integer(0, 60_000) },
  signal: { check: orNull(checkSignal) },
  onProgress: { check: orNull(checkFunction) },
};

/** The client's certificate, as an SslContext takes it. */
export interface ClientCertificate {
  cert: Pem | readonly Pem[];
  key: Pem | PemKey;
  passphrase?: string;
}

/** The options with what is there by default; undefined where the target decides. */
export interface Settings {
  servername: string | null | undefined;
  addresses: readonly string[] | undefined;
  starttls: Starttls | null;
  attempts: number;
  lifetime: number | null;
  replay: boolean;
  certificate: ClientCertificate | null;
  otherNames: readonly string[] | undefined;
  request: Buffer | null | undefined;
  timeout: number;
  connectionTimeout: number;
  maxConnections: number;
  pause: number;
  signal: AbortSignal | null;
  onProgress: (progress: ProbeProgress) => void;
}

export function readProbeOptions(given: unknown): Settings {
  const options = readOptions('options', rows, given);
  const { cert, key, passphrase, addresses } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw invalidValue('options.cert', 'and options.key need each other');
  }
  if (addresses?.length === 0) throw invalidValue('options.addresses', 'must not be empty');
  const certificate =
    cert === undefined || key === undefined
      ? null
      : { cert, key, ...(passphrase !== undefined && { passphrase }) };
  return {
    servername: options.servername,
    addresses,
    starttls: options.starttls ?? null,
    attempts: options.attempts ?? 5,
    lifetime: options.lifetime ?? null,
    replay: options.replay ?? false,
    certificate,
    otherNames: options.otherNames,
    request: options.request,
    timeout: options.timeout ?? 60_000,
    connectionTimeout: options.connectionTimeout ?? 5000,
    maxConnections: options.maxConnections ?? 200,
    pause: options.pause ?? 10,
    signal: options.signal ?? null,
    onProgress: options.onProgress ?? (() => {}),
  };
}
