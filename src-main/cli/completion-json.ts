import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import type { Completion } from '../shared/prompt/prompt.ts';
import { iso } from './json.ts';

/** An answer of a model as commands tell it. */
export const completionJson = ({
  id,
  version,
  status,
  request,
  given,
  texts,
  facts,
  error,
  createdAt,
}: Completion) => ({
  completion: id,
  version,
  status,
  created_at: iso(createdAt),
  model: request.modelName,
  variables: request.variables,
  settings: request.settings,
  ...(request.retrieved && { retrieved: request.retrieved }),
  given,
  texts: texts.map(({ text, tokens, finish }) => ({ text, token_ids: tokens ?? null, finish: finish ?? null })),
  prompt_tokens: facts?.promptTokens ?? null,
  first_token_ms: facts?.firstTokenMs ?? null,
  tokens_per_second: facts?.tokensPerSecond ?? null,
  weights: facts?.weights ?? null,
  error: error && { code: error.code, message: error.message },
});

/** The error of an answer that came to none. */
export function requireAnswer({ error, status }: Completion): void {
  if (error) throw errorFromFacts(error);
  if (status === 'interrupted')
    throw new AtelierError('interrupted', 'The writing was cut off. What was written is kept.');
}
