// What the handshake gives the two sides: certificates, and keying material.

import { X509Certificate } from 'node:crypto';
import { libsslError } from '../common/errors.js';
import { checkBytes, checkInteger, checkLatin1 } from '../common/validate.js';
import * as C from '../libssl/functions.js';
import { checkMaterial, maxMaterial } from '../libssl/keying-material.js';
import { on } from '../native/call.js';
import { native } from '../native/load.js';
import type { Handle } from '../native/types.js';
import type { Steps } from './steps.js';

export function peerCertificate(connection: Handle): X509Certificate | null {
  const der = on(connection).SSL_get_peer_certificate() ?? refused(connection)[0];
  return der === undefined ? null : new X509Certificate(der);
}

export function peerCertificateChain(connection: Handle, server: boolean): X509Certificate[] {
  const chain = C.SSL_get_peer_cert_chain(connection) ?? refused(connection).slice(server ? 1 : 0);
  return chain.map((der) => new X509Certificate(der));
}

// The certificates that a peer sent, its own first, if they did not verify.
function refused(connection: Handle): Buffer[] {
  return on(connection).refusedCertificates() ?? [];
}

export function exportKeyingMaterial(
  steps: Steps,
  length: number,
  label: string,
  context: Uint8Array | undefined,
): Buffer {
  const size = checkInteger('length', length, 1, maxMaterial);
  const text = checkLatin1('label', label);
  const bytes = context === undefined ? null : checkBytes('context', context);
  const handle = steps.idle('export keying material');
  const tls13 = steps.protocol === 'TLSv1.3';
  const hashSize = C.SSL_get_current_cipher(handle)?.name.endsWith('SHA384') ? 48 : 32;
  checkMaterial({ tls13, hashSize }, size, text, bytes);
  const material = on(handle).SSL_export_keying_material(size, text, bytes);
  if (material !== null) return material;
  throw libsslError('SSL_export_keying_material', native().lastErrors());
}
