import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../support/archives.ts';
import { atelier, done, samples } from '../support/built-cli.ts';
import { text as cell, xlsxOf } from '../support/data-xlsx.ts';
import { tempFolder } from '../support/temp-workspace.ts';
import { reviews } from '../support/texts.ts';

const iris = join(samples, 'iris.csv');
type Metrics = Record<string, number>;

describe('a table, end to end', () => {
  it('is imported, trained on, evaluated, predicted and exported', async () => {
    const folder = tempFolder();

    const imported = (await done(folder, 'import', iris, '--json')).lines;
    expect(imported).toHaveLength(1);
    expect(imported[0]).toMatchObject({
      name: 'iris',
      kind: 'table',
      samples: 150,
      classes: 3,
      task: 'classification',
    });

    const train = [
      'train',
      '--data',
      'iris',
      '--epochs',
      '60',
      '--lr',
      '0.01',
      '--seed',
      '1',
      '--threads',
      '1',
      '--json',
    ];
    const trained = (await done(folder, ...train)).lines;
    expect(trained[0]).toMatchObject({ event: 'started', dataset: imported[0].dataset });
    const run = String(trained[0].run);
    const finished = trained.at(-1)!;
    expect(finished).toMatchObject({ event: 'finished', run, status: 'finished' });
    expect(finished.samples_per_second).toBeGreaterThan(0);
    expect((finished.metrics as Metrics)['test/accuracy']).toBeGreaterThan(0.85);
    const points = trained.filter((line) => line.event === 'metric');
    expect([...new Set(points.map((point) => point.key))]).toEqual(
      expect.arrayContaining(['train/loss', 'train/accuracy', 'validation/loss', 'validation/accuracy']),
    );

    const evaluated = (await done(folder, 'evaluate', run, '--data', 'iris', '--split', 'test', '--json')).lines;
    expect(evaluated).toHaveLength(1);
    const accuracy = (evaluated[0].metrics as Metrics)['test/accuracy'];
    expect(accuracy).toBeCloseTo((finished.metrics as Metrics)['test/accuracy'], 6);

    const [header, ...rows] = readFileSync(iris, 'utf8').trim().split(/\r?\n/);
    writeFileSync(join(folder, 'new.csv'), [header, ...rows.slice(0, 5), ...rows.slice(-5)].join('\n') + '\n');
    const predicted = (await done(folder, 'predict', run, 'new.csv', '--json')).lines;
    expect(predicted).toHaveLength(10);
    for (const { label, probabilities } of predicted) {
      const shares = Object.values(probabilities as Record<string, number>);
      expect(shares).toHaveLength(3);
      expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 5);
      expect((probabilities as Record<string, number>)[String(label)]).toBe(Math.max(...shares));
    }

    const exported = (await done(folder, 'export', run, '--out', 'iris.onnx', '--json')).lines;
    expect(exported[0]).toMatchObject({ run, path: join(folder, 'iris.onnx'), parity: { passed: true, agreement: 1 } });
    expect(statSync(join(folder, 'iris.onnx')).size).toBe(exported[0].bytes);

    const again = (await done(folder, 'evaluate', 'iris.onnx', '--data', 'iris', '--json')).lines;
    expect((again[0].metrics as Metrics)['test/accuracy']).toBeCloseTo(accuracy, 6);
    const same = (await done(folder, 'predict', 'iris.onnx', 'new.csv', '--json')).lines;
    expect(same.map((line) => line.label)).toEqual(predicted.map((line) => line.label));

    const list = (await done(folder, 'runs', 'list', '--json')).lines;
    expect(list.map((line) => line.run)).toEqual([run]);
    const show = (await done(folder, 'runs', 'show', run.slice(0, 14), '--json')).lines;
    expect(show[0]).toMatchObject({ run, exports: [{ path: join(folder, 'iris.onnx') }] });
  });

  it('gives the same run twice, bit for bit, with the same seed and threads', async () => {
    const folder = tempFolder();
    const train = async () => {
      const args = ['--epochs', '5', '--seed', '7', '--threads', '1', '--json'];
      const { lines } = await done(folder, 'train', '--data', iris, ...args);
      return lines
        .filter((line) => line.event === 'metric' && String(line.key).match(/loss|accuracy/))
        .map(({ key, step, value }) => [key, step, value]);
    };
    expect(await train()).toEqual(await train());
    const report = join(folder, 'report.html');
    const both = ['runs', 'compare', 'iris · mlp', 'iris · mlp 2'];
    const compared = (await done(folder, ...both, '--html', report, '--json')).lines;
    expect(compared[0]).toMatchObject({ differing: [], html: report });
    const html = readFileSync(report, 'utf8');
    expect(html).toContain('<h2>Curves</h2>');
    expect(html.match(/<title>validation\/loss<\/title>/g)).toHaveLength(1);
  });

  it('with another target becomes another version, made once', async () => {
    const folder = tempFolder();
    await done(folder, 'import', iris);
    const columns = (await done(folder, 'import', iris, '--json')).lines[0].columns as { name: string; type: string }[];
    const target = columns.find((column) => column.type === 'number')!.name;
    const train = ['train', '--data', 'iris', '--target', target, '--epochs', '2', '--json'];
    const [first, second] = [(await done(folder, ...train)).lines, (await done(folder, ...train)).lines];
    expect(first[0].version).toBe(second[0].version);
    expect((first.at(-1)!.metrics as Metrics)['validation/loss']).toBeGreaterThan(0);
    const none = await atelier(folder, 'train', '--data', 'iris', '--target', 'nothing');
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/error: no_such_column: .*columns are: /);
  });
});

