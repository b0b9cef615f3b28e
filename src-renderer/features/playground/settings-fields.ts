import type { GenerationSettings } from '../../../src-main/shared/generation.ts';
import { m } from '../../words/messages.ts';

type NumberKey = {
  [K in keyof GenerationSettings]-?: GenerationSettings[K] extends number | undefined ? K : never;
}[keyof GenerationSettings];

export interface NumberSettingField {
  key: NumberKey;
  label: () => string;
  help?: () => string;
  min: number;
  max: number;
  whole: boolean;
  /** `min` itself is out. */
  open?: boolean;
  /** What holds where the setting is not there. */
  absent?: number;
}

export const plainSettings: readonly NumberSettingField[] = [
  { key: 'maxTokens', label: m.gen_max_tokens, min: 1, max: 100_000, whole: true },
  { key: 'temperature', label: m.gen_temperature, help: m.gen_temperature_help, min: 0, max: 100, whole: false },
  { key: 'n', label: m.gen_n, min: 1, max: 64, whole: true },
  { key: 'seed', label: m.gen_seed, help: m.gen_seed_help, min: 0, max: 2 ** 32 - 1, whole: true },
];

export const advancedSettings: readonly NumberSettingField[] = [
  { key: 'topP', label: m.gen_top_p, help: m.gen_top_p_help, min: 0, max: 1, whole: false, open: true },
  { key: 'topK', label: m.gen_top_k, help: m.gen_top_k_help, min: 0, max: 1_000_000, whole: true },
  { key: 'minP', label: m.gen_min_p, help: m.gen_min_p_help, min: 0, max: 1, whole: false },
  {
    key: 'repetitionPenalty',
    label: m.gen_repetition,
    help: m.gen_repetition_help,
    min: 0,
    max: 100,
    whole: false,
    open: true,
  },
  { key: 'presencePenalty', label: m.gen_presence, min: -100, max: 100, whole: false },
  { key: 'frequencyPenalty', label: m.gen_frequency, min: -100, max: 100, whole: false },
  { key: 'beams', label: m.gen_beams, help: m.gen_beams_help, min: 1, max: 64, whole: true },
  { key: 'noRepeat', label: m.gen_no_repeat, help: m.gen_no_repeat_help, min: 0, max: 1000, whole: true, absent: 0 },
  {
    key: 'minTokens',
    label: m.gen_min_tokens,
    help: m.gen_min_tokens_help,
    min: 0,
    max: 100_000,
    whole: true,
    absent: 0,
  },
  { key: 'logprobs', label: m.gen_logprobs, help: m.gen_logprobs_help, min: 0, max: 100, whole: true },
];

/** Those that matter to a search alone. */
export const searchSettings: readonly NumberSettingField[] = [
  {
    key: 'lengthPenalty',
    label: m.gen_length_penalty,
    help: m.gen_length_penalty_help,
    min: -10,
    max: 10,
    whole: false,
    absent: 1,
  },
];

/** Those that OpenAI's interface has no word for. */
export const unknownElsewhere: ReadonlySet<NumberKey> = new Set([
  ...(['topK', 'minP', 'repetitionPenalty', 'beams', 'noRepeat', 'minTokens'] as const),
]);

/** Those that matter to a model that fills in masks. */
export const fillSettings: readonly NumberSettingField[] = [...plainSettings, ...advancedSettings].filter(
  ({ key }) => key === 'n' || key === 'logprobs',
);

/** Null where it is none of the field's. */
export function parseSetting({ min, max, whole, open }: NumberSettingField, typed: string): number | null {
  const value = Number(typed);
  const fits = typed.trim() !== '' && Number.isFinite(value) && value <= max && (open ? value > min : value >= min);
  return fits && (!whole || Number.isInteger(value)) ? value : null;
}
