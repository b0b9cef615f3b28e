import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { canStep, undo, type Entry } from '../../src-main/db/label-log.ts';
import { asInVersion, isMark, numberOfMark } from '../../src-main/db/label-marks.ts';
import { currentValue, getLabelling, insertLabelling, packLabel, baseLabel } from '../../src-main/db/labellings.ts';
import { openStore, type WriteStore } from '../../src-main/db/open.ts';
import { newId, type LabellingId } from '../../src-main/shared/ids.ts';
import type { MarkedKind } from '../../src-main/shared/marks.ts';
import { addDataset, migrationsFolder, repository } from './temp-workspace.ts';

const open = (folder: string): WriteStore =>
  openStore(folder, { mode: 'write', owner: 'a test', migrations: migrationsFolder, appVersion: '0.0.0-test' });

/** In the version each sample has so many marks. */
const marksInVersion = 2;

/** A labelling of marks in so many samples, of two classes. */
export function makeLabelling(folder: string, samples: number, kind: MarkedKind = 'objects'): LabellingId {
  const store = open(folder);
  const { id: version, dataset } = addDataset(store);
  const id = newId('labelling');
  const row = { id, dataset, version, kind, target: null, createdAt: 1, samples };
  const classes = ['a', 'b'].map((name, i) => ({
    id: i + 1,
    name,
    colour: null,
    place: i + 1,
    mergedInto: null,
    removed: false,
  }));
  const marks = { counts: new Int32Array(samples).fill(marksInVersion), classes: new Map([['a', 1]]) };
  insertLabelling(store, { ...row, base: new Int32Array(samples).fill(1), marks }, 'samples', classes);
  store.close();
  return id;
}

/** Lets a process label for so many milliseconds from its first answer on, kills it, and gives what it had answered. */
function answeredBeforeKill(folder: string, id: LabellingId, seed: number, after: number): Promise<Entry[]> {
  const script = join(repository, 'test/support/label-until-killed.mjs');
  const child = spawn(process.execPath, [script, folder, migrationsFolder, id, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    timer ??= setTimeout(() => child.kill('SIGKILL'), after);
  });
  return new Promise((resolve) =>
    child.on('close', () => {
      clearTimeout(timer);
      // A line that the kill cut short was not answered.
      const lines = said
        .slice(0, said.lastIndexOf('\n') + 1)
        .split('\n')
        .filter(Boolean);
      resolve(lines.map((line) => JSON.parse(line) as Entry));
    }),
  );
}

/**
 * Labels and kills, so many times over one log. Gives how many edits were answered and how many of those are lost: of which what they answered
 * does not hold, unless the one act that may have been stored and not answered came after it.
 */
export async function killWhileLabelling(
  folder: string,
  id: LabellingId,
  times: number,
  seed: number,
): Promise<{ answered: number; lost: number; unsound: number }> {
  const holds = new Map<number, string | null>();
  let [answered, lost, unsound, last] = [0, 0, 0, 0];
  for (let i = 0; i < times; i++) {
    const entries = await answeredBeforeKill(folder, id, seed + i, 5 + (((seed + i) * 37) % 120));
    answered += entries.length;
    for (const { number, changes } of entries) {
      last = Math.max(last, number);
      for (const { subject, after } of changes) holds.set(subject, after);
    }
    const store = open(folder);
    const log = getLabelling(store, id);
    if (store.integrity() !== 'ok') unsound++;
    const stored = store.all<{ number: number }>(
      `SELECT number FROM label_entries WHERE labelling = ? ORDER BY number`,
      [log.key],
    );
    // Every answered entry is there, in one unbroken row, and at most one more.
    if (stored.length < last || stored.length > last + 1 || stored.at(-1)?.number !== stored.length) lost++;
    const unanswered = new Map(
      store
        .all<{ subject: number; after: string | null }>(
          `SELECT subject, after FROM label_changes WHERE labelling = ? AND entry > ?`,
          [log.key, last],
        )
        .map(({ subject, after }) => [subject, after]),
    );
    for (const [subject, after] of unanswered) holds.set(subject, after);
    last = stored.length;
    for (let sample = 0; sample < log.samples; sample++) {
      const wanted = holds.get(sample) ?? packLabel(baseLabel(log.base, sample));
      if (currentValue(store, log, sample) !== wanted) lost++;
    }
    for (const [subject, wanted] of holds) if (isMark(subject) && currentValue(store, log, subject) !== wanted) lost++;
    store.close();
  }
  // What can be undone is undone to the very beginning.
  const store = open(folder);
  const log = getLabelling(store, id);
  while (undo(store, log, { at: 1, who: 'person' }));
  for (let sample = 0; sample < log.samples; sample++)
    if (currentValue(store, log, sample) !== packLabel(baseLabel(log.base, sample))) lost++;
  for (const subject of holds.keys()) {
    const first = numberOfMark(subject) <= marksInVersion ? asInVersion : null;
    if (isMark(subject) && currentValue(store, log, subject) !== first) lost++;
  }
  if (canStep(store, log.key).undo) unsound++;
  store.close();
  return { answered, lost, unsound };
}
