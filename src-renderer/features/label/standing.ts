import {
  labelStates,
  resolvedClass,
  type LabelClass,
  type LabellingState,
  type LabelState,
} from '../../../src-main/shared/labels.ts';

/** What holds of a sample. */
export interface Standing {
  sample: number;
  state: LabelState;
  /** With merged classes resolved. */
  classes: number[];
  confidence: number | null;
  noted: boolean;
  /** Something was said of it that is not on disk yet. */
  saving: boolean;
}

export function standingOf(
  state: LabellingState,
  sample: number,
  classes: ReadonlyMap<number, LabelClass>,
  saving: boolean,
): Standing {
  const ids = state.several[sample] ?? (state.first[sample] === 0 ? [] : [state.first[sample]]);
  const confidence = state.confidences[sample];
  return {
    sample,
    state: labelStates[state.states[sample]],
    classes: [...new Set(ids.map((id) => resolvedClass(classes, id)))],
    confidence: Number.isNaN(confidence) ? null : confidence,
    noted: state.noted.includes(sample),
    saving,
  };
}
