// `npm run test:systems`: the package, as users install it, on the systems that libssl 1.1.1 really
// lives on. Makes a root of the distribution's last release with it (debootstrap, in .systems/),
// puts Node 20 and the packed tarball in, and runs test/smoke/ there, against that system's own
// libssl1.1. With --write the table goes into docs/systems.md.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { canFetch, fetchPackages, sourcesOf } from '../src/system/apt.mjs';
import { Failure, main, root, run, step, writeTable } from './lib.mjs';
import { pack } from './pack.mjs';
import { prebuild } from './prebuild.mjs';
import { setUp } from './setup.mjs';
import { targets } from './toolchain.mjs';

const directory = join(root, '.systems');
const tools = join(directory, 'tools');
const debianNames = { x64: 'amd64', arm64: 'arm64' };

// What the package is for, too. Only the distribution of this machine can be had here.
const others = ['Debian 11', 'Ubuntu 20.04', 'RHEL 8 and its kin'];

/** Why no system can be made here; undefined where it can. */
function noSystemsReason() {
  if (!canFetch()) return 'no apt here, which fetches the system';
  return process.getuid() === 0 ? undefined : 'not root: debootstrap and chroot need it';
}

/** Does `make` for a path that is not there yet; what it leaves half done is not taken for done. */
function make(path, work) {
  if (existsSync(path)) return path;
  const half = `${path}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  work(half);
  renameSync(half, path);
  return path;
}

/** debootstrap, and what runs programs of another machine. */
function fetchTools() {
  make(tools, (into) => {
    const work = join(directory, 'apt');
    fetchPackages(['debootstrap', 'qemu-user-static'], { work, into, say: step });
  });
}

/** A package of npm, unpacked. */
function npmPackage(name) {
  return make(join(directory, 'npm', name.replace('/', '-')), (into) => {
    step(`fetching ${name}`);
    const [{ filename }] = JSON.parse(
      run('npm pack', 'npm', ['pack', '--json', '--ignore-scripts', name], { cwd: into }),
    );
    run('tar', 'tar', ['-xzf', filename, '--strip-components=1'], { cwd: into });
    rmSync(join(into, filename));
  });
}

/** The root of a system. One of another machine is only unpacked: its programs cannot configure it. */
function makeRoot(target) {
  const [source] = sourcesOf();
  return make(join(directory, `${source.suite}-${target.arch}`), (into) => {
    step(`making ${source.suite} for ${target.arch}`);
    const script = join(tools, 'usr/sbin/debootstrap');
    run(
      'debootstrap',
      'sh',
      [
        script,
        ...(target.arch === process.arch ? [] : ['--foreign']),
        ...['--arch', debianNames[target.arch], '--variant=minbase'],
        '--include=libssl1.1,libstdc++6',
        ...(source.keyring === undefined ? [] : ['--keyring', source.keyring]),
        ...['--force-check-gpg', source.suite, into, source.uri],
      ],
      { env: { ...process.env, DEBOOTSTRAP_DIR: join(tools, 'usr/share/debootstrap') } },
    );
  });
}

/** Runs a program in a root; the one that runs it there, where it is of another machine. */
function inRoot(system, args, env = {}) {
  const result = spawnSync('chroot', [system.root, ...system.runner, ...args], {
    encoding: 'utf8',
    env: { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...env },
    timeout: 300_000,
  });
  if (result.error) throw result.error;
  return result;
}

/** The same, for what must go well. */
function output(...args) {
  const { status, stdout, stderr } = inRoot(...args);
  if (status !== 0) throw new Failure(`${args[1].join(' ')}: ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** Node 20, npm, and beside them the tarball with what it depends on: nothing comes from outside. */
function putIn(system, tarball) {
  const own = npmPackage(`node-linux-${system.arch}@20`);
  mkdirSync(join(system.root, 'usr/local/bin'), { recursive: true }); // where it is only unpacked
  copyFileSync(join(own, 'bin/node'), join(system.root, 'usr/local/bin/node'));
  // An installed system has these; one that was only bootstrapped, or unpacked, has not.
  writeFileSync(join(system.root, 'etc/hosts'), '127.0.0.1 localhost\n');
  writeFileSync(join(system.root, 'etc/nsswitch.conf'), 'hosts: files\n');
  for (const path of ['opt/npm', 'srv']) {
    rmSync(join(system.root, path), { recursive: true, force: true });
  }
  cpSync(npmPackage('npm@10'), join(system.root, 'opt/npm'), { recursive: true });
  const app = join(system.root, 'srv/app');
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n');
  copyFileSync(tarball, join(app, 'libssl-session.tgz'));
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packages = Object.keys(dependencies).map((name) => join(root, 'node_modules', name));
  const packed = ['pack', '--json', '--ignore-scripts', '--pack-destination', app, ...packages];
  const files = JSON.parse(run('npm pack', 'npm', packed)).map(({ filename }) => filename);
  for (const part of ['smoke', 'fixtures']) {
    cpSync(join(root, 'test', part), join(app, 'test', part), { recursive: true });
  }
  return ['libssl-session.tgz', ...files].map((file) => `/srv/app/${file}`);
}

const node = '/usr/local/bin/node';

/** What is tried in a root: each a sentence, and what makes it true or throws. */
const checks = {
  'it has no compiler'(system) {
    const programs = ['usr/bin', 'bin', 'usr/local/bin'].flatMap((path) =>
      readdirSync(join(system.root, path)),
    );
    const found = programs.filter((name) =>
      /^(cc|c\+\+|gcc|g\+\+|clang|make|python3)\b/.test(name),
    );
    if (found.length > 0) throw new Failure(`it has ${found.join(', ')}`);
  },
  'npm installs the tarball, offline and without scripts'(system, files) {
    const npm = [node, '/opt/npm/bin/npm-cli.js', 'install', '--prefix', '/srv/app'];
    output(system, [...npm, '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...files]);
  },
  'the system loader finds its own libssl1.1'(system) {
    const main = '/srv/app/node_modules/libssl-session/dist/cli/main.js';
    const { status, stdout, stderr } = inRoot(system, [node, main, 'doctor', '--json'], {
      LD_DEBUG: 'libs',
    });
    const { library } = JSON.parse(stdout);
    if (status !== 0 || !/^\/(usr\/)?lib\/[\w-]+\/libssl\.so\.1\.1$/.test(library?.libssl)) {
      throw new Failure(stdout);
    }
    // ld.so looks for a library only where it is given the name and no path.
    if (!/find library=libssl\.so\.1\.1 /.test(stderr)) throw new Failure('found by its path');
    system.libssl = library.version.split(/ +/).slice(0, 2).join(' ');
  },
  'the smoke suite passes'(system) {
    output(system, [node, '/srv/app/test/smoke/smoke.mjs']);
  },
  "README's example runs"(system) {
    const script = "process.chdir('/srv/app'); import('/srv/app/test/smoke/readme.mjs')";
    const lines = output(system, [node, '-e', script]).trim().split('\n');
    if (lines.slice(-2).join() !== 'true,true') throw new Failure(lines.join('\n'));
  },
};

/** A row of the table. */
function testSystem(target, tarball) {
  const system = { arch: target.arch, root: makeRoot(target), runner: [] };
  const name = /PRETTY_NAME="(.*?)"/.exec(
    readFileSync(join(system.root, 'etc/os-release'), 'utf8'),
  )?.[1];
  const row = { system: `${name}, ${target.processor}`, how: 'chroot' };
  const files = putIn(system, tarball);
  if (target.arch !== process.arch) {
    const qemu = `qemu-${target.processor}-static`;
    copyFileSync(join(tools, 'usr/bin', qemu), join(system.root, qemu));
    system.runner = [`/${qemu}`];
    const [, version] = /version ([\d.]+)/.exec(
      run(qemu, join(tools, 'usr/bin', qemu), ['--version']),
    );
    row.how = `chroot, unpacked only, under qemu-user ${version}`;
  }
  const started = inRoot(system, [node, '--version']);
  if (started.status !== 0 && system.runner.length > 0) {
    return { ...row, result: `not run: node does not start: ${started.stderr.trim()}` };
  }
  row.node = started.stdout.trim();
  const failed = Object.entries(checks).flatMap(([check, work]) => {
    try {
      work(system, files);
      console.log(`passed: ${row.system}: ${check}`);
      return [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      console.log(`failed: ${row.system}: ${check}\n${error.message}`);
      return [check];
    }
  });
  const result = failed.length === 0 ? 'passed' : `failed: ${failed.join(', ')}`;
  return { ...row, libssl: system.libssl, result };
}

await main(import.meta, () => {
  const reason = noSystemsReason();
  if (reason !== undefined) throw new Failure(`No system can be made here: ${reason}`);
  setUp();
  prebuild();
  fetchTools();
  const tarball = pack(join(directory, 'package')).path;
  const rows = targets.map((target) => testSystem(target, tarball));
  const failed = rows.filter(({ result }) => result.startsWith('failed')).length;
  const passed = rows.filter(({ result }) => result === 'passed').length;
  const here = rows[0]?.system.replace(' GNU/Linux', '') ?? '';
  for (const system of others.filter((name) => !here.startsWith(name))) {
    rows.push({ system, result: 'not run: its packages are not available where this was made' });
  }
  const table = rows.map((row) => ({
    system: row.system,
    'its libssl': row.libssl,
    'Node.js': row.node,
    how: row.how,
    result: row.result,
  }));
  writeTable('test:systems', table, process.argv.includes('--write'));
  console.log(`${passed} passed, ${failed} failed, ${rows.length - passed - failed} skipped`);
  return failed === 0 ? 0 : 1;
});
