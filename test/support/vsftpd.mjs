// A real FTP server that protects itself as many do: a data connection must resume the session of
// the control connection (`require_ssl_reuse`). Set-up fetches it; it is linked with libssl 1.1.1.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryInfo } from 'libssl-session';

const directory = fileURLToPath(new URL('../../.libssl/vsftpd', import.meta.url));
const program = join(directory, 'vsftpd');
const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const env = { LD_LIBRARY_PATH: `${directory}:${dirname(libraryInfo().libssl)}` };

export const noVsftpd = whyNoVsftpd();

function whyNoVsftpd() {
  if (!existsSync(program)) return 'set-up could not fetch vsftpd';
  const { stdout } = spawnSync('ldd', [program], { env: { ...process.env, ...env } });
  const missing = /^\s*(\S+) => not found/m.exec(String(stdout))?.[1];
  return missing === undefined ? undefined : `vsftpd needs ${missing}`;
}

export async function startVsftpd() {
  const work = mkdtempSync(join(tmpdir(), 'libssl-session-ftp-'));
  const files = join(work, 'files');
  const empty = join(work, 'empty');
  mkdirSync(files);
  mkdirSync(empty);
  const { username } = userInfo();
  const settings = {
    run_as_launching_user: 'YES', // so that it needs no root
    seccomp_sandbox: 'NO', // it forbids what newer C libraries do
    ftp_username: username,
    nopriv_user: username,
    secure_chroot_dir: empty,
    anonymous_enable: 'YES',
    no_anon_password: 'YES',
    anon_root: work,
    write_enable: 'YES',
    anon_upload_enable: 'YES',
    anon_umask: '022',
    port_enable: 'NO',
    ssl_enable: 'YES',
    allow_anon_ssl: 'YES',
    force_anon_logins_ssl: 'YES',
    force_anon_data_ssl: 'YES',
    require_ssl_reuse: 'YES',
    ssl_ciphers: 'HIGH',
    rsa_cert_file: fixture('options-good-cert.pem'),
    rsa_private_key_file: fixture('options-good-key.pem'),
    listen: 'NO',
  };
  const config = join(work, 'vsftpd.conf');
  writeFileSync(
    config,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );

  // As inetd does: a process for each connection, which is its standard input and output.
  const running = new Set();
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn(program, [config], { env, stdio: [socket, socket, 'ignore'] });
    running.add(child);
    child.on('exit', () => running.delete(child));
    socket.destroy(); // the child has it now
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    for (const child of running) {
      child.kill();
      await once(child, 'exit');
    }
    rmSync(work, { recursive: true });
  };
  return { server, port: server.address().port, files, close };
}
