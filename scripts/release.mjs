// `npm run release`: everything that has to hold before a version is published. Publishes nothing:
// it ends with the lines to type.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, main, root, run, show, step } from './lib.mjs';
import { largestPackage, lintPackage, pack } from './pack.mjs';
import { newer, prebuild, prebuilt } from './prebuild.mjs';
import { setUp } from './setup.mjs';
import { targets } from './toolchain.mjs';

const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];

/**
 * What is wrong with a changelog (https://keepachangelog.com) for a package of this version. The
 * parser of that name sorts the releases, and so does not see one that is out of place.
 * @param {string} text
 * @param {string} version
 * @returns {string[]}
 */
export function changelogFaults(text, version) {
  const faults = [];
  const headings = [...text.matchAll(/^#{2,} .*$/gm)].map(([heading]) => heading);
  const released = [];
  for (const heading of headings) {
    const release = /^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$/.exec(heading);
    const kind = /^### (\w+)$/.exec(heading)?.[1];
    if (release !== null) released.push({ version: release[1], date: release[2] });
    else if (heading === '## [Unreleased]' && heading === headings[0]) continue;
    else if (!kinds.includes(kind)) faults.push(`"${heading}" is no heading of a changelog`);
  }
  for (const [i, { version, date }] of released.slice(1).entries()) {
    const above = released[i];
    if (!newer(above.version, version) || date > above.date) {
      faults.push(`${version} stands below ${above.version}`);
    }
  }
  const latest = released[0]?.version ?? '0';
  const sections = text.split(/^(?=## )/m);
  const next = sections.find((section) => section.startsWith('## [Unreleased]')) ?? '';
  if (latest !== version && !/^- /m.test(next)) faults.push(`nothing is said of ${version}`);
  if (newer(latest, version)) faults.push(`${version} is older than the last release, ${latest}`);
  return faults;
}

function hashes(directory, files) {
  return files.map((file) =>
    createHash('sha256')
      .update(readFileSync(join(directory, file)))
      .digest('hex'),
  );
}

const binaries = targets.map(({ arch }) => prebuilt(arch));

/** Builds this commit once more, from nothing, elsewhere: every byte must be the same. */
function compareWithFreshClone(tarball) {
  const clone = mkdtempSync(join(tmpdir(), 'libssl-session-release-'));
  try {
    run('git clone', 'git', ['clone', '--quiet', root, clone]);
    run('npm run prebuild', process.execPath, ['scripts/prebuild.mjs'], { cwd: clone });
    const differ = hashes(root, binaries).flatMap((hash, i) =>
      hash === hashes(clone, binaries)[i] ? [] : [binaries[i]],
    );
    if (differ.length > 0) throw new Failure(`built elsewhere they differ: ${differ.join(', ')}`);
    const script = `import { pack } from './scripts/pack.mjs'; console.log(pack().path)`;
    const args = ['--input-type=module', '-e', script];
    const other = run('npm pack', process.execPath, args, { cwd: clone }).trim();
    const [one, two] = [hashes('', [tarball]), hashes('', [other])];
    if (one[0] !== two[0]) throw new Failure('packed elsewhere the tarball differs');
    return `${binaries.join(', ')} and the tarball are the same, byte by byte`;
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

function script(...args) {
  return () => {
    if (show('npm', ['run', '--silent', ...args]) !== 0) throw new Failure(`it failed`);
  };
}

await main(import.meta, async () => {
  setUp();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  let packed;
  const steps = {
    'nothing is uncommitted'() {
      const changed = run('git status', 'git', ['status', '--porcelain']).trim();
      if (changed !== '') throw new Failure(changed);
    },
    'the changelog is one, and knows this version'() {
      const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
      const faults = changelogFaults(text, version);
      if (faults.length > 0) throw new Failure(faults.join('\n'));
      return version;
    },
    'npm run check': script('check'),
    'npm test': script('test'),
    async 'the package is small, and its linters find nothing'() {
      prebuild();
      packed = pack();
      const faults = await lintPackage(packed.path);
      if (faults.length > 0) throw new Failure(faults.join('\n'));
      if (packed.size >= largestPackage) throw new Failure(`it has ${packed.size} bytes`);
      return `${packed.size} bytes, ${packed.files.length} files`;
    },
    'the same commit gives the same bytes': () => compareWithFreshClone(packed.path),
    'npm run test:systems': script('test:systems'),
    'npm run test:runtimes': script('test:runtimes'),
    'npm publish --dry-run'() {
      run('npm publish', 'npm', ['publish', '--dry-run', '--ignore-scripts', packed.path]);
    },
  };
  for (const [name, work] of Object.entries(steps)) {
    step(name);
    try {
      const said = await work();
      console.log(`ok     ${name}${said === undefined ? '' : `: ${said}`}`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new Failure(`${error.message}\n\nFAILED ${name}`);
    }
  }
  console.log(`
${version} could be released. Give its section in CHANGELOG.md a date, commit, and:
  git tag v${version}
  npm publish ${packed.path.slice(root.length)}`);
});