describe('texts, end to end', () => {
  it('by folder, with words read inside the file and with a tokenizer.json beside it', async () => {
    const folder = tempFolder();
    for (const [i, { text, feeling }] of reviews(300).entries()) {
      mkdirSync(join(folder, 'reviews', feeling), { recursive: true });
      writeFileSync(join(folder, 'reviews', feeling, `${i}.txt`), text);
    }
    const [imported] = (await done(folder, 'import', 'reviews', '--json')).lines;
    expect(imported).toMatchObject({
      name: 'reviews',
      kind: 'table',
      samples: 300,
      target: 'class',
      task: 'classification',
    });
    const columns = imported.columns as { name: string; type: string; role: string }[];
    expect(columns.find(({ name }) => name === 'text')).toMatchObject({ type: 'text', role: 'feature' });

    const settings = ['embedding=16', 'filters=16', 'kernels=1,2'].flatMap((each) => ['--set', each]);
    const own = [...settings, ...'--lr 0.01 --batch 16 --epochs 15'.split(' ')];
    const train = async (...more: string[]) => {
      const args = ['train', '--data', 'reviews', ...own, '--device', 'cpu', '--threads', '1', '--json', ...more];
      return (await done(folder, ...args)).lines.at(-1)!;
    };
    // Where there is nothing but text, a net for texts is what is trained.
    const words = await train();
    expect((words.metrics as Metrics)['test/accuracy']).toBeGreaterThan(0.85);
    expect(words.settings).toMatchObject({ architecture: 'textcnn' });
    const [inside] = (await done(folder, 'export', String(words.run), '--out', 'words.onnx', '--json')).lines;
    expect(inside).toMatchObject({ tokenizer: null, parity: { passed: true, agreement: 1 } });

    // A list of synonyms, which is kept: a run is as good without the file.
    writeFileSync(join(folder, 'list.txt'), 'film: story\nbad awful\n');
    const refused = await atelier(folder, 'train', '--data', 'reviews', '--synonyms', 'list.txt', '--json');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('list.txt, line 2: "bad awful" has no synonym');
    writeFileSync(join(folder, 'list.txt'), 'film: story\nstory: film, plot\n');
    const synonymous = await train('--synonyms', 'list.txt', '--epochs', '2');
    expect(synonymous.settings).toMatchObject({
      augment: { 'word-synonym': 0.2 },
      synonyms: expect.stringMatching(/^list:2#[0-9a-f]{64}$/) as string,
    });

    // The run's own tokenizer, brought to another one.
    const pairs = await train('--set', 'tokenizer=byte-pair', '--set', 'vocabulary=300');
    const file = join(folder, 'runs', String(pairs.run), 'tokenizer.json');
    const brought = await train('--set', `tokenizer=${file}`);
    for (const key of ['train/loss', 'validation/loss', 'test/loss']) {
      expect((brought.metrics as Metrics)[key]).toBe((pairs.metrics as Metrics)[key]);
    }
    const [beside] = (await done(folder, 'export', String(brought.run), '--out', 'pairs.onnx', '--json')).lines;
    expect(beside).toMatchObject({ tokenizer: join(folder, 'pairs.tokenizer.json'), parity: { passed: true } });

    writeFileSync(join(folder, 'new.txt'), 'What a superb evening it was');
    for (const model of ['words.onnx', 'pairs.onnx', String(words.run)]) {
      const said = (await done(folder, 'predict', model, '--text', 'A boring film', 'new.txt', '--json')).lines;
      expect(said.map(({ input, label }) => [input, label])).toEqual([
        ['A boring film', 'bad'],
        ['new.txt', 'good'],
      ]);
    }
    const wrong = await atelier(folder, 'train', '--data', 'reviews', '--set', `tokenizer=${join(folder, 'new.txt')}`);
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('error: not_a_tokenizer: new.txt') as string,
    ]);
  });
});

