// Self-signed certificates of localhost, made by the openssl command of libssl 1.1.1's build.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const libsslDirectory = fileURLToPath(new URL('../.libssl', import.meta.url));

/** kind → the arguments of `openssl req` that make its key. */
const keys = {
  'RSA-2048': ['-newkey', 'rsa:2048'],
  'P-256': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
};

export const certificateKinds = Object.keys(keys);

/** Writes <kind>.key.pem and <kind>.cert.pem. */
export function makeCertificate(directory, kind) {
  const config = join(directory, 'req.cnf');
  const keyFile = join(directory, `${kind}.key.pem`);
  const certFile = join(directory, `${kind}.cert.pem`);
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  const args = ['req', '-x509', ...keys[kind], '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  args.push('-config', config, '-keyout', keyFile, '-out', certFile);
  execFileSync(join(libsslDirectory, 'openssl'), args, {
    env: { ...process.env, LD_LIBRARY_PATH: libsslDirectory },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** `key` and `cert` as makeCertificate() wrote them. */
export function readCertificate(directory, kind) {
  const read = (name) => readFileSync(join(directory, name));
  return { key: read(`${kind}.key.pem`), cert: read(`${kind}.cert.pem`) };
}
