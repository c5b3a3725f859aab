// Messages, alerts and states, as events have them.

import type { NativeEvent } from '../native/signatures.js';
import { alertName } from '../trace/names.js';

/** A message that was sent or received, as `SSL_set_msg_callback(3)` tells it. */
export interface SslMessage {
  /** By this side. */
  direction: 'sent' | 'received';
  /** The protocol version as a number: 0x0303 is TLS 1.2. 0 for the header of a record. */
  version: number;
  /**
   * 20 is a change of cipher, 21 an alert, 22 a message of the handshake, 256 the header of a record,
   * 257 the content type that is encrypted in a record of TLS 1.3, 0 a ClientHello of SSL 2.0.
   */
  contentType: number;
  /** Not encrypted. A message of the handshake begins with its type and length. */
  bytes: Buffer;
}

/** An alert that was sent or received. */
export interface SslAlert {
  /** By this side. */
  direction: 'sent' | 'received';
  /** `unknown` if a peer sends something that is no level. */
  level: 'warning' | 'fatal' | 'unknown';
  /** As TLS names it: `close_notify`, `handshake_failure`. */
  description: string;
  /** The number of the description. */
  code: number;
}

/** Where a handshake is. */
export interface SslState {
  /** In OpenSSL's words: `SSLv3/TLS write client hello`. */
  state: string;
  /** A handshake starts, does a step, or is done; or libssl leaves it, to go on later or because it failed. */
  event: 'start' | 'step' | 'done' | 'exit';
  /** What libssl's function gives: 1 if it succeeded, less if it waits or failed. */
  result: number;
}

const headSize = 12;

/** Those of an event: each behind a MessageHead of native/core/messages.h. */
export function readMessages({ data }: NativeEvent): SslMessage[] {
  const messages: SslMessage[] = [];
  for (let at = 0; at < data.length; ) {
    const bytesAt = at + headSize;
    const end = bytesAt + data.readUInt32LE(at);
    messages[messages.length] = {
      direction: data[at + 10] === 1 ? 'sent' : 'received',
      version: data.readInt32LE(at + 4),
      contentType: data.readUInt16LE(at + 8),
      bytes: data.subarray(bytesAt, end),
    };
    at = end;
  }
  return messages;
}

// SSL_CB_….
const exit = 0x02;
const write = 0x08;
const start = 0x10;
const done = 0x20;
const alert = 0x4000;

/** Whether a state event is about an alert. */
export const isAlert = ({ number }: NativeEvent): boolean => (number & alert) !== 0;

export function readAlert({ number, value }: NativeEvent): SslAlert {
  const code = value & 0xff;
  return {
    direction: number & write ? 'sent' : 'received',
    level: (['unknown', 'warning', 'fatal'] as const)[value >> 8] ?? 'unknown',
    description: alertName(code),
    code,
  };
}

export function readState({ number, value, data }: NativeEvent): SslState {
  const event = number & start ? 'start' : number & done ? 'done' : number & exit ? 'exit' : 'step';
  return { state: data.toString('latin1'), event, result: value };
}
