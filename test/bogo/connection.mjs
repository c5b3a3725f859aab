// One connection with the runner: the handshake, what a test wants sent, the echo, and the end.

import * as C from 'libssl-session/libssl';
import { groupName, isTls13 } from './algorithms.mjs';
import { checkHandshake, checkMessages, checkPeer } from './checks.mjs';
import { Failure, must } from './contexts.mjs';
import { recordMessages } from './messages.mjs';
import { Steps } from './steps.mjs';
import { Wire } from './wire.mjs';

const SSL_CT_VALIDATION_PERMISSIVE = 0;
const hello = Buffer.from('hello');
const echoOf = (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0xff));

/** `session`: what a client offers; 0 for none. */
export async function connection({ config, retry, context, isResume, session }) {
  const ssl = C.SSL_new(context.ctx);
  must(ssl, 'SSL_new');
  setUp(ssl, config, session);
  const wire = await Wire.open(config.port);
  const state = {
    sessions: context.sessions,
    secrets: new Map(),
    extensions: new Map(),
    messages: [],
    retried: false,
    done: false,
  };
  observe(context.ctx, ssl, state);
  const exchange = new Exchange(
    ssl,
    { ctx: context.ctx, config, retry, isResume, state, session },
    wire,
  );
  try {
    await exchange.run();
  } finally {
    exchange.steps.flush();
    await wire.close();
    C.SSL_free(ssl);
  }
}

function setUp(ssl, config, session) {
  if (config.server) C.SSL_set_accept_state(ssl);
  else C.SSL_set_connect_state(ssl);
  // Before BoringSSL's defaults: it offers three.
  const groups = config.curves?.map(groupName) ?? ['X25519', 'prime256v1', 'secp384r1'];
  must(C.SSL_set1_groups_list(ssl, groups.join(':')), 'SSL_set1_groups_list');
  if (config.hostName !== undefined) {
    must(C.SSL_set_tlsext_host_name(ssl, config.hostName), 'SSL_set_tlsext_host_name');
  }
  if (config.advertiseAlpn !== undefined) {
    const protocols = Buffer.from(config.advertiseAlpn, 'latin1');
    must(1 - C.SSL_set_alpn_protos(ssl, protocols), 'SSL_set_alpn_protos'); // 0 is success
  }
  if (config.psk !== undefined) {
    const [identity, key] = [config.pskIdentity ?? '', Buffer.from(config.psk, 'latin1')];
    if (config.server) C.SSL_set_psk_server_callback(ssl, [[identity, key]]);
    else C.SSL_set_psk_client_callback(ssl, { identity, key });
  }
  if (config.server && config.pskIdentity !== undefined) {
    must(C.SSL_use_psk_identity_hint(ssl, config.pskIdentity), 'SSL_use_psk_identity_hint');
  }
  if (config.enableOcspStapling) C.SSL_set_tlsext_status_type(ssl, C.TLSEXT_STATUSTYPE_ocsp);
  if (config.fallbackScsv) C.SSL_set_mode(ssl, C.SSL_MODE_SEND_FALLBACK_SCSV);
  if (config.enableSignedCertTimestamps) {
    must(C.SSL_enable_ct(ssl, SSL_CT_VALIDATION_PERMISSIVE), 'SSL_enable_ct');
  }
  if (config.partialWrite) C.SSL_set_mode(ssl, C.SSL_MODE_ENABLE_PARTIAL_WRITE);
  if (config.srtpProfiles !== undefined) {
    must(1 - C.SSL_set_tlsext_use_srtp(ssl, config.srtpProfiles), 'SSL_set_tlsext_use_srtp');
  }
  if (config.mtu !== undefined) {
    C.SSL_set_options(ssl, C.SSL_OP_NO_QUERY_MTU);
    must(C.SSL_set_mtu(ssl, config.mtu), 'SSL_set_mtu');
  }
  if (config.initialTimeoutDurationMs !== undefined) {
    C.DTLS_set_timer_cb(ssl, config.initialTimeoutDurationMs * 1000);
  }
  if (config.maxCertList !== undefined) C.SSL_set_max_cert_list(ssl, config.maxCertList);
  if (config.maxSendFragment !== undefined) {
    must(C.SSL_set_max_send_fragment(ssl, config.maxSendFragment), 'SSL_set_max_send_fragment');
  }
  if (!config.checkCloseNotify) C.SSL_set_quiet_shutdown(ssl, 1);
  if (session !== 0) must(C.SSL_set_session(ssl, session), 'SSL_set_session');
}

