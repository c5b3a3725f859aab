// The members of SslConnection that only read what libssl knows about a handshake.

import { EventEmitter } from 'node:events';
import * as C from '../libssl/functions.js';
import {
  SSL_get_peer_tmp_key,
  SSL_get_shared_ciphers,
  SSL_get_shared_sigalgs,
  SSL_get_sigalgs,
} from '../libssl/negotiated.js';
import type { Handle } from '../native/types.js';
import type { SslConnectionEvents } from './events.js';
import { algorithmName, signatureName } from './signature-names.js';

/** The key of a key exchange, as `getEphemeralKeyInfo()` of node:tls describes it. */
export interface EphemeralKeyInfo {
  /** `ECDH` also for X25519 and X448. */
  type: 'DH' | 'ECDH';
  /** OpenSSL's name of the curve; only of `ECDH`. */
  name?: string;
  /** In bits. */
  size: number;
}

const dhKey = 28; // EVP_PKEY_DH

/** What `SslConnection` has from here. */
export abstract class ConnectionReaders extends EventEmitter<SslConnectionEvents> {
  /** @internal The handle, without lending it. Throws after `free()`. */
  abstract get nativeHandle(): Handle;

  // ---- What the handshake told.

  /** The 32 bytes in the ClientHello; zeros before it. Wraps `SSL_get_client_random(3)`. */
  get clientRandom(): Buffer {
    return C.SSL_get_client_random(this.nativeHandle);
  }

  /** The 32 bytes in the ServerHello; zeros before it. Wraps `SSL_get_server_random(3)`. */
  get serverRandom(): Buffer {
    return C.SSL_get_server_random(this.nativeHandle);
  }

  /**
   * The last Finished message that this side has sent, without its header; null before it. Wraps
   * `SSL_get_finished(3)`.
   */
  get finished(): Buffer | null {
    return notEmpty(C.SSL_get_finished(this.nativeHandle));
  }

  /**
   * The last Finished message that the peer has sent, without its header; null before it. Wraps
   * `SSL_get_peer_finished(3)`.
   */
  get peerFinished(): Buffer | null {
    return notEmpty(C.SSL_get_peer_finished(this.nativeHandle));
  }

  /**
   * The peer's temporary key of the key exchange; null if there is none, as with RSA key exchange.
   * In TLS 1.3 each side has the other's; up to TLS 1.2 only a client has it. Wraps
   * `SSL_get_peer_tmp_key(3)`.
   */
  get ephemeralKeyInfo(): EphemeralKeyInfo | null {
    const key = SSL_get_peer_tmp_key(this.nativeHandle);
    if (key === null) return null;
    if (key.id === dhKey) return { type: 'DH', size: key.bits };
    return { type: 'ECDH', name: key.name, size: key.bits };
  }

  /**
   * The signature algorithms that both sides have, the best first, as node:tls names them:
   * `RSA-PSS+SHA256`, `ECDSA+SHA384`, `Ed25519+UNDEF`. Wraps `SSL_get_shared_sigalgs(3)`.
   */
  get sharedSigalgs(): string[] {
    return SSL_get_shared_sigalgs(this.nativeHandle).map(algorithmName);
  }

  /**
   * The signature algorithms that the peer has sent, in its order, named like `sharedSigalgs`; one
   * that libssl does not know is its number, as in `0x0840`. Wraps `SSL_get_sigalgs(3)`.
   */
  get peerSigalgs(): string[] {
    return SSL_get_sigalgs(this.nativeHandle).map(algorithmName);
  }

  /**
   * With what this side has signed the handshake, named like `sharedSigalgs`; null if it has not
   * signed. Wraps `SSL_get_signature_type_nid(3)`, `SSL_get_signature_nid(3)`.
   */
  get signatureAlgorithm(): string | null {
    const handle = this.nativeHandle;
    return signatureName(C.SSL_get_signature_type_nid(handle), C.SSL_get_signature_nid(handle));
  }

  /**
   * With what the peer has signed the handshake, named like `sharedSigalgs`; null if it has not
   * signed. Wraps `SSL_get_peer_signature_type_nid(3)`, `SSL_get_peer_signature_nid(3)`.
   */
  get peerSignatureAlgorithm(): string | null {
    const handle = this.nativeHandle;
    const kind = C.SSL_get_peer_signature_type_nid(handle);
    return signatureName(kind, C.SSL_get_peer_signature_nid(handle));
  }

  /**
   * On a server: OpenSSL's names of the suites that both sides have; empty on a client, and before
   * the ClientHello. Wraps `SSL_get_shared_ciphers(3)`.
   */
  get sharedCiphers(): string[] {
    return SSL_get_shared_ciphers(this.nativeHandle)?.split(':') ?? [];
  }

  /**
   * Whether both sides have the extended master secret; null while a handshake is not over. False in
   * TLS 1.3, which does not need it. Wraps `SSL_get_extms_support(3)`.
   */
  get extendedMasterSecret(): boolean | null {
    const support = C.SSL_get_extms_support(this.nativeHandle);
    return support === -1 ? null : support === 1;
  }

  /**
   * libssl's own state, in its words: `before SSL initialization`. Wraps `SSL_state_string_long(3)`.
   */
  get stateString(): string {
    return C.SSL_state_string_long(this.nativeHandle);
  }
}

const notEmpty = (bytes: Buffer) => (bytes.length === 0 ? null : bytes);
