import { readFileSync } from 'node:fs';

// Package names as the distributions' own indexes have them; the libraries' sonames are the same
// everywhere.
const installs: Readonly<Record<string, string>> = {
  'debian 11': 'sudo apt-get install libssl1.1',
  'ubuntu 20.04': 'sudo apt-get install libssl1.1',
  fedora: 'sudo dnf install openssl1.1',
  rhel: 'sudo dnf install compat-openssl11',
  amzn: 'sudo yum install openssl11-libs',
  arch: 'sudo pacman -S openssl-1.1',
  opensuse: 'sudo zypper install libopenssl1_1',
  suse: 'sudo zypper install libopenssl1_1',
  gentoo: 'sudo emerge dev-libs/openssl-compat:1.1.1',
  alpine: '(none: musl cannot keep two OpenSSLs apart in one process; use a glibc distribution)',
};

/** What to type to get libssl 1.1.1 on the distribution that this process runs on. */
export function installLine(osRelease = readOsRelease()): string {
  const field = (name: string) =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  const names = [field('ID'), ...field('ID_LIKE').split(' ')];
  const title = field('PRETTY_NAME') || 'this system';
  for (const name of names) {
    const line = installs[`${name} ${field('VERSION_ID')}`] ?? installs[name];
    if (line !== undefined) return `To install it on ${title}: ${line}`;
  }
  return (
    `${title} has no package of it that we know. On Debian and Ubuntu, "npx libssl-session setup" ` +
    'fetches the signed package of an older release for you alone; or set LIBSSL_SESSION_DIR to ' +
    'a directory that holds libssl.so.1.1 and libcrypto.so.1.1.'
  );
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return ''; // no such file: not a system that we have a line for
  }
}