function observe(ctx, ssl, state) {
  recordMessages(ssl, state);
  C.SSL_set_tlsext_debug_callback(ssl, (_ssl, _server, type, data) => {
    // The first certificate's, where several have it.
    if (!state.extensions.has(type)) state.extensions.set(type, data);
  });
  C.SSL_CTX_set_info_callback(ctx, (_ssl, where) => {
    if (where & C.SSL_CB_HANDSHAKE_DONE) state.done = true;
  });
  C.SSL_CTX_set_keylog_callback(ctx, (_ssl, line) => {
    const [label, , secret] = line.split(' ');
    state.secrets.set(label, Buffer.from(secret, 'hex'));
  });
}

class Exchange {
  /** How many bytes of what is written first went as early data. */
  earlyDataTaken = 0;

  constructor(ssl, settings, wire) {
    Object.assign(this, { ssl, ...settings });
    this.steps = new Steps(ssl, wire, this.config);
  }

  async run() {
    const { enableEarlyData, server, implicitHandshake } = this.config;
    if (enableEarlyData) await (server ? this.readEarly() : this.writeEarly());
    if (!implicitHandshake) await this.handshake();
    await this.sendExported();
    const { config } = this;
    if (config.writeDifferentRecordSizes) await this.writeSizes();
    else if (config.shimWritesFirst) await this.steps.write(hello.subarray(this.earlyDataTaken));
    if (!config.shimShutsDown && !config.writeDifferentRecordSizes) await this.echo();
    this.checkTickets();
    await this.end();
    checkMessages(this);
  }

  async handshake() {
    const { ssl, config, steps } = this;
    await steps.handshake();
    if (config.handshakeNeverDone && this.state.done) throw new Failure('the handshake is over');
    this.afterEarly();
    this.noticeRenewal();
    checkHandshake(this);
    if (config.handshakeTwice || config.noOpExtraHandshake) {
      must(C.SSL_do_handshake(ssl), 'SSL_do_handshake once more');
    }
    this.state.newAtHandshake = this.state.sessions.length;
    if (config.forbidRenegotiationAfterHandshake) {
      C.SSL_set_options(ssl, C.SSL_OP_NO_RENEGOTIATION);
    }
  }

  // libssl tells a callback of new sessions, but not of a new ticket for the session that it resumes.
  noticeRenewal() {
    const { ssl, config, session, state } = this;
    if (config.server || session === 0 || C.SSL_session_reused(ssl) !== 1) return;
    if (isTls13(ssl) || state.sessions.length > 0) return;
    const ticketOf = (handle) => C.SSL_SESSION_get0_ticket(handle)?.toString('hex');
    const renewed = C.SSL_get1_session(ssl);
    if (ticketOf(renewed) === ticketOf(session)) C.SSL_SESSION_free(renewed);
    else state.sessions.push(renewed);
  }

  // ---- Early data. BoringSSL calls the handshake over before it is confirmed; libssl has functions
  // of its own for that time.

  async writeEarly() {
    const { ssl, config, session, steps } = this;
    if (session === 0 || !config.shimWritesFirst) return;
    const data = hello.subarray(0, C.SSL_SESSION_get_max_early_data(session));
    if (data.length === 0) return;
    await steps.take('SSL_write_early_data', () => C.SSL_write_early_data(ssl, data));
    this.earlyDataTaken = data.length; // unless the handshake says otherwise
  }

  async readEarly() {
    const { ssl, steps } = this;
    for (;;) {
      let data = null;
      const result = await steps.take(
        'SSL_read_early_data',
        () => {
          const [value, bytes] = C.SSL_read_early_data(ssl, 512);
          data = bytes;
          return value;
        },
        (value) => value !== C.SSL_READ_EARLY_DATA_ERROR,
      );
      if (result === null) throw new Failure('the peer has ended in the middle of early data');
      if (data !== null && data.length > 0) {
        const answer = echoOf(data);
        must(C.SSL_write_early_data(ssl, answer), 'SSL_write_early_data');
        steps.flush();
      }
      if (result === C.SSL_READ_EARLY_DATA_FINISH) return;
    }
  }

  // A client whose early data was rejected goes on with settings of their own.
  afterEarly() {
    const { ssl, config } = this;
    if (config.server || this.earlyDataTaken === 0) return;
    const taken = C.SSL_get_early_data_status(ssl) === C.SSL_EARLY_DATA_ACCEPTED;
    if (!taken) this.earlyDataTaken = 0;
    if (config.expectNoOfferEarlyData) throw new Failure('early data was offered');
    if (config.expectRejectEarlyData) {
      if (taken) throw new Failure('early data was accepted');
      this.config = this.retry;
    }
  }

