import type { LabellingKind } from './labels.ts';
import type { MarkedKind, MarkShape } from './marks.ts';

/** How far two passes of labelling agree. Classes are places in `classes`, which holds those of both. */

/** Things that cover one another by at least this share (intersection over union) are taken for the same thing. */
export const usualOverlap = 0.5;

/** What was marked in a sample by one pass. `number`: see `Mark`. */
export interface AnswerMark {
  number: number;
  class: number;
  shape: MarkShape;
}

/** What is compared: samples that both passes have labelled or reviewed. */
export type AgreementQuestion = { classes: string[] } & (
  | {
      kind: Exclude<LabellingKind, MarkedKind>;
      samples: Int32Array;
      /** Sets of classes that occur; `first` and `second` are places in this list. */
      sets: number[][];
      first: Int32Array;
      second: Int32Array;
      /** 1: the disagreement is settled. */
      settled: Uint8Array;
    }
  | { kind: MarkedKind; samples: ComparedMarks[]; overlap: number }
);

export interface ComparedMarks {
  sample: number;
  first: AnswerMark[];
  second: AnswerMark[];
  settled: boolean;
  /** An image's, where it is known. */
  size: { width: number; height: number } | null;
}

export interface ClassAgreement {
  class: string;
  /** Samples (of marks: things) that each pass gave this class. */
  first: number;
  second: number;
  /** That both gave it. */
  both: number;
  /** 2 both / (first + second): F1, symmetric; null where neither gave it. */
  f1: number | null;
  /** Of this class against all others; null for marks, and where chance would give all. */
  kappa: number | null;
}

export interface MarkAgreement {
  first: number;
  second: number;
  /** Things that both marked, whatever their class. */
  matched: number;
  /** Mean intersection over union of those; null where there are none. */
  overlap: number | null;
  /** Of things with the same class that cover one another enough; null where nothing was marked. */
  f1: number | null;
  /** Of things with the same class and the very same bounds. */
  exact: number | null;
  /** Of relations of the same class between things that are the same; null where there are none. */
  relations: number | null;
}

export interface Disagreement {
  sample: number;
  /** Names. */
  first: string[];
  second: string[];
  settled: boolean;
  /** Of marks: things that one pass alone has, and things of two classes. */
  marks?: {
    onlyFirst: number;
    onlySecond: number;
    otherClass: number;
    /** Numbers of those things, relations apart. */
    differ: { first: number[]; second: number[] };
  };
}

export interface AgreementReport {
  kind: LabellingKind;
  classes: string[];
  /** Samples that both passes have labelled or reviewed. */
  compared: number;
  /** Those of them of which both say the same. */
  agreed: number;
  /**
   * Cohen's kappa (Educational and Psychological Measurement 20, 1960). Of several classes: the mean over classes; of marks: of the classes of
   * things that both marked. Null where chance would give all, or nothing is compared.
   */
  kappa: number | null;
  /**
   * Ratings: Cohen's weighted kappa (Psychological Bulletin 70, 1968), in which two ratings disagree by how far they are apart, or by its square. Null
   * as above, and for classes without an order.
   */
  weightedKappa: { linear: number; quadratic: number } | null;
  perClass: ClassAgreement[];
  /** First pass by row, second by column; of marks with a last row and column for what the other pass lacks. Null for several classes. */
  confusion: number[][] | null;
  /** Several classes: mean of |A ∩ B| / |A ∪ B|, 1 where both say none. */
  jaccard: number | null;
  marks: MarkAgreement | null;
  disagreements: Disagreement[];
}

/** One pass's answer to one sample, as it is shown beside the other's. */
export interface PassAnswer {
  /** Names. */
  classes: string[];
  note: string;
  /** With the name of its class in place of the id. */
  marks: { number: number; class: string; shape: MarkShape }[];
}

export interface BothAnswers {
  sample: number;
  first: PassAnswer;
  second: PassAnswer;
  settled: boolean;
}

/** Whose answer becomes the label; `new`: neither's, what is said from now on does. */
export const settlements = ['first', 'second', 'new'] as const;
export type Settlement = (typeof settlements)[number];
