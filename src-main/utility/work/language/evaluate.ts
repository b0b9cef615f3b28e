import { noTarget } from '../../../datasets/encode/texts/blocks.ts';
import type { EncodedSplit } from '../../../datasets/training-data.ts';
import type { LanguageModel } from './model.ts';

/** What an exported language model's answers come to, block by block: means over the targets. */
export async function evaluateLanguage(
  model: LanguageModel,
  { count, x, y }: EncodedSplit,
  pause: () => Promise<void>,
): Promise<{ loss: number; accuracy: number; weight: number }> {
  const { length } = model.encoder;
  let [loss, right, weight] = [0, 0, 0];
  for (let block = 0; block < count; block++) {
    const logits = await model.logits(Int32Array.from(x.subarray(block * length, (block + 1) * length)));
    const width = logits.length / length;
    for (let place = 0; place < length; place++) {
      const target = y[block * length + place];
      if (target === noTarget) continue;
      const row = logits.subarray(place * width, (place + 1) * width);
      const best = row.reduce((most, logit) => Math.max(most, logit), -Infinity);
      loss += best + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - best), 0)) - row[target];
      // Of equal ones the first, as ArgMax says.
      if (row.indexOf(best) === target) right++;
      weight++;
    }
    await pause();
  }
  return { loss: loss / weight, accuracy: right / weight, weight };
}
