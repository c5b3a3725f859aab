// What tickets say of the keys that encrypt them.

import type { ProbeObservations, ProbeVersion, TicketKey, TicketKeyFacts } from '../result.js';
import type { Made } from '../run.js';
import {
  type Decrypted,
  decryptTicket,
  isInClear,
  type KnownTicket,
  shareKeystream,
} from '../ticket-layouts.js';

/** A ticket, with the session that it is for and where it came from. */
export interface FoundTicket extends KnownTicket {
  version: ProbeVersion;
  address: string;
  servername: string | null;
  number: number;
}

/** The first ticket of each handshake: those of one handshake are encrypted with the same key. */
export function ticketsOf(version: ProbeVersion, made: readonly Made[]): FoundTicket[] {
  return made.flatMap(({ sessions, address, servername, number }) => {
    const session = sessions.find(({ hasTicket }) => hasTicket);
    const ticket = session?.ticket;
    if (session === undefined || ticket == null) return [];
    return [{ version, ticket, secret: session.masterKey, address, servername, number }];
  });
}

// Less than this holds no session: the secret alone has 32 or 48 bytes, and there are a nonce and
// an authentication code.
const leastSelfContained = 64;
// Fewer equal bytes than these may be chance, or a format of its own.
const leastName = 4;
// Keys have names of up to 16 bytes. Equal bytes behind them are a nonce that does not change.
const mostName = 16;

export function describeTicketKeys(
  observations: ProbeObservations,
  tickets: readonly FoundTicket[],
): void {
  if (tickets.length === 0) return;
  const sealed = tickets.filter(isSelfContained);
  const length = nameLength(sealed.map(({ ticket }) => ticket));
  observations.ticketKeys = {
    tickets: tickets.length,
    stateful: sealed.length === 0,
    nameLength: length,
    keys: length === null ? [] : keysOf(sealed, length),
    evidence: tickets.map(({ number }) => number),
  };
}

const isSelfContained = ({ ticket }: FoundTicket) => ticket.length >= leastSelfContained;

/** How many bytes all tickets of a key have in common; null if there are too few to see. */
function nameLength(tickets: readonly Buffer[]): number | null {
  const lengths = groups(tickets)
    .filter((group) => group.length > 1)
    .map((group) => group.map((ticket) => commonPrefix(ticket, group[0] ?? ticket)))
    .map((prefixes) => Math.min(...prefixes));
  return lengths.length === 0 ? null : Math.min(...lengths, mostName);
}

function groups(tickets: readonly Buffer[]): Buffer[][] {
  const found = new Map<string, Buffer[]>();
  for (const ticket of tickets) {
    const key = ticket.toString('hex', 0, leastName);
    found.set(key, [...(found.get(key) ?? []), ticket]);
  }
  return [...found.values()];
}

function commonPrefix(one: Buffer, other: Buffer): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function keysOf(tickets: readonly FoundTicket[], length: number): TicketKey[] {
  const keys = new Map<string, TicketKey>();
  for (const { ticket, version, address, servername } of tickets) {
    const name = ticket.toString('hex', 0, length);
    const key = keys.get(name) ?? {
      name,
      tickets: 0,
      versions: [],
      addresses: [],
      servernames: [],
    };
    keys.set(name, key);
    key.tickets += 1;
    addOnce(key.versions, version);
    addOnce(key.addresses, address);
    addOnce(key.servernames, servername);
  }
  return [...keys.values()];
}

function addOnce<T>(list: T[], value: T): void {
  if (!list.includes(value)) list.push(value);
}

export function describeContents(
  observations: ProbeObservations,
  tickets: readonly FoundTicket[],
): void {
  for (const version of new Set(tickets.map((each) => each.version))) {
    const own = tickets.filter((each) => each.version === version);
    const pairs = own.flatMap((one, i) => own.slice(i + 1).map((other) => [one, other] as const));
    observations.ticketContents.push({
      version,
      tickets: own.length,
      secretInClear: own.some(({ ticket, secret }) => isInClear(ticket, secret)),
      weakKey: weakKeyOf(own, observations.ticketKeys),
      keystreamReused:
        pairs.length === 0 ? null : pairs.some(([one, other]) => shareKeystream(one, other)),
      evidence: own.map(({ number }) => number),
    });
  }
}

/** Of each key one ticket is tried. */
function weakKeyOf(tickets: readonly FoundTicket[], keys: TicketKeyFacts | null): Decrypted | null {
  const seen = new Set<string>();
  for (const { ticket, secret } of tickets.filter(isSelfContained)) {
    const name = keys?.nameLength == null ? '' : ticket.toString('hex', 0, keys.nameLength);
    if (seen.has(name)) continue;
    seen.add(name);
    const decrypted = decryptTicket(ticket, secret);
    if (decrypted !== null) return decrypted;
  }
  return null;
}
