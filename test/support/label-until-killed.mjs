// Labels samples and marks things in them at random, undoes and redoes, and says what each act answered, until it is killed. Words: folder, migrations, labelling, seed.
import { writeSync } from 'node:fs';
import { addEdit, redo, undo } from '../../src-main/db/label-log.ts';
import { markSubject, packMark } from '../../src-main/db/label-marks.ts';
import { getLabelling, packLabel } from '../../src-main/db/labellings.ts';
import { openStore } from '../../src-main/db/open.ts';
import { blank } from '../../src-main/shared/labels.ts';
import { Random } from '../../src-main/shared/random.ts';

const [folder, migrations, id, seed] = process.argv.slice(2);
const most = 40;
const store = openStore(folder, { mode: 'write', owner: 'a test', migrations, appVersion: '0.0.0-test' });
const log = getLabelling(store, id);
const random = new Random(Number(seed));
const stamp = { at: 1, who: 'person' };
const below = (count) => random.below(count);

/** Some mark of each kind of labelling, of every form it knows. */
const shapes = {
  objects: () => {
    const [x, y] = [below(1000), below(1000)];
    const ring = Array.from({ length: 40 }, () => below(1000) / 4);
    const some = [
      { type: 'box', box: [x, y, 5, 5] },
      { type: 'polygon', box: [x, y, 5, 5], polygons: [ring] },
      { type: 'mask', box: [x, y, 4, 4], mask: { size: [1000, 1000], counts: [below(900), 7, 999_993 - below(900)] } },
      { type: 'keypoints', box: [x, y, 5, 5], keypoints: [x, y, 2, x + 5, y + 5, 1] },
    ];
    return some[below(some.length)];
  },
  spans: () =>
    below(4) === 0
      ? { type: 'relation', from: 1 + below(most), to: 1 + below(most) }
      : { type: 'span', start: below(1000), end: 1000 + below(1000) },
  segments: () => ({ type: 'segment', start: below(1000) / 100, end: 10 + below(1000) / 100 }),
};

for (;;) {
  const what = random.uniform();
  const samples = Array.from({ length: 1 + below(20) }, () => below(log.samples));
  const classes = [1 + below(2)];
  const label = packLabel({ ...blank, state: 'labelled', classes });
  const values = new Map(samples.map((sample) => [sample, label]));
  for (const sample of samples.slice(0, below(8))) {
    for (let i = below(30); i > 0; i--) {
      const mark = packMark({ class: classes[0], suggested: false, confidence: null, shape: shapes[log.kind]() });
      // The first two are the version's own; some go.
      values.set(markSubject(sample, 1 + below(most)), below(4) === 0 ? null : mark);
    }
  }
  const entry =
    what < 0.7
      ? addEdit(store, log, stamp, values)
      : what < 0.9
        ? undo(store, log, stamp, below(2) === 0 ? {} : { sample: samples[0] })
        : redo(store, log, stamp, below(2) === 0 ? {} : { sample: samples[0] });
  if (entry) say(`${JSON.stringify(entry)}\n`);
}

/** Written before the next act begins, however full the pipe is: process.stdout would only queue it, and this loop lets no queue run. */
function say(line) {
  const bytes = Buffer.from(line);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
