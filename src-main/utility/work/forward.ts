import {
  architectureOf,
  buildForward,
  buildPlayers,
  type InputSpec,
  outputOf,
  parameterCount,
  type Players,
  tableInput,
} from '../../architectures/index.ts';
import type { LossSpec, SampleFact } from '../../autodiff/types.ts';
import {
  categoryWidth,
  classesOf,
  targetTaskOf,
  type Encoder,
  type TableEncoder,
  type TextInputEncoder,
} from '../../datasets/encode/encoder.ts';
import { noTarget } from '../../datasets/encode/texts/blocks.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import { framesOf } from '../../shared/audio.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { TrainSettings } from '../../shared/run.ts';
import { taskOf, type Task } from '../../shared/task.ts';
import { openTokenizer } from '../../tokenizers/open.ts';

/** What a run trains, with its initial weights: a function of the settings and of what the encoder says about the data. */
export interface Net {
  readonly task: Task;
  /** What is trained and evaluated; where two nets play against each other, the discriminator's. */
  readonly forward: ForwardModel;
  readonly loss: LossSpec;
  /** Parameters of `forward` that are trained by another graph. */
  readonly held: readonly string[];
  /** What can be told of each sample. */
  readonly facts: readonly SampleFact[];
  readonly players: Players | null;
  /** Numbers to train. */
  readonly parameterCount: number;
}

/** `classWeights`: one a class, where the run has any (see run-files.ts). */
export function netOf(settings: TrainSettings, encoder: Encoder, classWeights?: readonly number[]): Net {
  const { architecture, architectureSettings, seed } = settings;
  const task = taskOf(architectureOf(architecture), { task: targetTaskOf(encoder) });
  if (task === null) throw new AtelierError('internal', `"${architecture}" learns a target, and the encoder has none.`);
  const options = { input: inputOf(settings, encoder), output: outputOf(task, classesOf(encoder).length), seed };
  const players = buildPlayers(architecture, architectureSettings, options);
  const forward = players?.discriminator ?? buildForward(architecture, architectureSettings, options);
  const own = parameterCount(forward);
  return {
    task,
    forward,
    loss: lossOf(task, settings, classWeights),
    held: players?.generator.parameters ?? [],
    facts: task === 'reconstruction' ? ['error', 'code'] : [],
    players,
    parameterCount: players ? own + parameterCount(players.generator) : own,
  };
}

function inputOf(settings: TrainSettings, encoder: Encoder): InputSpec {
  switch (encoder.kind) {
    case 'images':
      return { kind: 'image', ...encoder.image };
    case 'audio':
      return { kind: 'audio', frames: framesOf(encoder.spectrogram), mels: encoder.spectrogram.mels };
    case 'table':
      return inputOfTable(settings, encoder);
    case 'text':
      return inputOfText(encoder);
  }
}

function inputOfText({ length, tokenizer }: TextInputEncoder): InputSpec {
  if (!tokenizer) throw new AtelierError('internal', 'Texts without a tokenizer.');
  const { vocabulary, special } = openTokenizer(tokenizer);
  return { kind: 'text', length, vocabulary, pad: special.pad };
}

const inputOfTable = ({ architecture }: TrainSettings, { numbers, categories }: TableEncoder): InputSpec =>
  tableInput(architectureOf(architecture), {
    numbers: numbers.map(({ indicator }) => indicator),
    categories: categories.map((each) => (each.indexed ? each.values.length + 1 : categoryWidth(each))),
  });

function lossOf(task: Task, settings: TrainSettings, classWeights?: readonly number[]): LossSpec {
  const { architectureSettings, loss, labelSmoothing, focalGamma, huberDelta } = settings;
  switch (task) {
    case 'classification':
      return loss === 'focal'
        ? { kind: 'focal', gamma: focalGamma, alpha: classWeights }
        : { kind: 'cross-entropy', labelSmoothing, classWeights };
    case 'multi-label':
      return { kind: 'binary-cross-entropy', positiveWeight: classWeights };
    case 'language':
      return { kind: 'cross-entropy', ignoreIndex: noTarget };
    case 'regression':
      if (loss === 'huber') return { kind: 'huber', delta: huberDelta };
      return { kind: loss === 'mae' ? 'mean-absolute-error' : 'mean-squared-error' };
    case 'reconstruction':
      return { kind: architectureSettings.loss === 'bce' ? 'binary-cross-entropy' : 'mean-squared-error' };
    case 'generation':
      return ganLoss('discriminator', architectureSettings.loss);
  }
}

/** The loss of one of two nets that play against each other. */
export const ganLoss = (player: 'generator' | 'discriminator', form: unknown): LossSpec => ({
  kind: 'gan',
  player,
  form: form === 'hinge' ? 'hinge' : 'non-saturating',
});
