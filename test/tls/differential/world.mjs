// What a script is given: servers and clients of whoever plays them, whose events are logged.

import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { Logs } from './log.mjs';
import { cas, ids } from './players.mjs';

const socketEvents = [
  ...['connect', 'ready', 'secureConnect', 'end', 'finish', 'close', 'error', 'timeout'],
  'OCSPResponse',
];
const serverEvents = ['connection', 'secureConnection', 'tlsClientError', 'close', 'error'];

export class World {
  logs = new Logs();
  ids = ids;
  cas = cas;
  /** socket → its close. */
  #closings = new Map();
  #watched = new Set();
  #servers = new Set();
  #disposables = [];
  #accepted = 0;
  /** How many errors reached the process. */
  thrown = 0;

  constructor({ client, server, version }) {
    this.c = client;
    this.s = server;
    this.version = version;
    this.is13 = version === 'TLSv1.3';
    this.versions = { minVersion: version, maxVersion: version };
  }

  say(emitter, what, ...things) {
    this.logs.say(emitter, what, ...things);
  }

  /** What a call returns, or throws. */
  tried(emitter, what, call) {
    try {
      this.say(emitter, what, call());
    } catch (error) {
      this.say(emitter, `${what} throws`, error);
    }
  }

  /** For a callback: says that it was called, and with what. */
  saying(emitter, what) {
    return (...things) => this.say(emitter, what, ...things);
  }

  /** It is ended when the script is over. */
  keep(thing) {
    if (thing instanceof net.Server) this.#servers.add(thing);
    else if (typeof thing.destroy !== 'function') this.#disposables.push(thing);
    else if (!this.#closings.has(thing)) {
      // What has closed may be telling so just now.
      this.#closings.set(thing, thing.closed ? Promise.resolve() : first(thing, 'close'));
    }
    return thing;
  }

  /** Logs what the socket emits. `data`: its data, too, which makes it flow. */
  watch(emitter, socket, { data = true, session = false, keylog = false, without = [] } = {}) {
    this.keep(socket);
    this.#watched.add(socket);
    for (const event of socketEvents) {
      const log = this.saying(emitter, event);
      // An error without a listener would be thrown.
      if (without.includes(event)) socket.on(event, () => {});
      else socket.on(event, log);
    }
    if (data) socket.on('data', (chunk) => this.logs.data(emitter, chunk));
    if (session) socket.on('session', (each) => this.say(emitter, 'session', this.session(each)));
    // Only the label: the rest is secret, and another each time.
    if (keylog) socket.on('keylog', (line) => this.say(emitter, 'keylog', label(line)));
    return socket;
  }

  /** A session, of whichever kind, has one name; one of ours is the script's to free. */
  session(session) {
    if (this.c.Session !== undefined && session instanceof this.c.Session) this.keep(session);
    return 'a session';
  }

  /** A server that listens. `raw`: its options are as given. `peer`: how its sockets are watched. */
  async serve(options = {}, { raw = false, peer = {}, listener, watch = true } = {}) {
    const own = raw ? options : { ...ids.a, ...this.versions, ...options };
    const server = this.keep(this.s.tls.createServer(own, listener));
    if (watch) this.watchServer(server, peer);
    return this.listen(server);
  }

  watchServer(server, peer = {}) {
    for (const event of serverEvents) server.on(event, this.saying('server', event));
    server.on('secureConnection', (socket) => this.#accept(socket, peer));
    server.on('tlsClientError', (_error, socket) => this.keep(socket));
    return server;
  }

  #accept(socket, options) {
    this.#accepted++;
    const name = this.#accepted === 1 ? 'peer' : `peer ${this.#accepted}`;
    if (options === false) this.keep(socket).on('error', () => {});
    else this.watch(name, socket, options);
  }

  async listen(server, ...where) {
    server.listen(...(where.length === 0 ? [0, '127.0.0.1'] : where));
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object') this.logs.ports.add(address.port);
    return server;
  }

  /** A server without TLS; what it does with a connection is the script's. */
  plainServer(onConnection) {
    const server = this.keep(
      net.createServer((socket) => {
        this.keep(socket).on('error', () => {});
        onConnection(socket);
      }),
    );
    return this.listen(server);
  }

  /** A connection without TLS. */
  plainClient(server) {
    const socket = this.keep(net.connect(server.address().port, '127.0.0.1'));
    socket.on('error', () => {});
    return socket;
  }

  /** What a client is given if its script says nothing else. */
  clientOptions(server, options = {}) {
    const where =
      options.socket === undefined && server !== undefined
        ? { host: '127.0.0.1', port: server.address().port }
        : {};
    return { ...where, ca: cas.a, servername: 'localhost', ...this.versions, ...options };
  }

  /** A client of that server, watched as `client`. */
  connect(server, options = {}, { as = 'client', callback, ...watch } = {}) {
    const socket = this.c.tls.connect(this.clientOptions(server, options), callback);
    return this.watch(as, socket, watch);
  }

  /** A connection that is open on both sides. */
  async open({ server: serverOptions, client: clientOptions, peer, watch } = {}) {
    const server = await this.serve(serverOptions, { peer });
    const accepted = first(server, 'secureConnection');
    const client = this.connect(server, clientOptions, watch);
    const [[far]] = await Promise.all([accepted, first(client, 'secureConnect')]);
    return { server, client, peer: far };
  }

  /** The same, and each side has read all that a handshake sends: tickets, too. */
  async openAndQuiet(options) {
    const all = await this.open(options);
    await this.exchange(all.client, all.peer);
    return all;
  }

  /** A byte each way. */
  async exchange(client, peer) {
    const there = first(peer, 'data');
    client.write('>');
    await there;
    const back = first(client, 'data');
    peer.write('<');
    await back;
  }

  /** Resolves when all of these have closed; without any, all that are watched. */
  async closed(...sockets) {
    for (const socket of sockets.length > 0 ? sockets : this.#watched) {
      await this.#closings.get(this.keep(socket));
    }
    await this.quiet();
  }

  /** What is on its way in this process has arrived: some turns of the event loop. */
  async quiet() {
    for (let turn = 0; turn < 5; turn++) await immediate();
  }

  async end() {
    this.logs.freeze();
    const closing = [...this.#servers].filter((server) => server.listening);
    for (const socket of this.#closings.keys()) {
      socket.on('error', () => {});
      socket.destroy();
    }
    for (const each of this.#disposables) each.free?.();
    await Promise.all(closing.map((server) => new Promise((resolve) => server.close(resolve))));
    await this.quiet();
  }
}

/** What is emitted, whatever listeners that come after do. */
export const first = (emitter, event) =>
  new Promise((resolve) => emitter.prependOnceListener(event, (...args) => resolve(args)));

export const label = (line) => line.toString('latin1').split(' ')[0];
