import * as v from 'valibot';

const guess = v.object({ text: v.string(), probability: v.number() });

/** What a language model made of the same text after an epoch. */
export const epochTextSchema = v.variant('kind', [
  /** How it goes on: at temperature 0 with the likeliest token each time, else by chance. */
  v.object({
    kind: v.literal('continuation'),
    prompt: v.string(),
    texts: v.array(v.object({ temperature: v.number(), text: v.string() })),
  }),
  /** What it takes for likeliest where a token is hidden, likeliest first; and what stood there. */
  v.object({
    kind: v.literal('guesses'),
    texts: v.array(v.object({ before: v.string(), token: v.string(), after: v.string(), guesses: v.array(guess) })),
  }),
]);
export type EpochText = v.InferOutput<typeof epochTextSchema>;

/** Null where a value is none. */
export function epochTextOf(value: unknown): EpochText | null {
  const parsed = v.safeParse(epochTextSchema, value);
  return parsed.success ? parsed.output : null;
}
