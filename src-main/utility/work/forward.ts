import { architectureOf, buildForward, type InputSpec, tableInput } from '../../architectures/index.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import type { LossSpec } from '../../autodiff/types.ts';
import { categoryWidth, classesOf, type Encoder, type TableEncoder } from '../../datasets/encode/encoder.ts';
import type { TrainSettings } from '../../shared/run.ts';

/** The run's graph, with its initial weights: a function of the settings and of what the encoder says about the data. */
export function forwardModel(settings: TrainSettings, encoder: Encoder): ForwardModel {
  const input: InputSpec =
    encoder.kind === 'images' ? { kind: 'image', ...encoder.image } : inputOfTable(settings, encoder);
  const classes = classesOf(encoder);
  return buildForward(settings.architecture, settings.architectureSettings, {
    input,
    output: classes.length > 0 ? { kind: 'classes', count: classes.length } : { kind: 'value' },
    seed: settings.seed,
  });
}

const inputOfTable = ({ architecture }: TrainSettings, { numbers, categories }: TableEncoder): InputSpec =>
  tableInput(architectureOf(architecture), {
    numbers: numbers.map(({ indicator }) => indicator),
    categories: categories.map((each) => (each.indexed ? each.values.length + 1 : categoryWidth(each))),
  });

export const lossOf = (encoder: Encoder): LossSpec =>
  classesOf(encoder).length > 0 ? { kind: 'cross-entropy' } : { kind: 'mean-squared-error' };
