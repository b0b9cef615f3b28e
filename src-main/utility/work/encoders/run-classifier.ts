import { inputColumns, type TextInputEncoder } from '../../../datasets/encode/encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import type { ReadModel } from '../generate/folder-files.ts';
import type { Parts, RunOfTexts } from '../generate/parts.ts';
import { RunModel } from '../run-model.ts';
import { rawWorkOf } from '../tasks/index.ts';
import { highest } from './classifier.ts';
import type { Teller } from './teller.ts';

/** Null where a run cannot say of one text which class it is of. */
export function textClassifier(encoder: TextInputEncoder): 'classes' | 'labels' | null {
  const task = encoder.target?.task;
  if (inputColumns(encoder).length !== 1) return null;
  return task === 'classification' ? 'classes' : task === 'multi-label' ? 'labels' : null;
}

/** A run that learnt classes of texts: it reads a text as it did in training, up to so many tokens and no further. */
export async function openRunClassifier(
  parts: Parts,
  run: RunOfTexts,
  threads: number,
  read: (model: ReadModel) => void = () => {},
): Promise<Teller> {
  read(parts.model());
  const model = await RunModel.open(run, threads);
  const { encoder } = model;
  if (encoder.kind !== 'text') throw new AtelierError('internal', 'A classifier of texts without texts.');
  const kind = textClassifier(encoder) ?? 'classes';
  const tokenizer = openTokenizer(parts.file);
  return {
    close: () => model.close(),
    async tell(text, pause) {
      const raw = { kind: 'table' as const, columns: inputColumns(encoder), rows: [[text]] };
      const answers = await model.answer(raw);
      await pause();
      const [{ probabilities }] = rawWorkOf(model.task).predictions(encoder, answers, ['']);
      const scores = Object.entries(probabilities!).map(([label, score]) => ({ label, score }));
      const tokens = tokenizer.encode(text, { special: true }).length;
      return { kind, scores: highest(scores), tokens, seen: Math.min(tokens, encoder.length), windows: 1 };
    },
  };
}
