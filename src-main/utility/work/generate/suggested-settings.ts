import type { SuggestedSettings } from '../../../shared/generation.ts';
import type { Json } from './folder-files.ts';

const number = (value: unknown, min: number, max: number): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max ? value : undefined;
const whole = (value: unknown, min: number, max: number): number | undefined =>
  Number.isInteger(value) ? number(value, min, max) : undefined;

/**
 * What a generation_config.json says of how a model is to be sampled, in this studio's terms; null where it says nothing of that. What cannot be is
 * left out: it is an offer, and a file with a slip is no broken model.
 */
export function suggestedSettings(generation: Json): SuggestedSettings | null {
  const { do_sample: draws, num_beams: width } = generation;
  // Where nothing is drawn the rest of them mean nothing.
  const drawn: SuggestedSettings =
    draws === false
      ? { temperature: 0 }
      : {
          temperature: number(generation.temperature, 0, 100) ?? (draws === true ? 1 : undefined),
          topK: whole(generation.top_k, 0, 1_000_000),
          topP: generation.top_p === 0 ? undefined : number(generation.top_p, 0, 1),
          minP: number(generation.min_p, 0, 1),
        };
  const penalty = generation.repetition_penalty === 0 ? undefined : number(generation.repetition_penalty, 0, 100);
  const beams = draws === true ? undefined : whole(width, 2, 64);
  const said = Object.entries({ ...drawn, repetitionPenalty: penalty, beams }).filter(
    ([, value]) => value !== undefined,
  );
  return said.length > 0 ? (Object.fromEntries(said) as SuggestedSettings) : null;
}
