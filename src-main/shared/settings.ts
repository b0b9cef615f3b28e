import * as v from 'valibot';

/** Preferences of this person on this machine: `<user data>/preferences.json`, not part of a workspace. */
export const preferencesSchema = v.object({
  theme: v.optional(v.picklist(['system', 'light', 'dark']), 'system'),
  locale: v.optional(v.picklist(['system', 'en', 'zh-CN']), 'system'),
  recentWorkspaces: v.optional(v.array(v.string()), []),
  /** Pane widths and such, by name; the window's own business. */
  layout: v.optional(v.record(v.string(), v.union([v.number(), v.boolean(), v.string()])), {}),
});
export type Preferences = v.InferOutput<typeof preferencesSchema>;
