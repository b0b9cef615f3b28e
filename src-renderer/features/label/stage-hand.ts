import type { Action } from '../../state/actions.svelte.ts';

/** What the stage of a marked kind does with what is said outside of it. */
export interface StageHand {
  /** Its actions come before the place's: who has a key, or an id, in both means these. */
  actions: readonly Action[];
  /** A class was named: of what is selected, or of what comes next. */
  name(id: number): void;
}

/** Something that a stage can do, with the key it has from the first. */
export interface StageAct {
  id: string;
  word: () => string;
  key: string;
}