  // ---- What a test wants sent.

  async sendExported() {
    const { ssl, config, steps, state } = this;
    const { exportKeyingMaterial: size = 0, exportLabel = '', exportContext = '' } = config;
    if (size > 0) {
      const context = config.useExportContext ? Buffer.from(exportContext, 'latin1') : null;
      const material = C.SSL_export_keying_material(ssl, size, exportLabel, context);
      if (material === null) throw new Failure('failed to export keying material');
      await steps.write(material);
    }
    if (config.exportTrafficSecrets) {
      const [read, write] = config.server ? ['CLIENT', 'SERVER'] : ['SERVER', 'CLIENT'];
      const secrets = [read, write].map((side) => state.secrets.get(`${side}_TRAFFIC_SECRET_0`));
      const length = Buffer.alloc(2);
      length.writeUInt16LE(secrets[0].length);
      await steps.write(Buffer.concat([length, ...secrets]));
    }
    if (config.tlsUnique) await steps.write(this.tlsUnique());
  }

  // RFC 5929: the first Finished of the handshake. Without the extended master secret a resumption
  // has none.
  tlsUnique() {
    const { ssl, config } = this;
    const reused = C.SSL_session_reused(ssl) === 1;
    if (isTls13(ssl) || (reused && C.SSL_get_extms_support(ssl) !== 1)) {
      throw new Failure('failed to get tls-unique');
    }
    const own = (config.server === true) === reused;
    return own ? C.SSL_get_finished(ssl) : C.SSL_get_peer_finished(ssl);
  }

  async writeSizes() {
    const sizes = [1, 255, 256, 257, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769];
    for (const size of sizes) await this.steps.write(Buffer.alloc(size, 0x42));
  }

  // ---- The echo.

  async echo() {
    const { ssl, config, steps, state } = this;
    // A record of DTLS is echoed as one, whatever its length.
    const size = config.readSize ?? (config.dtls ? 16_384 : 512);
    for (;;) {
      const data = await this.read(size);
      if (data === null) return;
      if (!state.done) throw new Failure('the handshake was not over after SSL_read');
      if (config.keyUpdate) {
        must(C.SSL_key_update(ssl, C.SSL_KEY_UPDATE_NOT_REQUESTED), 'SSL_key_update');
      }
      await steps.write(echoOf(data));
    }
  }

  async read(size) {
    const { ssl, config, steps } = this;
    if (!config.peekThenRead) {
      const data = await steps.read(size);
      if (config.useExporterBetweenReads && data !== null) {
        const material = C.SSL_export_keying_material(ssl, 1, '');
        if (material === null) throw new Failure('failed to export keying material');
      }
      return data;
    }
    const first = await steps.peek(size);
    if (first === null) return null;
    const again = C.SSL_peek(ssl, first.length);
    const data = C.SSL_read(ssl, first.length);
    if (!again?.equals(first) || !data?.equals(first)) throw new Failure('SSL_peek lied');
    return data;
  }

  // ---- The end.

  checkTickets() {
    const { ssl, config, state } = this;
    if (config.server) return;
    if (config.implicitHandshake) this.noticeRenewal();
    const since = state.sessions.slice(state.newAtHandshake ?? 0);
    if (!isTls13(ssl)) {
      if (!config.implicitHandshake && since.length > 0) {
        throw new Failure('a new session came after the handshake');
      }
      return;
    }
    const wanted = !config.expectNoSession && !config.shimShutsDown;
    if (since.length > 0 !== wanted) throw new Failure(`${since.length} new sessions came`);
    if (!wanted) return;
    const early = C.SSL_SESSION_get_max_early_data(since.at(-1)) !== 0;
    if (early !== (config.expectTicketSupportsEarlyData === true)) {
      throw new Failure(`whether the ticket allows early data: ${early}`);
    }
  }

  async end() {
    const { config, steps } = this;
    let result = await steps.shutdown();
    if (config.shimShutsDown && config.checkCloseNotify) {
      if (result !== 0) throw new Failure(`Unexpected SSL_shutdown result: ${result} != 0`);
      result = await steps.awaitEnd();
    }
    if (result !== 1) throw new Failure(`Unexpected SSL_shutdown result: ${result} != 1`);
    // The context has no other connection.
    const count = C.SSL_CTX_sess_connect_renegotiate(this.ctx);
    if (count > 0) checkPeer(this);
    if (count !== (config.expectTotalRenegotiations ?? 0)) {
      throw new Failure(`there were ${count} renegotiations`);
    }
  }
}
