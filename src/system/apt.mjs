// Fetches the distribution's own signed packages without installing them: a private apt, with the
// machine's configured sources and keyring, one release back where libssl 1.1.1 still was.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, hasCommand, run } from './command.mjs';

/**
 * The last release of each distribution that has libssl1.1, and the suites it is kept in.
 * @type {Readonly<Record<string, Readonly<Record<string, string>>>>}
 */
const lastReleases = {
  debian: { '': 'bullseye', '-security': 'bullseye-security' },
  ubuntu: { '': 'focal', '-updates': 'focal-updates', '-security': 'focal-security' },
};

// What a source may be called by instead of its code name.
const aliases = ['stable', 'oldstable', 'oldoldstable'];

const keyrings = ['/usr/share/keyrings', '/etc/apt/keyrings', '/etc/apt/trusted.gpg.d'];

/** What the package libssl1.1 is fetched for. */
export const libraryNames = ['libcrypto.so.1.1', 'libssl.so.1.1'];

/**
 * Where an unpacked package has what is of one machine.
 * @param {string} parent
 * @returns {string}
 */
export function multiarchDirectory(parent) {
  const name = readdirSync(parent).find((entry) => /^(x86_64|aarch64)-linux-gnu$/.test(entry));
  if (name === undefined) throw new Failure(`the package has nothing for ${process.arch}`);
  return join(parent, name);
}

/** @typedef {{ uri: string, suite: string, keyring: string | undefined }} Source */

/** @returns {Record<string, string>} */
function osRelease() {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of readFileSync('/etc/os-release', 'utf8').split('\n')) {
    const [, name, value] = /^(\w+)="?(.*?)"?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields[name] = value;
  }
  return fields;
}

/** Whether this is a system that has apt. */
export function canFetch() {
  return hasCommand('apt-get') && hasCommand('dpkg-deb') && existsSync('/etc/os-release');
}

/**
 * Where the older release is, by the sources that this machine has configured for its own.
 * @returns {Source[]}
 */
export function olderSources() {
  const os = osRelease();
  const distribution = [os.ID ?? '', ...(os.ID_LIKE ?? '').split(' ')].find((name) =>
    Object.hasOwn(lastReleases, name),
  );
  const suites = lastReleases[distribution ?? ''];
  if (suites === undefined) {
    throw new Failure(`apt is here, but ${os.PRETTY_NAME} is neither Debian nor Ubuntu`);
  }
  const codename =
    (distribution === 'ubuntu' ? os.UBUNTU_CODENAME : os.DEBIAN_CODENAME) ?? os.VERSION_CODENAME;
  const targets = run('apt-get indextargets', 'apt-get', [
    'indextargets',
    '--no-release-info', // also where the lists were never downloaded
    '--format',
    '$(RELEASE) $(REPO_URI)',
    'Created-By: Packages',
  ]);
  const rows = targets.split('\n').map((line) => line.split(' '));
  // Without a keyring file of the distribution's name, apt's own trusted keys are asked.
  const keyring = keyrings
    .flatMap((directory) =>
      ['pgp', 'gpg'].map((end) => `${directory}/${distribution}-archive-keyring.${end}`),
    )
    .find((path) => existsSync(path));
  const sources = Object.entries(suites).flatMap(([ending, suite]) => {
    const releases = [codename, ...aliases].map((name) => name + ending);
    const uri = rows.find(([release = '']) => releases.includes(release))?.[1];
    return uri === undefined ? [] : [{ uri, suite, keyring }];
  });
  if (sources.length === 0) {
    throw new Failure(
      `apt has no source for ${codename} configured, so none for ${Object.values(suites)[0]}`,
    );
  }
  return sources;
}

/**
 * Downloads packages of the older release, verifies them as apt does, and unpacks them into `into`.
 * @param {readonly string[]} packages
 * @param {object} options
 * @param {string} options.work for apt's lists and caches; they may be kept for the next time
 * @param {string} options.into
 * @param {boolean} [options.dependencies] with all that they depend on
 * @param {(text: string) => void} options.say
 * @returns {{ file: string, uri: string }[]} what was unpacked, and where it came from
 */
export function fetchPackages(packages, { work, into, dependencies = false, say }) {
  for (const directory of ['lists/partial', 'cache/archives/partial', 'state']) {
    mkdirSync(join(work, directory), { recursive: true });
  }
  const sources = olderSources();
  const lines = sources.map(({ uri, suite, keyring }) => {
    const signedBy = keyring === undefined ? '' : `[signed-by=${keyring}] `;
    return `deb ${signedBy}${uri} ${suite} main\n`;
  });
  writeFileSync(join(work, 'sources.list'), lines.join(''));
  writeFileSync(join(work, 'status'), '');
  const settings = {
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': join(work, 'state'),
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'Debug::NoLocking': 'true', // dpkg's lock is the system's, and nothing of the system is changed
    // The older release is not updated any more, so its signed date passes; the signature counts.
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::Languages': 'none',
    'APT::Get::AllowUnauthenticated': 'false',
    'Acquire::AllowInsecureRepositories': 'false',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  /** @param {readonly string[]} args @param {string} [cwd] */
  const apt = (args, cwd = work) =>
    run(`apt-get ${args[0]}`, 'apt-get', ['-q', '-y', ...options, ...args], { cwd });

  say(
    `fetching ${packages.join(', ')} of ${sources.map(({ suite }) => suite).join(', ')} ` +
      '(signed; nothing is installed)',
  );
  apt(['update']);
  const archives = dependencies ? join(work, 'cache', 'archives') : join(work, 'downloads');
  const what = dependencies
    ? ['install', '--download-only', '--no-install-recommends', ...packages]
    : ['download', ...packages];
  rmSync(archives, { recursive: true, force: true });
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const uris = apt([...what, '--print-uris'], archives);
  apt(what, archives);
  const files = readdirSync(archives).filter((file) => file.endsWith('.deb'));
  for (const file of files) run('dpkg-deb', 'dpkg-deb', ['-x', join(archives, file), into]);
  rmSync(archives, { recursive: true, force: true });
  return files.map((file) => ({
    file,
    uri:
      uris
        .split('\n')
        .find((line) => line.includes(` ${file} `))
        ?.split("'")[1] ?? '',
  }));
}
