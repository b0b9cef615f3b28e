import { noRules, type ModelRules } from '../../../generation/rules.ts';
import type { OwnSettings } from '../../../shared/prompt/own-settings.ts';
import { whole, type Json } from './folder-files.ts';

/** Rules hold whatever is asked. Both files are looked at: what is banned in either was banned when it was published. `noRules` where there are none. */
export function rulesOf(config: Json, generation: Json | null): ModelRules {
  const said = (name: string): unknown => generation?.[name] ?? config[name];
  const words = (Array.isArray(said('bad_words_ids')) ? (said('bad_words_ids') as unknown[]) : []).map(tokensOf);
  const rules = {
    never: [...words.filter(({ length }) => length === 1).flat(), ...tokensOf(said('suppress_tokens'))],
    phrases: words.filter(({ length }) => length > 1),
    notFirst: tokensOf(said('begin_suppress_tokens')),
    // Several may end a text; the first of them is what it is made to end with.
    last: tokensOf(said('forced_eos_token_id'))[0] ?? null,
    renormalized: said('renormalize_logits') === true,
  };
  return JSON.stringify(rules) === JSON.stringify(noRules) ? noRules : rules;
}

const tokensOf = (value: unknown): number[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((id) => whole(id) ?? []);

/** What it may ask for and is not followed, with what stands for nothing. */
const unknown: Readonly<Record<string, readonly unknown[]>> = {
  num_beam_groups: [1],
  diversity_penalty: [0],
  penalty_alpha: [0],
  encoder_no_repeat_ngram_size: [0],
  encoder_repetition_penalty: [1],
  typical_p: [1],
  epsilon_cutoff: [0],
  eta_cutoff: [0],
  top_h: [],
  guidance_scale: [1],
  exponential_decay_length_penalty: [],
  sequence_bias: [],
  constraints: [],
  force_words_ids: [],
};

/**
 * What a model is to be asked with. Lengths count the tokens that it is fed first, and those after them that it has to begin with.
 * @param start those
 */
export function ownSettings(said: Json, start: readonly number[]): OwnSettings | null {
  const number = (name: string): number | undefined => {
    const value = said[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  const count = (name: string): number | undefined => whole(said[name]) ?? undefined;
  const tokens = (fresh: string, all: string): number | undefined => {
    const [own, whole] = [count(fresh), count(all)];
    const most = own !== undefined ? own - (start.length - 1) : whole !== undefined ? whole - start.length : undefined;
    return most === undefined ? undefined : Math.max(0, most);
  };
  const beams = Math.min(64, count('num_beams') ?? 1);
  const draws = said.do_sample === true && beams === 1;
  const early = said.early_stopping;
  const all: OwnSettings['settings'] = {
    maxTokens: tokens('max_new_tokens', 'max_length') || undefined,
    minTokens: tokens('min_new_tokens', 'min_length') || undefined,
    temperature: draws ? (number('temperature') ?? 1) : 0,
    ...(draws && {
      topK: count('top_k') ?? 50,
      topP: inside(number('top_p')) ?? 1,
      minP: inside(number('min_p')) ?? 0,
    }),
    repetitionPenalty: positive(number('repetition_penalty')),
    beams: Math.max(1, beams),
    noRepeat: count('no_repeat_ngram_size') || undefined,
    ...(beams > 1 && {
      lengthPenalty: number('length_penalty'),
      earlyStopping: early === true || early === 'never' ? early : undefined,
    }),
  };
  const settings = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const leftOut = Object.entries(unknown).flatMap(([name, nothing]) => {
    const value = said[name] ?? null;
    return value === null || nothing.includes(value) ? [] : [name];
  });
  const names = ['num_beams', 'do_sample', 'max_length', 'max_new_tokens', 'min_length', 'min_new_tokens'];
  const says = [...names, 'no_repeat_ngram_size', 'repetition_penalty'].some((name) => (said[name] ?? null) !== null);
  return says || leftOut.length > 0 ? { settings, leftOut } : null;
}

/**
 * How a model that goes on with texts is sampled by its makers; null where they say nothing of that. What cannot be is left out: it is an offer, and
 * a file with a slip is no broken model.
 */
export function samplingSettings(said: Json): OwnSettings | null {
  const { do_sample: draws } = said;
  const number = (value: unknown, min: number, max: number): number | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max ? value : undefined;
  const count = (value: unknown, min: number, max: number): number | undefined =>
    Number.isInteger(value) ? number(value, min, max) : undefined;
  // Where nothing is drawn the rest of them mean nothing.
  const drawn: OwnSettings['settings'] =
    draws === false
      ? { temperature: 0 }
      : {
          temperature: number(said.temperature, 0, 100) ?? (draws === true ? 1 : undefined),
          topK: count(said.top_k, 0, 1_000_000),
          topP: inside(number(said.top_p, 0, 1)),
          minP: number(said.min_p, 0, 1),
        };
  const all: OwnSettings['settings'] = {
    ...drawn,
    repetitionPenalty: positive(number(said.repetition_penalty, 0, 100)),
    beams: draws === true ? undefined : count(said.num_beams, 2, 64),
  };
  const settings = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return Object.keys(settings).length > 0 ? { settings, leftOut: [] } : null;
}

const inside = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 && value <= 1 ? value : undefined;
const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 && value <= 100 ? value : undefined;