describe('doctor', () => {
  it('tells versions, providers and the state of the workspace', async () => {
    const folder = tempFolder();
    await done(folder, 'import', iris);
    const { lines } = await done(folder, 'doctor', '--json');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ integrity: 'ok', workspace: folder, problems: [] });
    expect(lines[0].providers).toContain('cpu');
    expect(Object.keys(lines[0].versions as object)).toEqual(
      expect.arrayContaining(['Atelier', 'Node', 'SQLite', 'ONNX Runtime', 'DuckDB']),
    );
  });
});

describe('first-run', () => {
  it('trains an MLP and a CNN on the bundled glyphs and exports the better one', async () => {
    const folder = tempFolder();
    const begun = Date.now();
    const { lines, stderr } = await done(folder, 'first-run', '--json');
    const seconds = (Date.now() - begun) / 1000;
    const finished = lines.filter((line) => line.event === 'finished');
    expect(finished).toHaveLength(2);
    for (const run of finished) expect((run.metrics as Metrics)['test/accuracy']).toBeGreaterThan(0.8);
    const exported = lines.at(-1)!;
    expect(exported).toMatchObject({ event: 'exported', run: finished[0].run, parity: { passed: true } });
    expect(existsSync(String(exported.path))).toBe(true);
    expect(stderr).toMatch(/Training/);
    // Stated for two quiet cores; a busy machine gets twice that.
    expect(seconds).toBeLessThan(120);
  });
});

describe('what is imported', () => {
  it('may be a sheet of a workbook, or one table of an archive', async () => {
    const folder = tempFolder();
    const rows = (name: string) => [[name, 'n'].map(cell), ['x', 'y'].map(cell), ['z', 'w'].map(cell)];
    writeFileSync(join(folder, 'book.xlsx'), xlsxOf(['First', 'Second'].map((name) => ({ name, rows: rows(name) }))));
    writeFileSync(
      join(folder, 'all.zip'),
      zipOf({ 'a.csv': Buffer.from('p,q\n1,2\n'), 'b.csv': Buffer.from('r,s\n3,4\n') }),
    );
    const columns = async (...args: string[]) => {
      const [imported] = (await done(folder, 'import', ...args, '--json')).lines;
      return (imported.columns as { name: string }[]).map(({ name }) => name);
    };
    expect(await columns('book.xlsx')).toEqual(['First', 'n']);
    expect(await columns('book.xlsx', '--sheet', 'Second')).toEqual(['Second', 'n']);
    expect(await columns('all.zip', '--file', 'b.csv')).toEqual(['r', 's']);
    const { code, stderr } = await atelier(folder, 'import', 'all.zip');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: several_tables: .*a\.csv, b\.csv.*--file/m);
  });
});

describe('bad input', () => {
  it.each([
    ['an empty file', 'empty.csv', '', /^error: \w+: \S/m],
    ['a file that is not what it says', 'lies.png', 'text', /^error: \w+: \S/m],
  ])('%s gives one clear error and leaves nothing behind', async (_, name, content, wanted) => {
    const folder = tempFolder();
    writeFileSync(join(folder, name), content);
    const { code, stdout, stderr } = await atelier(folder, 'import', name, '--json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(wanted);
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect((await done(folder, 'runs', 'list', '--json')).lines).toEqual([]);
  });

  it('a workspace path that is a file is refused', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'sub'));
    const { code, stderr } = await atelier(folder, 'import', iris, '--workspace', 'file');
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: workspace_not_a_folder: /);
  });
});
