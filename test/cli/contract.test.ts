import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { stepInfos } from '../../src-main/datasets/recipes/index.ts';
import type { Host } from '../../src-main/cli/host.ts';
import { makeProgram } from '../../src-main/cli/run.ts';
import {
  architectureHelp,
  architectureName,
  settingHelp,
  settingName,
  stepHelp,
  stepName,
} from '../../src-main/cli/words.ts';
import { atelier } from '../support/fake-host.ts';
import { fakeArchitectures } from '../support/fake-studio.ts';
import { openWriter, tempFolder } from '../support/temp-workspace.ts';

/** A workspace folder with a file to import: what the fake utilities do is decided by its name. */
function folderWith(...names: string[]): string {
  const folder = tempFolder();
  for (const name of names) writeFileSync(join(folder, name), 'anything');
  return folder;
}

const commands = [
  ['import'],
  ['data', 'list'],
  ['data', 'show'],
  ['data', 'recipe'],
  ['data', 'split'],
  ['data', 'privacy'],
  ['data', 'leaks'],
  ['data', 'relink'],
  ['data', 'quality'],
  ['data', 'export'],
  ['labels', 'list'],
  ['labels', 'set'],
  ['labels', 'undo'],
  ['labels', 'redo'],
  ['labels', 'freeze'],
  ['labels', 'prelabel'],
  ['labels', 'next'],
  ['labels', 'agreement'],
  ['labels', 'settle'],
  ['labels', 'click'],
  ['labels', 'stats'],
  ['labels', 'export'],
  ['labels', 'import'],
  ['train'],
  ['cross-validate'],
  ['architectures'],
  ['runs', 'list'],
  ['runs', 'show'],
  ['runs', 'compare'],
  ['runs', 'importance'],
  ['runs', 'tag'],
  ['runs', 'note'],
  ['runs', 'archive'],
  ['runs', 'fields'],
  ['evaluate'],
  ['score'],
  ['predict'],
  ['generate'],
  ['export'],
  ['doctor'],
  ['licences'],
  ['first-run'],
];

/** Every command that does something, however deep it stands. */
function all(command: Command, words: string[] = []): string[][] {
  const below = command.commands.filter((one) => one.name() !== 'help');
  return below.length === 0 ? [words] : below.flatMap((one) => all(one, [...words, one.name()]));
}

