// The package as npm packs it, used as its users use it: installed from the tarball into an empty
// folder, with scripts disabled and no compiler in PATH.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { libraryInfo } from 'libssl-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { largestPackage, lintPackage, pack } from '../../scripts/pack.mjs';
import { prebuilt } from '../../scripts/prebuild.mjs';
import { nodeDirectory } from '../../scripts/setup.mjs';
import { noToolchainReason, targets } from '../../scripts/toolchain.mjs';
import { canFetch } from '../../src/system/apt.mjs';
import { root } from '../support/cli.js';

const built = targets.every(({ arch }) => existsSync(join(root, prebuilt(arch))));
const missing = noToolchainReason() ?? 'no prebuilt binaries: npm run prebuild';

// Where libssl is, for a package that has no checkout around it.
const { LIBSSL_SESSION_PREBUILD, ...inherited } = process.env;
const env = { ...inherited, LIBSSL_SESSION_DIR: dirname(libraryInfo().libssl) };

/** A program to its end. */
function run(command: string, args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env,
    ...options,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

function expectSuccess(result: ReturnType<typeof run>): string {
  expect(result, result.stderr + result.stdout).toMatchObject({ status: 0 });
  return result.stdout;
}

describe.skipIf(!built)(`the package${built ? '' : ` (${missing})`}`, () => {
  let scratch: string;
  let tarball: ReturnType<typeof pack>;
  /** The folder that was empty, with the package installed. */
  let folder: string;
  /** PATH with Node and what npm needs, and nothing that compiles. */
  let bare: NodeJS.ProcessEnv;

  const install = (where: string, options: { env: NodeJS.ProcessEnv }, ...args: string[]) => {
    mkdirSync(where, { recursive: true });
    writeFileSync(join(where, 'package.json'), '{ "private": true }\n');
    // `npm run --silent` hands its log level down.
    const flags = ['--loglevel=warn', '--ignore-scripts', '--no-audit', '--no-fund'];
    return run('npm', ['install', '--prefer-offline', ...flags, ...args], {
      cwd: where,
      ...options,
    });
  };

  beforeAll(() => {
    scratch = realpathSync(mkdtempSync(join(tmpdir(), 'libssl-session-package-')));
    tarball = pack(join(scratch, 'tarball'));
    const path = join(scratch, 'bin');
    mkdirSync(path);
    for (const name of ['node', 'npm', 'sh', 'env']) {
      const found = (process.env.PATH ?? '')
        .split(delimiter)
        .map((directory) => join(directory, name))
        .find(existsSync);
      if (found === undefined) throw new Error(`no ${name} in PATH`);
      symlinkSync(name === 'node' ? process.execPath : found, join(path, name));
    }
    bare = { ...env, PATH: path };
    folder = join(scratch, 'project');
    expectSuccess(install(folder, { env: bare }, tarball.path, '@types/node@20'));
  }, 120_000);
  afterAll(() => rmSync(scratch, { recursive: true }));

  test('is small, and has what users need and nothing else', () => {
    expect(tarball.size).toBeLessThan(largestPackage);
    const wanted =
      /^(dist\/[\w/-]+\.(js|mjs|d\.ts|d\.mts|js\.map|mjs\.map)|native\/[\w/]+\.(cc|h|def)|prebuilds\/linux-(x64|arm64)\/ssl_session\.glibc\.node|docs\/[\w/-]+\.md|schemas\/[\w.]+\.json|(README|CHANGELOG|SECURITY)\.md|LICENSE|package\.json|binding\.gyp)$/;
    expect(tarball.files.filter((file) => !wanted.test(file))).toEqual([]);
    expect(tarball.files).toEqual(
      expect.arrayContaining(targets.map(({ arch }) => prebuilt(arch))),
    );
  });

  test('publint and are-the-types-wrong find nothing', async () => {
    expect(await lintPackage(tarball.path)).toEqual([]);
  });

  test('has three dependencies, and no script that an install would run', () => {
    const packages = readdirSync(join(folder, 'node_modules')).filter((name) => /^\w/.test(name));
    const types = ['undici-types'];
    expect(packages.filter((name) => !types.includes(name))).toEqual([
      'commander',
      'libssl-session',
      'node-addon-api',
      'node-gyp-build',
    ]);
    const said = run(
      process.execPath,
      ['-p', 'Object.keys(require("libssl-session/package.json").scripts).join()'],
      { cwd: folder },
    );
    expect(expectSuccess(said)).not.toMatch(/\b(pre|post)?install\b|\bprepare\b/);
  });

  test('nothing is built at install, not even where scripts are allowed', () => {
    // npm would build whatever has a binding.gyp, but for "gypfile": false.
    const allowed = join(scratch, 'scripts-allowed');
    expectSuccess(install(allowed, { env: bare }, '--no-ignore-scripts', tarball.path));
    expect(existsSync(join(allowed, 'node_modules/libssl-session/prebuilds'))).toBe(true);
    expect(existsSync(join(allowed, 'node_modules/libssl-session/build'))).toBe(false);
  });

  describe('in use', () => {
    const work = `const session = new SslSession();
      const again = SslSession.fromDer(der);
      console.log(session.timeout, again.protocolVersion, C.SSL_SESSION_get_timeout(again.handle));
      again.free(); session.free();`;
    const esm = `import { SslSession } from 'libssl-session';
      import * as C from 'libssl-session/libssl';
      import { readFileSync } from 'node:fs';
      const der = readFileSync(process.argv[2] as string);\n${work}`;
    const fixture = join(root, 'test/fixtures/openssl-1.1.1-tls12.der');
    const expected = /^304 TLSv1\.2 7200\n$/;

    const runNode = (file: string) =>
      expectSuccess(run('node', [file, fixture], { cwd: folder, env: bare }));

    test('from ES modules', () => {
      writeFileSync(join(folder, 'esm.mjs'), esm.replace(' as string', ''));
      expect(runNode('esm.mjs')).toMatch(expected);
    });

    test('from CommonJS', () => {
      const cjs = `const { SslSession } = require('libssl-session');
        const C = require('libssl-session/libssl');
        const der = require('node:fs').readFileSync(process.argv[2]);\n${work}`;
      writeFileSync(join(folder, 'cjs.cjs'), cjs);
      expect(runNode('cjs.cjs')).toMatch(expected);
    });

    const compilers = { 7: 'typescript', 5: 'typescript-5' };
    const resolutions = [
      { resolution: 'node16', module: 'node16', file: 'consumer.mts', output: 'consumer.mjs' },
      { resolution: 'nodenext', module: 'nodenext', file: 'consumer.mts', output: 'consumer.mjs' },
      { resolution: 'nodenext', module: 'nodenext', file: 'consumer.cts', output: 'consumer.cjs' },
      { resolution: 'bundler', module: 'preserve', file: 'consumer.mts', output: 'consumer.mjs' },
    ];
    const cases = Object.entries(compilers).flatMap(([major, name]) =>
      resolutions.map((each) => ({ major, name, ...each })),
    );

    test.each(cases)('from TypeScript $major, $resolution, $file', (one) => {
      const directory = join(folder, `${one.major}-${one.resolution}-${one.file.slice(-3)}`);
      mkdirSync(directory);
      writeFileSync(join(directory, one.file), esm);
      const options = {
        target: 'es2022',
        module: one.module,
        moduleResolution: one.resolution,
        strict: true,
        skipLibCheck: false,
        types: ['node'],
      };
      const tsconfig = { compilerOptions: options, files: [one.file] };
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(tsconfig));
      const tsc = join(root, 'node_modules', one.name, 'bin', 'tsc');
      expectSuccess(run(process.execPath, [tsc, '-p', directory], { cwd: directory }));
      expect(runNode(join(directory, one.output))).toMatch(expected);
    });

    test('a wrong use does not compile', () => {
      const directory = join(folder, 'wrong');
      mkdirSync(directory);
      writeFileSync(
        join(directory, 'wrong.mts'),
        `import { SslSession } from 'libssl-session'; new SslSession().time = 'now';`,
      );
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const flags = ['--module', 'nodenext', '--types', 'node', '--noEmit', 'wrong.mts'];
      const { status, stdout } = run(process.execPath, [tsc, ...flags], { cwd: directory });
      expect(status).not.toBe(0);
      expect(stdout).toContain("wrong.mts(1,46): error TS2322: Type 'string' is not assignable");
    });

    test("README's example runs, with what setup fetched where the system has no libssl", ({
      skip,
    }) => {
      const { LIBSSL_SESSION_DIR, ...own } = { ...env, XDG_CACHE_HOME: join(scratch, 'caches') };
      const command = join(folder, 'node_modules/.bin/libssl-session');
      if (run(command, ['doctor'], { cwd: folder, env: own }).status !== 0) {
        skip(!canFetch(), 'this system has neither a libssl 1.1.1 nor apt');
        expectSuccess(run(command, ['setup'], { cwd: folder, env: own }));
      }
      const example = run('node', [join(root, 'test/smoke/readme.mjs')], {
        cwd: folder,
        env: { ...own, PATH: bare.PATH },
      });
      expect(expectSuccess(example)).toMatch(/^SslSession \{\n.*\n\}\ntrue\ntrue\n$/s);
    });

    test('the schema of a probe is there', () => {
      const script = `const schema = require('libssl-session/probe.schema.json');
        import('libssl-session/probe').then(({ probe }) => console.log(typeof probe, schema.title));`;
      const { stdout } = run('node', ['-e', script], { cwd: folder, env: bare });
      expect(stdout).toBe('function What libssl-session/probe gives, version 1\n');
    });

    test('the command is there', () => {
      const command = join(folder, 'node_modules/.bin/libssl-session');
      const { stdout } = run(command, ['doctor'], { cwd: folder, env: bare });
      expect(stdout).toContain('✓ libssl 1.1.1 is here and works');
    });
  });

  describe('where it cannot run', () => {
    // Node, and with it npm and the loader, made to believe that they run elsewhere.
    const disguised = (disguise: string): NodeJS.ProcessEnv => ({
      ...bare,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(disguise)}`,
    });
    const load = (modules: string, disguise = '') => {
      const script = `import('libssl-session').then(({ libraryInfo }) => libraryInfo()).then(
        () => console.log('it loads'), ({ name, code, message }) => console.log(name, code, message))`;
      return expectSuccess(run('node', ['-e', script], { cwd: modules, env: disguised(disguise) }));
    };
    // Only for those who ask whether it can run here: all the rest has to work.
    const as = (property: 'platform' | 'arch', value: string) => `import os from 'node:os';
      const real = '${process[property]}';
      const asking = /npm-install-checks|node-gyp-build|libssl-session.dist/;
      const answer = () => (asking.test(new Error().stack.split('\\n')[2]) ? '${value}' : real);
      Object.defineProperty(process, '${property}', { get: answer });
      os.${property} = answer;`;
    const systems = {
      darwin: as('platform', 'darwin'),
      win32: as('platform', 'win32'),
      ia32: as('arch', 'ia32'),
      musl: `import fs from 'node:fs';
        const { readFileSync } = fs;
        fs.readFileSync = (file, ...rest) =>
          file === '/usr/bin/ldd' ? 'musl libc' : readFileSync(file, ...rest);
        process.report.getReport = () => ({ header: {}, sharedObjects: ['/lib/ld-musl-x.so.1'] });
        process.env.LIBC = 'musl';`, // for node-gyp-build
    };

    test.each(Object.entries(systems))(
      'npm refuses %s, and so does the loader',
      (name, disguise) => {
        const empty = join(scratch, name);
        const { status, stderr } = install(empty, { env: disguised(disguise) }, tarball.path);
        expect(status).not.toBe(0);
        expect(stderr).toContain('npm error code EBADPLATFORM');
        expect(stderr).toMatch(/wanted .*"os":"linux".*"cpu":"x64,arm64".*"libc":"glibc"/);
        expect(stderr).toMatch(new RegExp(`current: .*"${name}"`));
        expect(load(folder, disguise)).toMatch(
          new RegExp(
            '^LibsslError ERR_LIBSSL_PLATFORM libssl-session runs on linux with glibc, on x64 and ' +
              `arm64; this is .*\\b${name}\\b.*\\.\n$`,
          ),
        );
      },
    );

    test('a binary that does not load says why, and how to build one', () => {
      const broken = join(scratch, 'broken');
      cpSync(folder, broken, { recursive: true });
      const binary = join(broken, 'node_modules/libssl-session', prebuilt(process.arch));
      writeFileSync(binary, 'no ELF file');
      const [first, ...more] = load(broken).split('\n');
      expect(first).toMatch(
        /^LibsslError ERR_LIBSSL_NOT_BUILT The addon of libssl-session does not load on this machine \(linux \w+ glibc 2\.\d+\): .*(invalid ELF header|file too short)/,
      );
      expect(more).toEqual([
        'To build it: npm explore libssl-session -- npm run build-addon',
        'Missing for the build: python3, make, a C++17 compiler (g++ or clang++)',
        '',
      ]);
    });

    test('what it says builds one from the sources in the package', () => {
      const unbuilt = join(scratch, 'unbuilt');
      cpSync(folder, unbuilt, { recursive: true });
      rmSync(join(unbuilt, 'node_modules/libssl-session/prebuilds'), { recursive: true });
      const said = load(unbuilt);
      expect(said).toContain('ERR_LIBSSL_NOT_BUILT The addon of libssl-session is not built for');
      const line = /^To build it: npm (.*)$/m.exec(said)?.[1]?.split(' ') ?? [];
      const nodedir = nodeDirectory(); // so that nothing is fetched
      const options = nodedir === undefined ? {} : { npm_config_nodedir: nodedir };
      expectSuccess(run('npm', line, { cwd: unbuilt, env: { ...env, ...options } }));
      expect(load(unbuilt)).toBe('it loads\n');
    }, 600_000);
  });
});
