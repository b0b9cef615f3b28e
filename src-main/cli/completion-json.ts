import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import type { Completion } from '../shared/prompt/prompt.ts';
import type { RemoteFacts } from '../shared/remote.ts';
import type { Verdict } from '../shared/prompt/verdict.ts';
import type { GenerateResult } from '../shared/work/generate.ts';
import { table } from './format.ts';
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
  ...(request.includes && { includes: request.includes }),
  ...(request.examples && { examples: request.examples }),
  ...(request.retrieved && { retrieved: request.retrieved }),
  given,
  texts: texts.map(({ text, tokens, finish, verdict }) => ({
    text,
    token_ids: tokens ?? null,
    finish: finish ?? null,
    ...(verdict && { verdict }),
  })),
  prompt_tokens: facts?.promptTokens ?? null,
  first_token_ms: facts?.firstTokenMs ?? null,
  tokens_per_second: facts?.tokensPerSecond ?? null,
  weights: facts?.weights ?? null,
  ...(facts?.remote && { remote: remoteJson(facts.remote) }),
  error: error && { code: error.code, message: error.message },
});

const remoteJson = ({ endpoint, host, model, completionTokens, left, waitedMs }: RemoteFacts) => ({
  ...{ endpoint, host, model },
  completion_tokens: completionTokens,
  not_sent: left,
  waited_ms: waitedMs,
});

/** The error of an answer that came to none. */
export function requireAnswer({ error, status }: Completion): void {
  if (error) throw errorFromFacts(error);
  if (status === 'interrupted')
    throw new AtelierError('interrupted', 'The writing was cut off. What was written is kept.');
}

/** What of the settings the model's own description says. */
export function ownWords({ settings, own, leftOut }: Pick<GenerateResult, 'settings' | 'own' | 'leftOut'>): string {
  const said = own.map((name) => `${name} ${String(settings[name])}`).join(', ');
  const rest = leftOut.length > 0 ? ` Not followed: ${leftOut.join(', ')}.` : '';
  return `As the model's generation_config.json says: ${said}.${rest}`;
}

/** What a model that writes none says of a text, a line for each class or text; with what of a long one it saw. */
export function verdictText({ kind, scores, spans = [], none = 0, tokens, seen, windows }: Verdict): string {
  const digits = kind === 'value' || kind === 'similarity' ? 4 : 1;
  const shown = (score: number) => (digits === 4 ? score.toFixed(4) : `${(100 * score).toFixed(1)} %`);
  const lines =
    kind === 'names' || kind === 'answers'
      ? table([
          ...spans.map(({ label, text, start, end, score }) => [shown(score), label, `${start}–${end}`, oneLine(text)]),
          ...(kind === 'answers' ? [[shown(none), '', '', '(the text does not say)']] : []),
        ])
      : table(scores.map(({ label, score }) => [shown(score), label]));
  const notes = [
    ...(seen < tokens
      ? [`Of its ${tokens} tokens the model sees the first ${seen}: the rest counts for nothing.`]
      : []),
    ...(windows > 1
      ? [
          kind === 'names' || kind === 'answers'
            ? `Longer than the model sees at once: seen in ${windows} parts that overlap.`
            : `Longer than the model sees at once: seen in ${windows} parts, of which this is the mean.`,
        ]
      : []),
  ];
  if (kind === 'names' && spans.length === 0) return ['Nothing is named in it.', ...notes].join('\n');
  return [lines.trimEnd(), ...notes].join('\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
