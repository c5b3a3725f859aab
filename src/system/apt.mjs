// Fetches the distribution's own signed packages without installing them. It runs apt with its own
// directories and with the machine's sources and keyring, but for the last release that had
// libssl 1.1.1.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, hasCommand, run } from './command.mjs';

/**
 * The last release of each distribution that has libssl1.1, and its suites.
 * @type {Readonly<Record<string, Readonly<Record<string, string>>>>}
 */
const lastReleases = {
  debian: { '': 'bullseye', '-security': 'bullseye-security' },
  ubuntu: { '': 'focal', '-updates': 'focal-updates', '-security': 'focal-security' },
};

// The names that a source may have instead of its code name.
const aliases = ['stable', 'oldstable', 'oldoldstable'];

const keyrings = ['/usr/share/keyrings', '/etc/apt/keyrings', '/etc/apt/trusted.gpg.d'];

/** The files that the package libssl1.1 is fetched for. */
export const libraryNames = ['libcrypto.so.1.1', 'libssl.so.1.1'];

/**
 * The directory in an unpacked package that has the files for one kind of machine.
 * @param {string} parent
 * @returns {string}
 */
export function multiarchDirectory(parent) {
  const name = readdirSync(parent).find((entry) => /^(x86_64|aarch64)-linux-gnu$/.test(entry));
  if (name === undefined) throw new Failure(`the package contains nothing for ${process.arch}`);
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

/** Whether this system has apt. */
export function canFetch() {
  return hasCommand('apt-get') && hasCommand('dpkg-deb') && existsSync('/etc/os-release');
}

/**
 * The sources of the older release, or of another, or of the machine's own, derived from the machine's
 * sources for its own release.
 * @param {boolean} [own]
 * @param {Readonly<Record<string, Readonly<Record<string, string>>>>} [releases] the suites of
 *   another release, by distribution
 * @returns {Source[]}
 */
export function sourcesOf(own = false, releases = lastReleases) {
  const os = osRelease();
  const distribution = [os.ID ?? '', ...(os.ID_LIKE ?? '').split(' ')].find((name) =>
    Object.hasOwn(releases, name),
  );
  const suites = releases[distribution ?? ''];
  if (suites === undefined) {
    throw new Failure(
      `this system has apt, but ${os.PRETTY_NAME} is none of ${Object.keys(releases).join(', ')}`,
    );
  }
  const codename =
    (distribution === 'ubuntu' ? os.UBUNTU_CODENAME : os.DEBIAN_CODENAME) ?? os.VERSION_CODENAME;
  const targets = run('apt-get indextargets', 'apt-get', [
    'indextargets',
    '--no-release-info', // works even if the lists were never downloaded
    '--format',
    '$(RELEASE) $(REPO_URI)',
    'Created-By: Packages',
  ]);
  const rows = targets.split('\n').map((line) => line.split(' '));
  // Without a keyring file of the distribution, apt uses its own trusted keys.
  const keyring = keyrings
    .flatMap((directory) =>
      ['pgp', 'gpg'].map((end) => `${directory}/${distribution}-archive-keyring.${end}`),
    )
    .find((path) => existsSync(path));
  const sources = Object.entries(suites).flatMap(([ending, older]) => {
    const suite = own ? codename + ending : older;
    const names = [codename, ...aliases].map((name) => name + ending);
    const uri = rows.find(([release = '']) => names.includes(release))?.[1];
    return uri === undefined ? [] : [{ uri, suite, keyring }];
  });
  if (sources.length === 0) {
    throw new Failure(
      `apt has no source for ${codename}, so there is none for ${Object.values(suites)[0]} either`,
    );
  }
  return sources;
}

/**
 * An apt of its own: with these sources alone, and nothing of the system's.
 * @param {readonly Source[]} sources
 * @param {string} work for apt's lists and caches; you may keep them for the next time
 * @param {'deb' | 'deb-src'} [kind]
 * @returns {(args: readonly string[], cwd?: string) => string} runs apt-get
 */
export function privateApt(sources, work, kind = 'deb') {
  for (const directory of ['lists/partial', 'cache/archives/partial', 'state']) {
    mkdirSync(join(work, directory), { recursive: true });
  }
  const lines = sources.map(({ uri, suite, keyring }) => {
    const signedBy = keyring === undefined ? '' : `[signed-by=${keyring}] `;
    return `${kind} ${signedBy}${uri} ${suite} main\n`;
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
    'Debug::NoLocking': 'true', // this changes nothing in the system, so it needs no lock
    // The signed date of the older release passes, because it gets no more updates. Its signature
    // counts.
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::Languages': 'none',
    'APT::Get::AllowUnauthenticated': 'false',
    'Acquire::AllowInsecureRepositories': 'false',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  /** @param {readonly string[]} args @param {string} [cwd] */
  return (args, cwd = work) =>
    run(`apt-get ${args[0]}`, 'apt-get', ['-q', '-y', ...options, ...args], { cwd });
}

/**
 * Downloads packages of the older release, or of the machine's own, verifies them as apt does, and
 * unpacks them into `into`.
 * @param {readonly string[]} packages
 * @param {object} options
 * @param {string} options.work for apt's lists and caches; you may keep them for the next time
 * @param {string} options.into
 * @param {boolean} [options.dependencies] also everything that they depend on
 * @param {boolean} [options.own] of the machine's own release
 * @param {readonly Source[]} [options.sources] of another release
 * @param {(text: string) => void} options.say
 * @returns {{ file: string, uri: string }[]} what was unpacked, and where it came from
 */
export function fetchPackages(
  packages,
  { work, into, dependencies = false, own = false, sources = sourcesOf(own), say },
) {
  const apt = privateApt(sources, work);
  say(
    `fetching ${packages.join(', ')} from ${sources.map(({ suite }) => suite).join(', ')} ` +
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
