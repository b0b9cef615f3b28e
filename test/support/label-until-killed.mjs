// Labels samples and marks things in them at random, undoes and redoes, and says what each act answered, until it is killed. Words: folder, migrations, labelling, seed.
import { addEdit, redo, undo } from '../../src-main/db/label-log.ts';
import { markSubject, packMark } from '../../src-main/db/label-marks.ts';
import { getLabelling, packLabel } from '../../src-main/db/labellings.ts';
import { openStore } from '../../src-main/db/open.ts';
import { blank } from '../../src-main/shared/labels.ts';
import { Random } from '../../src-main/shared/random.ts';

const [folder, migrations, id, seed] = process.argv.slice(2);
const store = openStore(folder, { mode: 'write', owner: 'a test', migrations, appVersion: '0.0.0-test' });
const log = getLabelling(store, id);
const random = new Random(Number(seed));
const stamp = { at: 1, who: 'person' };
for (;;) {
  const what = random.uniform();
  const samples = Array.from({ length: 1 + random.below(20) }, () => random.below(log.samples));
  const classes = [1 + random.below(2)];
  const label = packLabel({ ...blank, state: 'labelled', classes });
  const values = new Map(samples.map((sample) => [sample, label]));
  for (const sample of samples.slice(0, random.below(8))) {
    for (let i = random.below(30); i > 0; i--) {
      const box = [random.uniform(), random.uniform(), 5, 5];
      const mark = packMark({ class: classes[0], suggested: false, confidence: null, shape: { type: 'box', box } });
      // The first two are the version's own; some go.
      values.set(markSubject(sample, 1 + random.below(40)), random.below(4) === 0 ? null : mark);
    }
  }
  const entry =
    what < 0.7
      ? addEdit(store, log, stamp, values)
      : what < 0.9
        ? undo(store, log, stamp, random.below(2) === 0 ? {} : { sample: samples[0] })
        : redo(store, log, stamp, random.below(2) === 0 ? {} : { sample: samples[0] });
  // Written at once: what was said before the kill was answered before it.
  if (entry) process.stdout.write(`${JSON.stringify(entry)}\n`);
}
