import * as v from 'valibot';

/** The file in a run's `texts` folder that holds what its model wrote after this epoch, and the epoch of such a file. */
export const textFile = (epoch: number): string => `${String(epoch).padStart(6, '0')}.json`;
export function textEpoch(file: string): number | null {
  const found = /^(\d{6,})\.json$/.exec(file);
  return found ? Number(found[1]) : null;
}

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

/** What such a file says; null where it is none. */
export function readEpochText(text: string): EpochText | null {
  try {
    const parsed = v.safeParse(epochTextSchema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
