import * as v from 'valibot';

/** Preferences of this person on this machine: `<user data>/preferences.json`, not part of a workspace. */
export const preferencesSchema = v.object({
  theme: v.optional(v.picklist(['system', 'light', 'dark']), 'system'),
  locale: v.optional(v.picklist(['system', 'en', 'zh-CN']), 'system'),
  /** Trainings side by side: as the machine has room for, or so many. */
  trainingsAtOnce: v.optional(
    v.union([v.literal('auto'), v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16))]),
    'auto',
  ),
  /** A word from the system, while the window is not in front: of each training that ends, of the last that waits, or none. */
  notifyTraining: v.optional(v.picklist(['each', 'queue', 'never']), 'queue'),
  recentWorkspaces: v.optional(v.array(v.string()), []),
  /** Pane widths and such, by name; the window's own business. */
  layout: v.optional(v.record(v.string(), v.union([v.number(), v.boolean(), v.string()])), {}),
});
export type Preferences = v.InferOutput<typeof preferencesSchema>;