describe('help', () => {
  it('of every command has an example of it', async () => {
    const folder = tempFolder();
    const every = all(
      makeProgram({ host: { appVersion: 'any', architectures: fakeArchitectures } as unknown as Host }, false),
    );
    expect(every.length).toBeGreaterThan(60);
    const lacking = [];
    for (const words of every) {
      const { stdout } = await atelier(folder, ['help', ...words]);
      const examples = stdout.slice(stdout.search(/^Examples?:/m));
      if (!examples.includes(`$ atelier ${words.join(' ')}`)) lacking.push(words.join(' '));
    }
    expect(lacking).toEqual([]);
  });

  it.each(commands.map((command) => [command.join(' '), command]))(
    'for %s has its options, its JSON and examples',
    async (_, command) => {
      const { code, stdout, stderr } = await atelier(tempFolder(), [...command, '--help']);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      for (const part of ['--workspace <dir>', '--json', 'JSON:', 'Examples:', `$ atelier ${command.join(' ')}`]) {
        expect(stdout).toContain(part);
      }
    },
  );

  it('is the same through "help"', async () => {
    const folder = tempFolder();
    expect((await atelier(folder, ['help', 'train'])).stdout).toBe((await atelier(folder, ['train', '--help'])).stdout);
    const queue = (await atelier(folder, ['runs', 'queue', '--help'])).stdout;
    expect(queue).toMatch(/^Usage: atelier runs queue/);
    expect((await atelier(folder, ['help', 'runs', 'queue'])).stdout).toBe(queue);
    // What is not there is told by what is.
    expect((await atelier(folder, ['help', 'runs', 'nothing'])).stdout).toMatch(/^Usage: atelier runs \[/);
    expect((await atelier(folder, ['help'])).stdout).toContain('first-run');
    expect((await atelier(folder, ['train', '--help'])).stdout).toContain(
      'hidden: whole number, 1 to 512 (default 64)',
    );
  });

  it('of architectures tells what each takes and how it is set', async () => {
    const folder = tempFolder();
    const text = await atelier(folder, ['architectures']);
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toContain('hidden: whole number, 1 to 512 (default 64). Width of each layer');
    const { code, lines } = await atelier(folder, ['architectures', '--json']);
    expect(code).toBe(0);
    expect(lines).toHaveLength(fakeArchitectures.length);
    expect(lines[0]).toMatchObject({
      architecture: 'quick',
      takes: ['image', 'table'],
      settings: [{ key: 'hidden', kind: 'integer', default: 64, min: 1, max: 512, name: 'Hidden layers' }],
      training: { epochs: 2, batch: 32, optimizer: 'adam', lr: 0.001 },
    });
  });

  it('has a name and a help for every kind of step', () => {
    for (const { kind } of stepInfos) {
      expect([kind, stepName(kind).length > 3, stepHelp(kind).length > 10]).toEqual([kind, true, true]);
    }
  });

  it('has a name and a help for every architecture, and a help for every setting', () => {
    for (const { id, fields } of architectures) {
      expect([id, architectureName(id), architectureHelp(id)]).not.toContain('');
      for (const { key } of fields) expect([id, key, settingName(key), settingHelp(key)]).not.toContain('');
    }
  });

  it('goes to stderr with --json', async () => {
    const { code, stdout, stderr } = await atelier(tempFolder(), ['--help', '--json']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('Usage: atelier');
  });
});

describe('bad arguments', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['import']],
    [['import', 'x', '--nonsense']],
    [['train']],
    [['train', '--data', 'x', '--epochs', '0']],
    [['train', '--data', 'x', '--epochs', 'many']],
    [['train', '--data', 'x', '--lr', '0']],
    [['train', '--data', 'x', '--optimizer', 'magic']],
    [['train', '--data', 'x', '--architecture', 'magic']],
    [['train', '--data', 'x', '--set', 'hidden']],
    [['runs', 'compare', 'one']],
    [['evaluate', 'x', '--split', 'all of it']],
  ])('%j exit with 2 and leave stdout alone', async (args) => {
    const { code, stdout, stderr } = await atelier(tempFolder(), args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(args.length === 0 ? /Usage/ : /^error: bad_arguments: \S/);
  });

  it('of an architecture name the setting and its range', async () => {
    const folder = folderWith('quick');
    const { code, stderr } = await atelier(folder, [
      'train',
      '--data',
      'quick',
      '--architecture',
      'quick',
      '--set',
      'hidden=1000',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: invalid_settings: .*hidden.*1 to 512/m);
  });
});

