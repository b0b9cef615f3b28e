import type { CheckKind, PromptCheck } from '../../../../src-main/shared/prompt/checks.ts';
import type { LanguageModelRef, LocalModelRef } from '../../../../src-main/shared/prompt/prompt.ts';
import type { LanguageModelId } from '../../../../src-main/shared/ids.ts';
import { m } from '../../../words/messages.ts';

const names: Record<CheckKind, () => string> = {
  exact: m.check_exact,
  contains: m.check_contains,
  regex: m.check_regex,
  number: m.check_number,
  json: m.check_json,
  schema: m.check_schema,
  bleu: () => 'BLEU',
  chrf: () => 'chrF',
  'rouge-l': () => 'ROUGE-L',
  similarity: m.check_similarity,
  embedding: m.check_embedding,
  javascript: () => 'JavaScript',
  classifier: m.check_classifier,
  judge: m.check_judge,
};
export const checkWord = (kind: CheckKind): string => names[kind]();

/** The models that a new check begins with; null where there is none of that kind. */
export interface Offered {
  classifier: LocalModelRef | null;
  embedder: LanguageModelId | null;
  judge: LanguageModelRef | null;
}

/** A check of this kind as it begins; what it shares with another one stays. */
export function newCheck(
  kind: CheckKind,
  from: PromptCheck | null,
  { classifier, embedder, judge }: Offered,
): PromptCheck | null {
  const wanted = from && 'wanted' in from && from.wanted ? from.wanted : { column: 'expected' };
  switch (kind) {
    case 'number':
      return { kind, wanted, tolerance: 0 };
    case 'json':
      return { kind };
    case 'schema':
      return { kind, schema: { type: 'object' } };
    case 'javascript':
      return { kind, script: 'output.length > 0' };
    case 'classifier':
      return classifier && { kind, wanted, ...classifier };
    case 'embedding':
      return embedder && { kind, wanted, folder: embedder };
    case 'judge':
      return judge && { kind, model: judge, rubric: m.check_rubric_first() };
    default:
      return { kind, wanted };
  }
}
