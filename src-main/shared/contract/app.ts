import * as v from 'valibot';
import { nothing } from './fields.ts';
import type { JobId } from '../ids.ts';
import type { DevicesReport, ProviderOffer } from '../work/devices.ts';
import { type Preferences, preferencesSchema } from '../settings.ts';
import type { ThirdParty } from '../third-party.ts';

/** Calls about the app itself: its facts, devices, preferences and workspace. */
export const appInputs = {
  'app.info': nothing,
  'app.doctor': nothing,
  /** 'ok', or the first thing wrong with the database. Reads the whole file: about a second a gigabyte. */
  'app.integrity': nothing,
  /** What Atelier is made of besides its own code, with the licences' texts. */
  'app.licences': nothing,
  /** Tests every device of this machine; a job. */
  'devices.test': nothing,
  /** Asks the network, because a person asked: what CUDA's provider is and how large. */
  'devices.offerProvider': nothing,
  /** Downloads and installs it; a job. */
  'devices.getProvider': nothing,
  'preferences.get': nothing,
  'preferences.set': v.partial(preferencesSchema),
  /** Shows the system's folder dialog; null when dismissed. The window reloads on the new workspace. */
  'workspace.choose': nothing,
  'workspace.openRecent': v.object({ index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)) }),
  'workspace.reveal': nothing,
} as const;

export interface AppOutputs {
  'app.info': AppInfo;
  'app.doctor': DoctorReport;
  'app.integrity': string;
  'app.licences': ThirdParty[];
  'devices.test': JobId;
  'devices.offerProvider': ProviderOffer;
  'devices.getProvider': JobId;
  'preferences.get': Preferences;
  'preferences.set': Preferences;
  'workspace.choose': null;
  'workspace.openRecent': null;
  'workspace.reveal': null;
}

export interface AppInfo {
  version: string;
  workspace: { name: string; path: string };
  recentWorkspaces: string[];
  /** The operating system's languages, best first. */
  systemLocales: string[];
  /** "Electron 45.4.1", or "Electron 33.2.1 (fallback)". */
  runtime: string;
}

export interface DoctorReport extends DevicesReport {
  /** Name → version, in showing order. */
  versions: [string, string][];
  runtime: string;
  workspace: string;
}
