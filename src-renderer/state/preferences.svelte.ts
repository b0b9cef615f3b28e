import type { Preferences } from '../../src-main/shared/settings.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { locale } from '../words/locale.svelte.ts';
import type { LocaleChoice } from '../words/locale.svelte.ts';

export type ThemeChoice = Preferences['theme'];
type LayoutValue = number | boolean | string;

/** This person's choices. They hold at once here; the main process writes them down a moment later. */
export class PreferencesState {
  #studio: Studio;
  #theme = $state<ThemeChoice>('system');
  #systemDark = $state(false);
  #layout = $state<Record<string, LayoutValue>>({});
  #recent = $state.raw<string[]>([]);
  #atOnce = $state<Preferences['trainingsAtOnce']>('auto');
  #notify = $state<Preferences['notifyTraining']>('queue');
  #unsaved: Partial<Preferences> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get theme(): ThemeChoice {
    return this.#theme;
  }
  get dark(): boolean {
    return this.#theme === 'system' ? this.#systemDark : this.#theme === 'dark';
  }
  get locale(): LocaleChoice {
    return locale.choice;
  }
  get trainingsAtOnce(): Preferences['trainingsAtOnce'] {
    return this.#atOnce;
  }
  get notifyTraining(): Preferences['notifyTraining'] {
    return this.#notify;
  }
  get recentWorkspaces(): readonly string[] {
    return this.#recent;
  }
  set systemDark(value: boolean) {
    this.#systemDark = value;
  }

  async load(): Promise<void> {
    this.take(await this.#studio.call('preferences.get'));
  }

  /** What is not yet written down here is newer than what comes. */
  take(stored: Preferences): void {
    const value = {
      ...stored,
      ...this.#unsaved,
      layout: { ...stored.layout, ...this.#unsaved.layout },
    };
    this.#theme = value.theme;
    locale.choice = value.locale;
    this.#layout = { ...value.layout };
    this.#recent = value.recentWorkspaces;
    this.#atOnce = value.trainingsAtOnce;
    this.#notify = value.notifyTraining;
  }

  setTheme(theme: ThemeChoice): void {
    this.#theme = theme;
    this.#save({ theme }, 0);
  }

  setLocale(choice: LocaleChoice): void {
    locale.choice = choice;
    this.#save({ locale: choice }, 0);
  }

  setTrainingsAtOnce(trainingsAtOnce: Preferences['trainingsAtOnce']): void {
    this.#atOnce = trainingsAtOnce;
    this.#save({ trainingsAtOnce }, 0);
  }

  setNotifyTraining(notifyTraining: Preferences['notifyTraining']): void {
    this.#notify = notifyTraining;
    this.#save({ notifyTraining }, 0);
  }

  /** A pane's width, a table's columns…: what the window itself remembers, by name. */
  layout<T extends LayoutValue>(name: string, otherwise: T): T {
    const value = this.#layout[name];
    return typeof value === typeof otherwise ? (value as T) : otherwise;
  }

  setLayout(name: string, value: LayoutValue): void {
    if (this.#layout[name] === value) return;
    this.#layout[name] = value;
    this.#save({ layout: $state.snapshot(this.#layout) }, 400);
  }

  /** The same, stored before it goes on. */
  async keepLayout(name: string, value: LayoutValue): Promise<void> {
    this.setLayout(name, value);
    await this.flush();
  }

  /** Writes down what is not yet, as when the window goes. What could not be written is sent again with the next change. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    const sent = this.#unsaved;
    this.#unsaved = {};
    if (Object.keys(sent).length === 0) return;
    try {
      await this.#studio.call('preferences.set', sent);
    } catch (error) {
      this.#unsaved = { ...sent, ...this.#unsaved };
      throw error;
    }
  }

  #save(change: Partial<Preferences>, delay: number): void {
    this.#unsaved = { ...this.#unsaved, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush().catch(() => {}), delay);
  }
}

export const preferences = new PreferencesState();
