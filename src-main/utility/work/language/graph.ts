import { architectureOf, bertEncoder, gptDecoder } from '../../../architectures/index.ts';
import { compileWhole } from '../../../autodiff/compile.ts';
import type { TextInputEncoder } from '../../../datasets/encode/encoder.ts';
import type { Model, Tensor } from '../../../onnx/types.ts';
import type { TrainSettings } from '../../../shared/run.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';

/** A language model for using: one that writes takes a cache, one that guesses texts of any length. */
export function languageGraph(
  settings: TrainSettings,
  { tokenizer: file, length }: TextInputEncoder,
  values: ReadonlyMap<string, Tensor>,
): Model {
  const { vocabulary, special } = openTokenizer(file!);
  const { architecture, architectureSettings, seed } = settings;
  const input = { kind: 'text', length, vocabulary, pad: special.pad } as const;
  const options = { input, output: { kind: 'tokens' }, seed, blank: true } as const;
  const build = architectureOf(architecture).language === 'masked' ? bertEncoder : gptDecoder;
  return compileWhole(build(architectureSettings, options), values);
}
