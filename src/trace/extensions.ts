// Extensions: their names, sizes, and what they say.

import {
  extensionName,
  fragmentLengthName,
  groupName,
  pointFormatName,
  pskModeName,
  signatureSchemeName,
  versionName,
} from './names.js';
import { Malformed, Reader } from './reader.js';

/** An extension of a message. */
export interface TracedExtension {
  /** Its number. */
  type: number;
  /** As IANA has it. */
  name: string;
  /** How many bytes it has, without its type and length. */
  length: number;
  /** What it says, with names for numbers. Of tickets, keys and cookies it has only the sizes. */
  value: string;
  /** What is wrong with its bytes. */
  malformed: string | null;
}

/** Where an extension means something else than in other messages. */
export type ExtensionsOf =
  | 'ClientHello'
  | 'ServerHello'
  | 'HelloRetryRequest'
  | 'EncryptedExtensions'
  | 'Certificate'
  | 'CertificateRequest'
  | 'NewSessionTicket';

export const size = ({ length }: { length: number }): string => `${length} bytes`;

/** Text of the peer, with everything escaped that could be no text. */
export function printable(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^ -[\]-~]/g, (letter) => {
    return `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

const joined = (values: readonly string[]) => values.join(', ');

/** The names of a vector of numbers. */
export function names(
  reader: Reader,
  lengthSize: number,
  size: number,
  name: (number: number) => string,
): string {
  return joined(reader.list(lengthSize, (inside) => name(inside.number(size))));
}

type Decode = (reader: Reader, of: ExtensionsOf) => string;

const keyShare = (reader: Reader) => `${groupName(reader.number(2))} ${size(reader.vector(2))}`;

const signatureSchemes: Decode = (reader) => names(reader, 2, 2, signatureSchemeName);

function serverName(reader: Reader): string {
  const entries = reader.list(2, (inside) => {
    const type = inside.number(1);
    const name = inside.vector(2);
    return type === 0 ? printable(name) : `type ${type} ${size(name)}`;
  });
  return joined(entries);
}

function statusRequest(reader: Reader, of: ExtensionsOf): string {
  const type = reader.number(1);
  const name = type === 1 ? 'ocsp' : `type ${type}`;
  if (of === 'Certificate') return `${name} response ${size(reader.vector(3))}`;
  const responders = reader.vector(2);
  const extensions = reader.vector(2);
  const parts = [
    responders.length > 0 ? `responder ids ${size(responders)}` : '',
    extensions.length > 0 ? `extensions ${size(extensions)}` : '',
  ];
  return joined([name, ...parts.filter((part) => part !== '')]);
}

function preSharedKey(reader: Reader, of: ExtensionsOf): string {
  if (of !== 'ClientHello') return `identity ${reader.number(2)}`;
  const identities = reader.list(2, (inside) => {
    const identity = inside.vector(2);
    inside.number(4); // how old the ticket is
    return `identity ${size(identity)}`;
  });
  const binders = reader.list(2, (inside) => `binder ${size(inside.vector(1))}`);
  return joined([...identities, ...binders]);
}

// What may be empty is not read where it is.
const decoders: Readonly<Record<number, Decode>> = {
  0: serverName,
  1: (reader) => fragmentLengthName(reader.number(1)),
  5: statusRequest,
  10: (reader) => names(reader, 2, 2, groupName),
  11: (reader) => names(reader, 1, 1, pointFormatName),
  12: (reader) => `identity ${size(reader.vector(1))}`,
  13: signatureSchemes,
  16: (reader) => joined(reader.list(2, (inside) => printable(inside.vector(1)))),
  41: preSharedKey,
  42: (reader) => `at most ${reader.number(4)} bytes`,
  43: (reader, of) =>
    of === 'ClientHello' ? names(reader, 1, 2, versionName) : versionName(reader.number(2)),
  44: (reader) => size(reader.vector(2)),
  45: (reader) => names(reader, 1, 1, pskModeName),
  47: (reader) => `${reader.list(2, (inside) => inside.vector(2)).length} names`,
  50: signatureSchemes,
  51(reader, of) {
    if (of === 'HelloRetryRequest') return groupName(reader.number(2));
    return of === 'ClientHello' ? joined(reader.list(2, keyShare)) : keyShare(reader);
  },
  65281(reader) {
    const verifyData = reader.vector(1);
    return verifyData.length === 0 ? '' : `verify data ${size(verifyData)}`;
  },
};

// These are empty where they only say that something is understood.
const mayBeEmpty = [0, 5, 42];

function readExtension(type: number, bytes: Buffer, of: ExtensionsOf): TracedExtension {
  const extension = { type, name: extensionName(type), length: bytes.length, value: '' };
  const decode = decoders[type];
  if (decode === undefined || (bytes.length === 0 && mayBeEmpty.includes(type))) {
    return { ...extension, malformed: null };
  }
  try {
    const reader = new Reader(bytes);
    extension.value = decode(reader, of);
    reader.end();
    return { ...extension, malformed: null };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ...extension, malformed: error.message };
  }
}

/** Reads a list of them. Those before the place where it is malformed are in `into`. */
export function readExtensions(reader: Reader, of: ExtensionsOf, into: TracedExtension[]): void {
  reader.within(2, (inside) => {
    inside.all(() => {
      const type = inside.number(2);
      into.push(readExtension(type, inside.vector(2), of));
    });
  });
}
