import * as v from 'valibot';

/** What a model that tells a class or a number said of the same samples after an epoch. */
export const epochPredictionsSchema = v.object({
  split: v.picklist(['train', 'validation']),
  samples: v.array(
    v.object({
      /** Its number in the version. */
      sample: v.number(),
      /** Class names, or values in the target's own unit. */
      actual: v.union([v.string(), v.number()]),
      predicted: v.union([v.string(), v.number()]),
      /** Of the predicted class; null of a number. */
      probability: v.nullable(v.number()),
    }),
  ),
});
export type EpochPredictions = v.InferOutput<typeof epochPredictionsSchema>;

/** Null where a value is none. */
export function epochPredictionsOf(value: unknown): EpochPredictions | null {
  const parsed = v.safeParse(epochPredictionsSchema, value);
  return parsed.success ? parsed.output : null;
}
