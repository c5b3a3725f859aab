// What has to be in a resumption as it was in the first handshake. libssl's client would not ask for
// something else, so that its ClientHello is changed; the ServerHello says whether it was accepted.

import type { SslSession } from '../../session/session.js';
import {
  type ClientHello,
  encodeClientHello,
  readClientHello,
  withoutExtension,
  withPskModes,
} from '../client-hello.js';
import { type Answer, extensionType } from '../messages.js';
import type { PinningFacts, ProbeObservations, ProbeVersion } from '../result.js';
import { Counter, type Run } from '../run.js';
import { type Samples, sessionOf, wishFor } from './samples.js';

const versionNumbers = { TLSv1: 0x0301, 'TLSv1.1': 0x0302, 'TLSv1.2': 0x0303 } as const;

/** Up to TLS 1.2. */
export async function observePinning(
  run: Run,
  observations: ProbeObservations,
  { version, by, works }: Samples,
): Promise<void> {
  if (!works) return;
  run.doing = `${version}: what a resumption insists on`;
  if (version === 'TLSv1.3') {
    observations.pinning.push(await pinningOfTls13(run));
    return;
  }
  const questions = new Questions(run, version, by);
  const unchanged = await questions.isResumed('unchanged', (hello) => hello);
  if (unchanged !== true) return; // then the answers to changed ones would say nothing
  const lower = lowerVersion(version, observations);
  const facts: PinningFacts = {
    version,
    by,
    cipher: not(await questions.isResumed('without its cipher suite', withoutSuite)),
    protocol:
      lower === null
        ? null
        : not(
            await questions.isResumed(`as ${lower}`, (hello) => ({
              ...hello,
              version: versionNumbers[lower],
            })),
          ),
    extendedMasterSecret: not(
      await questions.isResumed('without the extended master secret', (hello) =>
        withoutExtension(hello, extensionType.extendedMasterSecret),
      ),
    ),
    evidence: questions.evidence,
  };
  const binds = observations.versions.find((each) => each.version === version);
  if (binds?.extendedMasterSecret !== true) facts.extendedMasterSecret = null;
  observations.pinning.push(facts);
}

const not = (resumed: boolean | null): boolean | null => (resumed === null ? null : !resumed);

function lowerVersion(
  version: ProbeVersion,
  { versions }: ProbeObservations,
): 'TLSv1' | 'TLSv1.1' | null {
  const lower = (['TLSv1.1', 'TLSv1'] as const).filter((each) => each < version);
  const spoken = (each: ProbeVersion) => versions.find((its) => its.version === each)?.supported;
  return lower.find((each) => spoken(each) === true) ?? null;
}

type Change = (hello: ClientHello, session: SslSession) => ClientHello;

const withoutSuite: Change = (hello, session) => ({
  ...hello,
  suites: hello.suites.filter((suite) => suite !== session.cipher?.id),
});

/** Offers sessions in changed hellos. A server that refuses may forget the session: ids are new. */
class Questions {
  readonly evidence: number[] = [];
  readonly #run: Run;
  readonly #version: ProbeVersion;
  readonly #by: Samples['by'];
  #ticket: SslSession | null = null;

  constructor(run: Run, version: ProbeVersion, by: Samples['by']) {
    this.#run = run;
    this.#version = version;
    this.#by = by;
  }

  async #newSession(wish: ReturnType<typeof wishFor>): Promise<SslSession | null> {
    const purpose = `${this.#version}: a session to offer`;
    const full = await this.#run.connect({ ...wish, purpose });
    this.evidence.push(full.number);
    return sessionOf(full, this.#by);
  }

  /** null if the server has not answered. */
  async isResumed(how: string, change: Change): Promise<boolean | null> {
    const run = this.#run;
    const wish = wishFor(run, this.#version, this.#by);
    const session = this.#ticket ?? (await this.#newSession(wish));
    if (session === null) return null;
    if (session.hasTicket) this.#ticket = session;
    const flight = run.firstFlight({ ...wish, session });
    const hello = change(readClientHello(flight), session);
    const purpose = `${this.#version}: offers a session by ${this.#by} ${how}`;
    const { answer, number } = await run.exchange(purpose, encodeClientHello(hello));
    this.evidence.push(number);
    return answer === null ? null : isSameId(answer, hello);
  }
}

/** Up to TLS 1.2 a server that resumes sends the client's session id back. */
const isSameId = (answer: Answer, { sessionId }: ClientHello) =>
  answer.kind === 'hello' && sessionId.length > 0 && answer.hello.sessionId.equals(sessionId);

// Two suites with the same hash: RFC 8446 allows to resume with the other one.
const suite = 'TLS_AES_128_GCM_SHA256';
const otherSuite = 'TLS_CHACHA20_POLY1305_SHA256';

async function pinningOfTls13(run: Run): Promise<PinningFacts> {
  const version = 'TLSv1.3';
  const wish = wishFor(run, version, 'psk');
  const facts: PinningFacts = {
    version,
    by: 'psk',
    cipher: null,
    protocol: null,
    extendedMasterSecret: null,
    evidence: [],
  };
  for (const ciphers of [otherSuite, suite]) {
    const full = await run.connect({ ...wish, purpose: `TLSv1.3: only ${ciphers}`, ciphers });
    facts.evidence.push(full.number);
    if (full.error !== null) return facts;
    if (ciphers === otherSuite) continue;
    const session = sessionOf(full, 'psk');
    if (session === null) return facts;
    const purpose = `TLSv1.3: offers a session of ${suite} with only ${otherSuite}`;
    const made = await run.connect({ ...wish, purpose, ciphers: otherSuite, session });
    facts.evidence.push(made.number);
    facts.cipher = made.error === null ? !made.resumed : null;
  }
  return facts;
}

/** With a new key exchange, and without one. */
export async function observePskModes(
  run: Run,
  observations: ProbeObservations,
  { version, by, all, works }: Samples,
): Promise<void> {
  if (by !== 'psk' || !works) return;
  run.doing = 'TLSv1.3: how the keys are exchanged';
  const pskDheKe = new Counter();
  for (const { resumed } of all) {
    if (resumed?.resumed !== true) continue;
    pskDheKe.add(resumed.hello?.extensions.has(extensionType.keyShare) ?? null, resumed.number);
  }
  const pskKe = new Counter();
  const wish = wishFor(run, version, by);
  for (let i = 0; i < 2; i++) {
    const full = await run.connect({ ...wish, purpose: 'TLSv1.3: a session to offer' });
    const session = sessionOf(full, 'psk');
    if (session === null) continue;
    const hello = readClientHello(run.firstFlight({ ...wish, session }));
    const hash = session.cipher?.name.endsWith('SHA384') ? 'sha384' : 'sha256';
    const onlyPskKe = withPskModes(hello, [0], session.masterKey, hash);
    const purpose = 'TLSv1.3: offers a session without a key exchange (psk_ke)';
    const { answer, number } = await run.exchange(purpose, encodeClientHello(onlyPskKe));
    pskKe.add(answer === null ? null : isPskKe(answer), full.number, number);
  }
  observations.pskModes = { pskDheKe: pskDheKe.tally, pskKe: pskKe.tally };
}

const isPskKe = (answer: Answer) =>
  answer.kind === 'hello' &&
  answer.hello.extensions.has(extensionType.preSharedKey) &&
  !answer.hello.extensions.has(extensionType.keyShare);
