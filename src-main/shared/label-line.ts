import type { LabelState } from './labels.ts';

/** One line of a file of labels; `where` says for people which. */
export interface LabelLine {
  where: string;
  sample: number | null;
  name: string | null;
  labels: string[];
  state: LabelState | null;
  confidence: number | null;
  note: string;
}
