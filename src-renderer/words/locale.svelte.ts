import { overwriteGetLocale } from '../../src-main/shared/messages/runtime.js';

export type LocaleName = 'en' | 'zh-CN';
export type LocaleChoice = 'system' | LocaleName;

/** The first of the system's languages that there is a catalogue for; English where there is none. */
export function resolveLocale(choice: LocaleChoice, system: readonly string[]): LocaleName {
  if (choice !== 'system') return choice;
  for (const tag of system) {
    const language = tag.toLowerCase().split(/[-_]/)[0];
    if (language === 'zh') return 'zh-CN';
    if (language === 'en') return 'en';
  }
  return 'en';
}

/**
 * Messages read the locale through here, and the locale is a rune: so every sentence on screen changes with it, at
 * once and in place.
 */
class Locale {
  #choice = $state<LocaleChoice>('system');
  #system = $state<readonly string[]>(typeof navigator === 'undefined' ? [] : navigator.languages);

  get current(): LocaleName {
    return resolveLocale(this.#choice, this.#system);
  }
  get choice(): LocaleChoice {
    return this.#choice;
  }
  set choice(value: LocaleChoice) {
    this.#choice = value;
  }
  set system(tags: readonly string[]) {
    if (tags.length > 0) this.#system = tags;
  }
}

export const locale = new Locale();
overwriteGetLocale(() => locale.current);
