import type { SslConnection, SslContext, SslSession } from 'libssl-session';

export interface Made {
  client: SslContext;
  server: SslContext;
  session: SslSession;
  cached: SslSession;
  ours: SslConnection;
  theirs: SslConnection;
  other: SslConnection;
}
export const stages: readonly string[];
export const kinds: readonly (keyof Made)[];
export function make(stage: string, maxVersion?: 'TLSv1.2' | 'TLSv1.3'): Made;
export function freeOrders(count: number): Iterable<(keyof Made)[]>;
export function forget(rounds: number, pick?: () => number): Promise<number>;
