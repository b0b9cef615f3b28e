import {
  augmentFields,
  type AugmentedData,
  type AugmentKind,
  kindsFor,
} from '../../../src-main/shared/augment/kinds.ts';
import { optimizerNames, scheduleNames } from '../../../src-main/shared/run.ts';
import type { DeviceName, SettingField, SettingValue, TrainSettings } from '../../../src-main/shared/run.ts';
import type { ArchitectureInfo } from '../../../src-main/shared/run.ts';
import { taskFacts } from '../../../src-main/shared/task.ts';
import { readTokenizerRef } from '../../../src-main/shared/text.ts';
import { trainingDefaults } from '../../../src-main/shared/training-defaults.ts';
import { parseNumber } from '../../words/numbers.ts';

export type Problem =
  'required' | 'number' | 'whole' | 'range' | 'list' | 'list_range' | 'list_length' | 'choice' | 'synonyms';

export type Checked = { value: SettingValue; problem?: undefined } | { value?: undefined; problem: Problem };

/** What was typed, as the value it stands for or as what is wrong with it. */
export function checkField(field: SettingField, typed: string | boolean): Checked {
  switch (field.kind) {
    case 'boolean':
      return { value: typed === true || typed === 'true' };
    case 'tokenizer': {
      const value = String(typed);
      return field.choices.includes(value) || readTokenizerRef(value) ? { value } : { problem: 'choice' };
    }
    case 'choice':
      return field.choices.includes(String(typed)) ? { value: String(typed) } : { problem: 'choice' };
    case 'integer':
    case 'number': {
      const text = String(typed).trim();
      if (text === '') return { problem: 'required' };
      const value = parseNumber(text);
      if (value === null) return { problem: 'number' };
      if (field.kind === 'integer' && !Number.isInteger(value)) return { problem: 'whole' };
      return value < field.min || value > field.max ? { problem: 'range' } : { value };
    }
    case 'integers': {
      const parts = String(typed)
        .split(/[,，\s]+/)
        .filter((part) => part !== '');
      if (parts.length > field.maxLength) return { problem: 'list_length' };
      const numbers = parts.map(parseNumber);
      if (numbers.some((n) => n === null || !Number.isInteger(n))) return { problem: 'list' };
      if (numbers.some((n) => n! < field.min || n! > field.max)) return { problem: 'list_range' };
      return { value: numbers.join(',') };
    }
  }
}

export const smallestRate = 1e-9;

/** The training's own fields, with the defaults that suit the architecture and the amount of data. */
export function trainingFields(
  architecture: ArchitectureInfo,
  trainSamples: number,
  devices: readonly DeviceName[],
): SettingField[] {
  const training = trainingDefaults(architecture, trainSamples);
  const { learns } = architecture;
  // Without a validation result that could get better there is none to wait for.
  const compares = learns === 'target' || taskFacts[learns].compares;
  const schedules = compares ? scheduleNames : scheduleNames.filter((name) => name !== 'plateau');
  return [
    { key: 'epochs', kind: 'integer', default: training.epochs, min: 1, max: 10_000 },
    { key: 'batchSize', kind: 'integer', default: training.batchSize, min: 1, max: 65_536 },
    { key: 'optimizer', kind: 'choice', default: training.optimizer, choices: optimizerNames },
    { key: 'learningRate', kind: 'number', default: training.learningRate, min: smallestRate, max: 100, log: true },
    { key: 'schedule', kind: 'choice', default: 'cosine', choices: schedules },
    { key: 'device', kind: 'choice', default: 'auto', choices: ['auto', ...devices] },
    { key: 'seed', kind: 'integer', default: 1, min: 0, max: 2 ** 32 - 1 },
    { key: 'weightDecay', kind: 'number', default: 0, min: 0, max: 10, advanced: true },
    ...(compares
      ? [{ key: 'patience', kind: 'integer', default: 0, min: 0, max: 10_000, advanced: true } as const]
      : []),
    { key: 'threads', kind: 'integer', default: 0, min: 0, max: 256, advanced: true },
    { key: 'keepBest', kind: 'integer', default: 1, min: 1, max: 100, advanced: true },
    { key: 'keepEvery', kind: 'integer', default: 0, min: 0, max: 10_000, advanced: true },
    { key: 'norms', kind: 'boolean', default: false, advanced: true },
  ];
}

export const trainingKeys = [
  'epochs',
  'batchSize',
  'optimizer',
  'learningRate',
  'schedule',
  'device',
  'seed',
  'weightDecay',
  'patience',
  'threads',
  'keepBest',
  'keepEvery',
  'norms',
] as const satisfies readonly (keyof TrainSettings)[];

/** As a setting's key, beside all others. */
export const augmentKey = (kind: string): string => `augment.${kind}`;
export const augmentKindOf = (key: string): AugmentKind => key.slice(augmentKey('').length) as AugmentKind;

export const augmentFieldsOf = (data: AugmentedData | null): SettingField[] =>
  kindsFor(data).map((kind) => ({
    key: augmentKey(kind),
    kind: 'number',
    default: 0,
    min: 0,
    max: augmentFields[kind].max,
  }));

const providers: Record<DeviceName, RegExp> = {
  cpu: /cpu/i,
  webgpu: /web-?gpu/i,
  cuda: /cuda/i,
  dml: /dml|directml/i,
  coreml: /core-?ml/i,
};

/** The devices that the report's execution providers stand for; the processor always is one. */
export function devicesOf(names: readonly string[]): DeviceName[] {
  const all = Object.keys(providers) as DeviceName[];
  return all.filter((device) => device === 'cpu' || names.some((name) => providers[device].test(name)));
}
