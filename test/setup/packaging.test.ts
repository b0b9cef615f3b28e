import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FuseV1Options } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignBinaries, leaveOut } from '../../scripts/packaging/contents.ts';
import { fuses } from '../../scripts/packaging/fuses.ts';

const linux = { platform: 'linux', arch: 'x64' };

describe('what goes into the package', () => {
  const out = leaveOut({ ...linux, ownSqlite: false });
  it.each([
    ['', false],
    ['/package.json', false],
    ['/.vite', false],
    ['/.vite/build/main.cjs', false],
    ['/.vite/renderer/main_window/index.html', false],
    ['/.vite/stamp.json', true],
    ['/.vite/next.1.partial', true],
    ['/src-main/main.ts', true],
    ['/.toolchain', true],
    ['/resources', true],
    ['/node_modules', false],
    ['/node_modules/.bin', true],
    ['/node_modules/onnxruntime-node/bin/napi-v6', false],
    ['/node_modules/onnxruntime-node/bin/napi-v6/linux', false],
    ['/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1', false],
    ['/node_modules/onnxruntime-node/bin/napi-v6/linux/arm64', true],
    ['/node_modules/onnxruntime-node/bin/napi-v6/darwin', true],
    ['/node_modules/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll', true],
    ['/node_modules/onnxruntime-node/script', false],
    ['/node_modules/onnxruntime-node/script/install-metadata.js', false],
    ['/node_modules/onnxruntime-node/script/install-metadata-versions.js', false],
    ['/node_modules/onnxruntime-node/script/install.js', true],
    ['/node_modules/better-sqlite3/prebuilds/linux-x64.node', false],
    ['/node_modules/better-sqlite3/prebuilds/linuxmusl-x64.node', true],
    ['/node_modules/better-sqlite3/prebuilds/darwin-arm64.node', true],
    ['/node_modules/better-sqlite3/build', true],
    ['/node_modules/better-sqlite3/deps/sqlite3.c', true],
    ['/node_modules/better-sqlite3/lib/index.js', false],
    ['/node_modules/sharp/README.md', true],
    ['/node_modules/sharp/lib/index.js', false],
  ])('%s is left out: %s', (file, expected) => expect(out(file)).toBe(expected));

  it('takes the better-sqlite3 built here instead of the prebuilt one for the fallback runtime', () => {
    const own = leaveOut({ ...linux, ownSqlite: true });
    expect(own('/node_modules/better-sqlite3/build/Release/better_sqlite3.node')).toBe(false);
    expect(own('/node_modules/better-sqlite3/build/Release/obj')).toBe(true);
    expect(own('/node_modules/better-sqlite3/prebuilds')).toBe(true);
  });
});

describe('binaries of other platforms', () => {
  it('are found by their names', () => {
    const mine = [
      'a/napi-v6/linux/x64/libonnxruntime.so.1',
      '@img/sharp-linux-x64/lib/sharp-linux-x64.node',
      'prebuilds/linux-x64.node',
      'libEGL.so',
      'notes-win32.txt',
    ];
    const others = [
      '@img/sharp-linuxmusl-x64/lib/x.node',
      'prebuilds/darwin-arm64.node',
      'a/linux/arm64/libonnxruntime.so.1',
      'DirectML.dll',
      'libvips.dylib',
    ];
    expect(foreignBinaries([...mine, ...others], linux)).toEqual(others);
  });
});

describe('the fuses', () => {
  it.each(['linux', 'darwin', 'win32'])('close every way into the shipped program on %s', (platform) => {
    expect(fuses(platform, false)).toMatchObject({
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: platform !== 'linux',
    });
  });

  it('differ in a test build by the inspector alone', () => {
    const shipped = fuses('linux', false);
    expect(fuses('linux', true)).toEqual({ ...shipped, [FuseV1Options.EnableNodeCliInspectArguments]: true });
  });
});

describe.runIf(process.platform === 'linux')('the atelier command of a package', () => {
  let folder: string;
  let command: string;
  beforeAll(() => {
    // As installed: <folder>/lib/atelier/{atelier,resources/bin/atelier}, with <folder>/bin/atelier a link to the latter.
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-command-'));
    mkdirSync(path.join(folder, 'lib/atelier/resources/bin'), { recursive: true });
    mkdirSync(path.join(folder, 'bin'));
    cpSync(
      path.resolve(import.meta.dirname, '../../resources/packaging/bin/atelier'),
      path.join(folder, 'lib/atelier/resources/bin/atelier'),
    );
    const studio = path.join(folder, 'lib/atelier/atelier');
    writeFileSync(studio, '#!/bin/sh\nfor a in "$@"; do echo "$a"; done\nexit 7\n');
    chmodSync(studio, 0o755);
    command = path.join(folder, 'bin/atelier');
    symlinkSync('../lib/atelier/resources/bin/atelier', command);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const call = (words: string[], env: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(command, words, {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    });
    return {
      status,
      stderr,
      words: stdout
        .split('\n')
        .slice(0, -1)
        .filter((word) => word !== '--no-sandbox'),
    };
  };
  const headless = ['--ozone-platform=headless', '--disable-gpu', '--log-level=3', '--atelier-cli', '--'];

  it.each([
    [['train', '--data', 'a b', '--epochs', '5']],
    [['runs', 'list']],
    [['--workspace', '/some/folder', 'runs', 'list']],
    [['--json', 'doctor']],
    [['--help']],
    [['predict', 'model.onnx', 'x.csv']],
  ])('runs the command line for %j, with its exit code', (words) => {
    expect(call(words)).toMatchObject({ status: 7, words: [...headless, ...words] });
  });

  it.each([[[]], [['/home/me/model.onnx']], [['model.onnx']], [['--workspace', '/some/folder']]])(
    'opens the window for %j',
    (words) => {
      expect(call(words, { DISPLAY: ':1' })).toMatchObject({ status: 7, words });
    },
  );

  it('says that there is no display rather than crash', () => {
    const result = call([]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('no display');
  });

  it('drops the sandbox for root alone', () => {
    const { stdout } = spawnSync(command, ['doctor'], { env: { PATH: process.env.PATH }, encoding: 'utf8' });
    const root = execFileSync('id', ['-u'], { encoding: 'utf8' }).trim() === '0';
    expect(stdout.includes('--no-sandbox')).toBe(root);
  });
});
