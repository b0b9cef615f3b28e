import type { LossSpec, OptimizerSpec, UpdateOptions } from '../autodiff/types.ts';
import { AtelierError } from '../shared/errors.ts';

/** How a setting is typed: `labelSmoothing=0.1`, `classWeights=1,2,0.5`, `nesterov=true`, `player=generator`. */
type Kind = 'number' | 'numbers' | 'flag' | 'word' | 'words';
type Settings = Readonly<Record<string, Kind>>;

const classes: Settings = { classAxis: 'number', ignoreIndex: 'number' };
const losses: Readonly<Record<LossSpec['kind'], Settings>> = {
  'binary-cross-entropy': { positiveWeight: 'numbers' },
  contrastive: { temperature: 'number', outputs: 'words' },
  'cosine-embedding': { margin: 'number', outputs: 'words' },
  'cross-entropy': { classWeights: 'numbers', labelSmoothing: 'number', mixed: 'flag', ...classes },
  ctc: { blank: 'number', zeroInfinity: 'flag' },
  focal: { gamma: 'number', alpha: 'numbers', ...classes },
  gan: { player: 'word', form: 'word' },
  hinge: { margin: 'number', squared: 'flag' },
  huber: { delta: 'number' },
  'kl-divergence': {},
  'mean-absolute-error': {},
  'mean-squared-error': {},
  'multi-class-hinge': { margin: 'number', squared: 'flag' },
  output: { reduction: 'word' },
  triplet: { margin: 'number', norm: 'number', swap: 'flag', outputs: 'words' },
};
const shorthands: Readonly<Record<string, LossSpec['kind']>> = {
  bce: 'binary-cross-entropy',
  ce: 'cross-entropy',
  kl: 'kl-divergence',
  mae: 'mean-absolute-error',
  mse: 'mean-squared-error',
};

const penalties: Settings = { weightDecay: 'number', decoupled: 'flag', l1: 'number' };
const moments: Settings = { beta1: 'number', beta2: 'number', epsilon: 'number', ...penalties };
const optimizers: Readonly<Record<OptimizerSpec['kind'], Settings>> = {
  adagrad: { epsilon: 'number', initial: 'number', ...penalties },
  adam: { amsgrad: 'flag', ...moments },
  adamax: moments,
  adamw: { amsgrad: 'flag', ...moments },
  lamb: moments,
  lion: { beta1: 'number', beta2: 'number', ...penalties },
  momentum: { momentum: 'number', nesterov: 'flag', ...penalties },
  nadam: { momentumDecay: 'number', ...moments },
  nesterov: { momentum: 'number', ...penalties },
  rmsprop: { alpha: 'number', epsilon: 'number', momentum: 'number', centered: 'flag', ...penalties },
  sgd: penalties,
};

const update: Settings = {
  clipValue: 'number',
  clipNorm: 'number',
  accumulate: 'number',
  spareVectors: 'flag',
  average: 'number',
};

export const lossNames = [...Object.keys(losses), ...Object.keys(shorthands)];
export const optimizerNames = Object.keys(optimizers);

export interface CompileSettings {
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  readonly update: UpdateOptions;
}

/** `given`: `loss.labelSmoothing` → `0.1`, and the like. Errors: bad_arguments. */
export function compileSettings(
  lossName: string,
  optimizerName: string,
  given: Readonly<Record<string, string>>,
): CompileSettings {
  const loss = shorthands[lossName] ?? (lossName as LossSpec['kind']);
  const optimizer = optimizerName as OptimizerSpec['kind'];
  const of = (part: string, settings: Settings) => read(part, settings, given);
  const wrong = Object.keys(given).find((key) => !/^(loss|optimizer|update)\./.test(key));
  if (wrong !== undefined) {
    throw new AtelierError('bad_arguments', `--set ${wrong}: settings begin with loss., optimizer. or update.`);
  }
  const { average, ...others } = of('update', update);
  return {
    loss: { kind: loss, ...of('loss', losses[loss]) } as LossSpec,
    optimizer: { kind: optimizer, ...of('optimizer', optimizers[optimizer]) } as OptimizerSpec,
    update: { ...others, ...(average === undefined ? {} : { average: { decay: average as number } }) },
  };
}

function read(part: string, settings: Settings, given: Readonly<Record<string, string>>): Record<string, unknown> {
  const entries = Object.entries(given).filter(([key]) => key.startsWith(`${part}.`));
  return Object.fromEntries(
    entries.map(([key, text]) => {
      const name = key.slice(part.length + 1);
      const kind = settings[name];
      if (!kind) {
        const known = Object.keys(settings).map((each) => `${part}.${each}`);
        throw new AtelierError(
          'bad_arguments',
          `--set ${key}: no such setting. There is ${known.join(', ') || 'none'}.`,
        );
      }
      return [name, valueOf(key, kind, text)];
    }),
  );
}

function valueOf(key: string, kind: Kind, text: string): unknown {
  const number = (part: string): number => {
    const value = Number(part);
    if (part.trim() === '' || Number.isNaN(value)) {
      throw new AtelierError('bad_arguments', `--set ${key}=${text}: "${part}" is not a number.`);
    }
    return value;
  };
  switch (kind) {
    case 'number':
      return number(text);
    case 'numbers':
      return text.includes(',')
        ? text.split(',').map(number)
        : key.endsWith('classWeights')
          ? [number(text)]
          : number(text);
    case 'flag':
      if (text === 'true' || text === 'false') return text === 'true';
      throw new AtelierError('bad_arguments', `--set ${key}=${text}: true or false.`);
    case 'word':
      return text;
    case 'words':
      return text.split(',').map((word) => word.trim());
  }
}
