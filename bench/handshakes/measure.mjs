// One operation by all contenders, in a process of its own, so that no other has warmed or worn it:
// node --expose-gc measure.mjs <directory of certificates> <operation> <rounds>. Prints contender →
// nanoseconds for one iteration, one for each round.

import { CProgram } from '../c-program.mjs';
import { certificateKinds, readCertificate } from '../certificates.mjs';
import { interleave, warmUp } from '../measure.mjs';
import * as functions from './cache-functions.mjs';
import * as nodeTls from './node-tls.mjs';
import { bulkOperations, cacheOperations, handshakeOperations } from './settings.mjs';
import * as sslConnection from './ssl-connection.mjs';

const [directory, operation, rounds] = process.argv.slice(2);
const certificates = Object.fromEntries(
  certificateKinds.map((kind) => [kind, readCertificate(directory, kind)]),
);
const { batch } = { ...handshakeOperations, ...bulkOperations, ...cacheOperations }[operation];

const c = await CProgram.start(directory, 'handshakes');
const contenders = { c: (n) => c.run(operation, n) };
const bindings = {
  'ssl-connection': sslConnection,
  recorded: sslConnection.recorded,
  functions,
  'node-tls': nodeTls,
};
for (const [name, { prepare }] of Object.entries(bindings)) {
  const loop = await prepare(operation, certificates);
  if (loop === undefined) continue;
  // V8 has compiled all of it after some 4,000 handshakes.
  if (operation in handshakeOperations) await warmUp(loop, 140);
  contenders[name] = loop;
}
const warmUpRounds = operation in cacheOperations ? 1 : 5;
console.log(JSON.stringify(await interleave(contenders, batch, Number(rounds), warmUpRounds)));
c.end();
