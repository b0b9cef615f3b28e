import type { ColumnRole, ColumnType } from './dataset.ts';
import type { StepSettings } from './recipe.ts';

/** What personal data can be told by its form and, where it has one, its checksum. Where two overlap the earlier one counts. */
export const formKinds = ['email', 'iban', 'cn-id', 'ssn', 'national-id', 'card', 'ip', 'phone'] as const;
/** Besides: names of people, told by English words and sentences. They are guessed, not checked: so they are concealed only where that is asked for. */
export const personalKinds = [...formKinds, 'name'] as const;
export type PersonalKind = (typeof personalKinds)[number];

/** Which columns of a version hold personal data. */
export interface PrivacyReport {
  samples: number;
  /** Rows that were looked at, spread over all. */
  looked: number;
  /** Those with a finding, in the table's order. */
  columns: PersonalColumn[];
}

export interface PersonalColumn {
  column: string;
  type: ColumnType;
  role: ColumnRole;
  /** Cells that were looked at and are not missing; a finding's `looked`, where fewer were looked at for it. */
  present: number;
  found: { kind: PersonalKind; rows: number; examples: string[]; looked?: number }[];
}

/** How well single rows hide among others that are alike in some columns (Samarati and Sweeney's k-anonymity, 1998). */
export interface AnonymityReport {
  columns: string[];
  /** What a group should have at least. */
  wanted: number;
  samples: number;
  /** Rows in the smallest group: the k of the table. 0 where it has no rows. */
  k: number;
  groups: number;
  /** Rows in groups smaller than `wanted`. */
  exposed: number;
  /** The smallest groups; a missing value is a value. */
  worst: { values: (string | null)[]; rows: number }[];
  /** Steps of a recipe that together expose as few rows as coarser values can, one of a column; with what each would give alone. */
  remedies: Remedy[];
  /** What all of them give; null where there are none. */
  together: Pick<Remedy, 'k' | 'exposed'> | null;
}

export interface Remedy {
  column: string;
  kind: string;
  settings: StepSettings;
  k: number;
  exposed: number;
}

export const mostQuasiIdentifiers = 20;
