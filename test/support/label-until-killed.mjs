// Labels samples at random, undoes and redoes, and says what each act answered, until it is killed. Words: folder, migrations, labelling, seed.
import { addEdit, redo, undo } from '../../src-main/db/label-log.ts';
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
  const label = packLabel({ ...blank, state: 'labelled', classes: [1 + random.below(2)] });
  const entry =
    what < 0.7
      ? addEdit(store, log, stamp, new Map(samples.map((sample) => [sample, label])))
      : what < 0.9
        ? undo(store, log, stamp)
        : redo(store, log, stamp);
  // Written at once: what was said before the kill was answered before it.
  if (entry) process.stdout.write(`${JSON.stringify(entry)}\n`);
}
