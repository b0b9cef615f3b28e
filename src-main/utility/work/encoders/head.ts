import type { Json } from '../generate/folder-files.ts';

/** What a classifier's numbers stand for. */
export interface ClassifierHead {
  /** By index; empty where config.json names none. */
  labels: string[];
  kind: 'classes' | 'labels' | 'value';
}

/**
 * By `id2label` and `problem_type`. Without the latter one number alone is the probability of its label and several are those of exclusive
 * classes, as Hugging Face's text-classification pipeline has it.
 */
export function headOf({ id2label, problem_type: problem }: Json): ClassifierHead {
  const named = typeof id2label === 'object' && id2label !== null ? Object.entries(id2label) : [];
  const labels: string[] = [];
  for (const [id, label] of named) labels[Number(id)] = String(label);
  const kind = problem === 'regression' ? 'value' : problem === 'multi_label_classification' ? 'labels' : 'classes';
  return { labels: Array.from(labels, (label, id) => label ?? `LABEL_${id}`), kind };
}
