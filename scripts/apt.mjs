// Fetches the distribution's own signed packages without installing them: a private apt, with the
// machine's configured sources and keyring, one release back where libssl 1.1.1 still was.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure, hasCommand, libsslDir, run, step } from './lib.mjs';

// The last release of each distribution that has libssl1.1, and the suites it is kept in.
const lastReleases = {
  debian: { suites: { '': 'bullseye', '-security': 'bullseye-security' }, components: 'main' },
  ubuntu: {
    suites: { '': 'focal', '-updates': 'focal-updates', '-security': 'focal-security' },
    components: 'main',
  },
};

// What a source may be called by instead of its code name.
const aliases = ['stable', 'oldstable', 'oldoldstable'];

const keyrings = ['/usr/share/keyrings', '/etc/apt/keyrings', '/etc/apt/trusted.gpg.d'];

function osRelease() {
  const fields = {};
  for (const line of readFileSync('/etc/os-release', 'utf8').split('\n')) {
    const match = /^(\w+)="?(.*?)"?$/.exec(line);
    if (match) fields[match[1]] = match[2];
  }
  return fields;
}

export function canFetch() {
  return hasCommand('apt-get') && hasCommand('dpkg-deb') && existsSync('/etc/os-release');
}

/** The sources.list of the older release, made from the sources that this machine has configured. */
function sourcesList() {
  const os = osRelease();
  const names = [os.ID, ...(os.ID_LIKE ?? '').split(' ')];
  const distribution = names.find((name) => Object.hasOwn(lastReleases, name));
  if (distribution === undefined) {
    throw new Failure(`apt is here, but ${os.PRETTY_NAME} is neither Debian nor Ubuntu`);
  }
  const { suites, components } = lastReleases[distribution];
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
  const keyring = keyrings
    .flatMap((directory) =>
      ['pgp', 'gpg'].map((end) => `${directory}/${distribution}-archive-keyring.${end}`),
    )
    .find((path) => existsSync(path));
  // Without a keyring file of the distribution's name, apt's own trusted keys are asked.
  const signedBy = keyring === undefined ? '' : `[signed-by=${keyring}] `;
  const lines = Object.entries(suites).flatMap(([ending, suite]) => {
    const releases = [codename, ...aliases].map((name) => name + ending);
    const uri = rows.find(([release]) => releases.includes(release))?.[1];
    return uri === undefined ? [] : [`deb ${signedBy}${uri} ${suite} ${components}`];
  });
  if (lines.length === 0) {
    throw new Failure(
      `apt has no source for ${codename} configured, so none for ${Object.values(suites)[0]}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Downloads, verifies and unpacks packages; calls `take` with the directory they unpack to. */
export function fetchPackages(packages, take) {
  const work = join(libsslDir, 'apt');
  for (const directory of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(work, directory), { recursive: true });
  }
  const list = sourcesList();
  writeFileSync(join(work, 'sources.list'), list);
  writeFileSync(join(work, 'status'), '');
  const options = {
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    // The older release is not updated any more, so its signed date passes; the signature counts.
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::Languages': 'none',
    'APT::Get::AllowUnauthenticated': 'false',
    'Acquire::AllowInsecureRepositories': 'false',
  };
  const apt = (what, args, cwd) =>
    run(
      what,
      'apt-get',
      [
        '-q',
        ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
        ...args,
      ],
      { cwd },
    );
  const suites = list
    .trim()
    .split('\n')
    .map((line) => line.split(' ').at(-2));
  step(`fetching ${packages.join(', ')} of ${suites.join(', ')} (signed; nothing is installed)`);
  apt('apt-get update', ['update'], work);
  const unpacked = mkdtempSync(join(work, 'unpacked-'));
  try {
    apt('apt-get download', ['download', ...packages], unpacked);
    for (const file of readdirSync(unpacked)) {
      run('dpkg-deb', 'dpkg-deb', ['-x', join(unpacked, file), join(unpacked, 'root')]);
    }
    take(join(unpacked, 'root'));
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
