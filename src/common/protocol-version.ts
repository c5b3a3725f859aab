import { invalidType, invalidValue } from './validate.js';

const names = {
  SSLv3: 0x0300,
  TLSv1: 0x0301,
  'TLSv1.1': 0x0302,
  'TLSv1.2': 0x0303,
  'TLSv1.3': 0x0304,
  'DTLSv0.9': 0x0100,
  DTLSv1: 0xfeff,
  'DTLSv1.2': 0xfefd,
} as const;

/** As `tls.TLSSocket.getProtocol()` names it. */
export type ProtocolVersion = keyof typeof names | 'unknown';

/** The names of the numbers on the wire. */
export const versionNames: ReadonlyMap<number, ProtocolVersion> = new Map(
  Object.entries(names).map(([name, number]) => [number, name as ProtocolVersion]),
);

/** null for 0, which is "unset". */
export function versionName(number: number): ProtocolVersion | null {
  return number === 0 ? null : (versionNames.get(number) ?? 'unknown');
}

/** 0 for null, which is "unset". */
export function versionNumber(name: unknown, argument = 'protocolVersion'): number {
  if (name === null) return 0;
  if (typeof name !== 'string') throw invalidType(argument, 'of type string', name);
  if (!Object.hasOwn(names, name)) {
    throw invalidValue(argument, `must be one of ${Object.keys(names).join(', ')}`);
  }
  return names[name as keyof typeof names];
}
