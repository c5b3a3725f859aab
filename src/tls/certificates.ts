// Certificates in the shape that getPeerCertificate() of node:tls gives.

import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';

/** The certificate with those that lead to its root, each by `issuerCertificate`. */
export function detailed(
  certificate: X509Certificate,
  chain: readonly X509Certificate[],
): DetailedPeerCertificate {
  const own = certificate.toLegacyObject() as unknown as DetailedPeerCertificate;
  const left = chain.filter((each) => each.fingerprint256 !== certificate.fingerprint256);
  let [last, shown] = [certificate, own];
  for (;;) {
    const issued = last;
    if (issued.checkIssued(issued)) {
      shown.issuerCertificate = shown;
      return own;
    }
    const at = left.findIndex((each) => issued.checkIssued(each));
    const [issuer] = at === -1 ? [] : left.splice(at, 1);
    if (issuer === undefined) return own;
    const next = issuer.toLegacyObject() as unknown as DetailedPeerCertificate;
    shown.issuerCertificate = next;
    [last, shown] = [issuer, next];
  }
}

export function plain(certificate: X509Certificate): PeerCertificate {
  return certificate.toLegacyObject() as unknown as PeerCertificate;
}

/** This side's own, from DER. */
export const fromDer = (der: Buffer) => new X509Certificate(der);
