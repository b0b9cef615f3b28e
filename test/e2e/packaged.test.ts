import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchStudio } from '../support/studio-app.ts';

// What only a package can show. scripts/test.mjs makes the test build and names it; the other e2e tests run on it as well.
const binary = process.env.ATELIER_TEST_BINARY ?? '';
const command = path.join(path.dirname(binary), 'resources/bin/atelier');

let folder: string;
beforeAll(() => {
  if (!binary) throw new Error('ATELIER_TEST_BINARY is not set. Run: npm test -- --only packaged');
  folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-packaged-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program in a session without a display. */
function call(program: string, words: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, NODE_OPTIONS: _options, ...rest } = process.env;
  const home = {
    HOME: folder,
    TMPDIR: folder,
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    ATELIER_WORKSPACE: path.join(folder, 'workspace'),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: folder, env: { ...rest, ...home, ...env } });
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the packaged window', () => {
  it('opens from its archive, as a packaged app', async () => {
    const studio = await launchStudio({ executablePath: binary });
    try {
      expect(await studio.app.evaluate(({ app }) => [app.isPackaged, app.getName()])).toEqual([true, 'Atelier']);
      expect(await studio.app.evaluate(({ app }) => app.getAppPath())).toMatch(/app\.asar$/);
      await studio.page.getByRole('navigation').first().waitFor();
      expect(studio.page.url()).toMatch(/^app:\/\//);
    } finally {
      await studio.close();
    }
  });
});

describe('the packaged command line, without a display', () => {
  it('tells what it runs on', async () => {
    const { code, stdout, stderr } = await call(command, ['doctor', '--json']);
    expect(stderr).not.toMatch(/error:/);
    expect(code).toBe(0);
    expect(JSON.stringify(jsonLines(stdout))).toMatch(/Electron/);
    // Chromium's files of this one command are gone with it.
    expect(readdirSync(folder).filter((name) => name.startsWith('atelier-session'))).toEqual([]);
  });

  it('carries the notices of what it is made of, as a file and as a list', async () => {
    const file = path.join(path.dirname(binary), 'resources/THIRD-PARTY-LICENCES.txt');
    expect(readFileSync(file, 'utf8')).toMatch(/^codec-parser .*\nLGPL-3\.0/m);
    const { code, stdout } = await call(command, ['licences', '--json']);
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['codec-parser', 'mpg123', 'sharp']),
    );
  });

  it('imports, trains and exports: every native module loads from beside the archive', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `${(i % 3) + Math.sin(i) / 9},${(i % 3) * 2},${'abc'[i % 3]}`);
    writeFileSync(path.join(folder, 'points.csv'), `x,y,kind\n${rows.join('\n')}\n`);
    const imported = await call(command, ['import', 'points.csv', '--name', 'points', '--target', 'kind', '--json']);
    expect(imported).toMatchObject({ code: 0 });
    expect(jsonLines(imported.stdout).at(-1)).toMatchObject({ samples: 120, classes: 3 });

    const words = [
      'train',
      '--data',
      'points',
      '--architecture',
      'mlp',
      '--epochs',
      '3',
      '--device',
      'cpu',
      '--threads',
      '1',
      '--json',
    ];
    const trained = await call(command, words);
    expect(trained).toMatchObject({ code: 0 });
    const finished = jsonLines(trained.stdout).at(-1);
    expect(finished).toMatchObject({ event: 'finished' });

    const exported = await call(command, ['export', String(finished?.run), '--out', 'points.onnx', '--json']);
    expect(exported).toMatchObject({ code: 0 });
  });

  it('keeps the exit codes of its contract', async () => {
    expect((await call(command, ['train', '--no-such-option'])).code).toBe(2);
    expect((await call(command, ['runs', 'show', 'no-such-run'])).code).toBe(1);
  });
});

describe('the ways into the packaged program', () => {
  const version = ['--ozone-platform=headless', '--disable-gpu', '--atelier-cli', '--', '--version'];
  const words = process.getuid?.() === 0 ? ['--no-sandbox', ...version] : version;

  it('do not let it be used as a Node', async () => {
    // As a Node it would refuse the first of these words.
    const { code, stdout } = await call(binary, words, { ELECTRON_RUN_AS_NODE: '1' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
  });

  it('do not let NODE_OPTIONS load code into it', async () => {
    const evil = path.join(folder, 'evil.cjs');
    writeFileSync(evil, 'process.stdout.write("LOADED");');
    const { stdout } = await call(binary, words, { NODE_OPTIONS: `--require=${evil}` });
    expect(stdout).not.toContain('LOADED');
  });
});