describe('failures', () => {
  it.each([
    [['runs', 'show', 'x'], 'no_workspace'],
    [['import', 'missing.csv'], 'no_such_file'],
    [['train', '--data', 'missing'], 'no_such_dataset'],
    [['export', 'missing'], 'no_such_run'],
    [['predict', 'missing.onnx', 'x.csv'], 'no_such_file'],
  ])('%j exit with 1 and a code', async (args, wanted) => {
    const { code, stdout, stderr } = await atelier(tempFolder(), [...args, '--json']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^error: ${wanted}: \\S.*\\.`, 'm'));
  });

  it('of a job are told with their facts', async () => {
    const { code, stderr } = await atelier(folderWith('refuses'), ['import', 'refuses']);
    expect(code).toBe(1);
    expect(stderr).toContain('error: empty_file: The file is empty.\n  line 0\n');
  });

  it('of a training end its event lines', async () => {
    const { code, lines, stderr } = await atelier(folderWith('quick'), [
      ...['train', '--data', 'quick', '--architecture', 'crashes', '--json'],
    ]);
    expect(code).toBe(1);
    expect(lines.map((line) => line.event)).toEqual(['started', 'failed']);
    expect(lines[1]).toMatchObject({ run: lines[0].run, code: 'process_died' });
    expect(stderr).toMatch(/error: process_died: .*SIGKILL/);
  });

  it('to own a workspace that another process owns name it; reading goes on', async () => {
    const folder = folderWith('quick');
    const store = openWriter(folder);
    const refused = await atelier(folder, ['import', 'quick']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error: workspace_in_use: .*a test \(process \d+\)/);
    expect((await atelier(folder, ['runs', 'list'])).code).toBe(0);
    store.close();
  });
});

describe('with --json', () => {
  it('import writes one object', async () => {
    const folder = folderWith('quick');
    const { code, lines } = await atelier(folder, ['import', 'quick', '--name', 'mine', '--json']);
    expect(code).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ name: 'mine', kind: 'images', samples: 10, classes: 2, reused: false });
    expect(lines[0].dataset).toMatch(/^ds_/);
    expect(lines[0].version).toMatch(/^dv_/);

    const list = await atelier(folder, ['data', 'list', '--json']);
    expect(list.lines).toEqual([
      expect.objectContaining({ dataset: lines[0].dataset, name: 'mine', version: lines[0].version, versions: 1 }),
    ]);
    const show = await atelier(folder, ['data', 'show', 'mine', '--json']);
    expect(show.lines).toHaveLength(1);
    expect(show.lines[0]).toMatchObject({
      dataset: lines[0].dataset,
      version_number: 1,
      versions: [{ version: lines[0].version, number: 1, samples: 10 }],
    });
    const unknown = await atelier(folder, ['data', 'show', 'nothing']);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('error: no_such_dataset')]);
  });

  it('train writes started, metrics and finished; runs list, show and compare know it', async () => {
    const folder = folderWith('quick');
    const train = (...more: string[]) =>
      atelier(folder, ['train', '--data', 'quick', '--architecture', 'flood', '--json', ...more]);
    const { code, lines } = await train('--set', 'hidden=32');
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({
      event: 'started',
      settings: { architecture: 'flood', set: { hidden: 32 }, seed: 1 },
    });
    expect(lines.at(-1)).toMatchObject({
      event: 'finished',
      run: lines[0].run,
      metrics: { 'validation/accuracy': 0.9, 'test/accuracy': 0.8 },
      samples_per_second: 1000,
    });
    const metrics = lines.slice(1, -1);
    expect(metrics).toHaveLength(100_000);
    expect(metrics[0]).toEqual({
      event: 'metric',
      key: 'train/loss',
      step: 1,
      epoch: 1e-4,
      value: expect.any(Number),
      time: 1,
    });

    const other = await train();
    const list = await atelier(folder, ['runs', 'list', '--json']);
    expect(list.lines.map((line) => line.run)).toEqual([other.lines[0].run, lines[0].run]);
    const show = await atelier(folder, ['runs', 'show', String(lines[0].run), '--points', '--json']);
    expect(show.lines[0]).toMatchObject({ run: lines[0].run, status: 'finished', exports: [] });
    expect(show.lines).toHaveLength(100_001);
    const compare = await atelier(folder, [
      'runs',
      'compare',
      String(lines[0].run),
      String(other.lines[0].run),
      '--json',
    ]);
    expect(compare.lines).toHaveLength(1);
    expect(compare.lines[0]).toMatchObject({
      differing: ['hidden'],
      settings: { hidden: ['32', '64'] },
      metrics: { 'test/accuracy': [0.8, 0.8] },
    });
  });

  it('not-a-number is null', async () => {
    const folder = folderWith('quick');
    const ran = atelier(
      folder,
      ['train', '--data', 'quick', '--architecture', 'measures', '--json'],
      /validation\/loss/,
    );
    const { lines } = await ran;
    expect(lines.find((line) => line.key === 'validation/loss')).toMatchObject({ value: null });
  });
});

describe('Ctrl-C', () => {
  it.each(['busy', 'stubborn'])('cancels a %s training politely and marks it so', async (architecture) => {
    const folder = folderWith('quick');
    const begun = Date.now();
    const { code, lines, stderr } = await atelier(
      folder,
      ['train', '--data', 'quick', '--architecture', architecture, '--json'],
      /Training/,
    );
    expect(Date.now() - begun).toBeLessThan(6000);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: cancelled: /);
    expect(lines.at(-1)).toMatchObject({ event: 'cancelled', run: lines[0].run });
    const list = await atelier(folder, ['runs', 'list', '--json']);
    expect(list.lines[0]).toMatchObject({ status: 'cancelled' });
  });
});

describe('without --json', () => {
  it('results are text on stdout and the rest goes to stderr', async () => {
    const folder = folderWith('quick');
    const imported = await atelier(folder, ['import', 'quick']);
    expect(imported.stdout).toMatch(/^Imported: fake \(ds_\w+\), 10 images of 2×2, 2 classes\nSplit: train 8, /);
    const trained = await atelier(folder, ['train', '--data', 'fake', '--architecture', 'quick']);
    expect(trained.stdout).toMatch(
      /^Finished fake · quick \(run_\w+\): validation\/accuracy 0\.9000, test\/accuracy 0\.8000/,
    );
    const list = await atelier(folder, ['runs', 'list']);
    expect(list.stdout.split('\n')[0]).toMatch(/^RUN +NAME +STATUS +DATASET +ARCHITECTURE +VALIDATION\/ACCURACY/);
    expect(list.stdout).toContain('fake · quick');
  });
});
