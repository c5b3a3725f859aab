// Who is probed: a host, a port, and the addresses of the host.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { checkInteger, checkString, invalidType, invalidValue } from '../common/validate.js';
import { ProbeError } from './error.js';
import type { Settings } from './options.js';
import type { ProbeTarget } from './result.js';
import { type Starttls, starttlsPorts } from './starttls.js';

/** A host and its port; by default 443, or the port of the protocol that `starttls` names. */
export interface ProbeHost {
  /** A name or an IP address. */
  host: string;
  /** 1 to 65535. */
  port?: number;
}

/** `host`, `host:port`, `[address]:port`, an address of either kind; or an object. */
export function readTarget(
  given: unknown,
  starttls: Starttls | null,
): { host: string; port: number } {
  const byDefault = starttls === null ? 443 : starttlsPorts[starttls];
  if (typeof given === 'string') {
    const { host, port } = splitTarget(given);
    return { host, port: port ?? byDefault };
  }
  if (typeof given !== 'object' || given === null) {
    throw invalidType('target', 'of type string or object', given);
  }
  const { host, port } = given as Record<string, unknown>;
  return {
    host: checkHost(checkString('target.host', host)),
    port: port === undefined ? byDefault : checkInteger('target.port', port, 1, 65_535),
  };
}

function splitTarget(text: string): { host: string; port: number | null } {
  if (isIP(text) === 6) return { host: text, port: null };
  const [, bracketed, plain, port] =
    /^(?:\[([^\]]+)\]|([^:/\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw invalidValue('target', 'must be HOST, HOST:PORT or [ADDRESS]:PORT');
  if (bracketed !== undefined && isIP(bracketed) !== 6) {
    throw invalidValue('target', 'must have an IPv6 address between brackets');
  }
  const number = port === undefined ? null : checkInteger('target.port', Number(port), 1, 65_535);
  return { host: checkHost(host), port: number };
}

function checkHost(host: string): string {
  if (host === '' || host.length > 253 || /[^\x21-\x7e]/.test(host)) {
    throw invalidValue('target.host', 'must be a name or an address, in ASCII');
  }
  return host;
}

/** Looks the host up. Throws a `ProbeError` if it has no address. */
export async function findTarget(
  { host, port }: { host: string; port: number },
  settings: Settings,
): Promise<ProbeTarget> {
  const addresses = settings.addresses ?? (await addressesOf(host, settings.connectionTimeout));
  const [address = ''] = addresses;
  const servername = settings.servername === undefined ? nameOf(host) : settings.servername;
  const { starttls } = settings;
  return { host, port, servername, addresses: [...addresses], address, starttls };
}

// Of addresses there is no SNI (RFC 6066, 3), nor of the dot at the end of a name.
const nameOf = (host: string) => (isIP(host) === 0 ? host.replace(/\.$/, '') : null);

async function addressesOf(host: string, timeout: number): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new ProbeError('ERR_PROBE_TIMEOUT', 'the name was not looked up in time');
    timer = setTimeout(() => reject(error), timeout);
  });
  try {
    const found = await Promise.race([lookup(host, { all: true }), late]);
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    if (error instanceof ProbeError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const text = code === 'ENOTFOUND' ? 'the name has no address' : `the name server says ${code}`;
    throw new ProbeError('ERR_PROBE_UNREACHABLE', text, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
