/** A function of native/openssl.def that a script calls by its name. */
export interface PeerCall {
  name: string;
  object: 'SSL_CTX' | 'SSL' | 'SSL_SESSION';
  values: { kind: string; orNull: boolean }[];
  result: string;
}
export const calls: readonly PeerCall[];
export function callsInC(): string;
