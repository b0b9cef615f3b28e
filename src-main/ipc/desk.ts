import type { BrowserWindow } from 'electron';
import type { Studio } from '../jobs/studio.ts';
import type { Preferences } from '../shared/settings.ts';

/** What the handlers act on. The workspace can be exchanged while the app runs, so it is asked for at each call. */
export interface Desk {
  /** Throws `no_workspace` while none is open. */
  readonly studio: Studio;
  readonly window: BrowserWindow | null;
  readonly preferences: {
    readonly value: Preferences;
    update(change: Partial<Preferences>): Preferences;
    saved(): Promise<void>;
  };
  readonly version: string;
  /** "Electron 45.4.1", or "Electron 33.2.1 (fallback)". */
  readonly runtime: string;
  /** `<resources>/samples`. */
  readonly samples: string;
  /** The file that lists what Atelier is made of besides its own code. */
  readonly thirdParty: string;
  /** Closes the present workspace (asking first where jobs run) and opens this one; the page loads anew. */
  openWorkspace(folder: string): Promise<void>;
  /** Theme or language changed: the menu and the frame follow. */
  applyPreferences(): void;
}
