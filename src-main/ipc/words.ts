import { app } from 'electron';
import { m } from '../shared/messages/messages.js';
import type { Preferences } from '../shared/settings.ts';

export type Locale = 'en' | 'zh-CN';
type Messages = typeof m;
type Bound = { [K in keyof Messages as K extends `menu_${string}` | `dialog_${string}` ? K : never]: () => string };

/** The language the person chose, or the best of the system's. */
export function localeOf(preferences: Preferences): Locale {
  if (preferences.locale !== 'system') return preferences.locale;
  return app
    .getPreferredSystemLanguages()
    .find((tag) => /^(en|zh)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh-CN'
    : 'en';
}

/** The menu's and the system dialogs' words in that language. */
export function words(preferences: Preferences): Bound {
  const locale = localeOf(preferences);
  return new Proxy({} as Bound, {
    get: (_target, name) => () =>
      (m[name as keyof Messages] as (i: object, o: { locale: Locale }) => string)({}, { locale }),
  });
}
