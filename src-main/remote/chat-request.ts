import { AtelierError } from '../shared/errors.ts';
import type { GenerationSettings } from '../shared/generation.ts';
import { usualGeneration } from '../shared/generation.ts';
import type { WriterPrompt } from '../shared/prompt/writer.ts';
import type { RemoteLeft } from '../shared/remote.ts';

/** OpenAI's interface tells so many at most. */
const mostAlternatives = 20;

/** Settings that it has no word for, where they are set to something. */
export const wordless = (settings: GenerationSettings): RemoteLeft[] =>
  (['topK', 'minP', 'repetitionPenalty'] as const).filter((key) => settings[key] !== usualGeneration[key]);

/** What would make another answer of it than was asked for. Throws `remote_unavailable`. */
export function requireAvailable({ form, beams }: GenerationSettings, begun: readonly number[]): void {
  const wants =
    form?.kind === 'regex'
      ? 'cannot be held to a regular expression. Use a JSON schema, or leave it out'
      : beams > 1
        ? 'does not search with beams. Set beams to 1'
        : begun.length > 0
          ? 'cannot go on from a token. Run the prompt again'
          : null;
  if (wants) throw new AtelierError('remote_unavailable', `A remote model ${wants}, or choose a model that runs here.`);
}

/** How each setting is called that a server may refuse, with what is left out along with it. */
const refusable: Record<string, RemoteLeft | null> = {
  temperature: 'temperature',
  top_p: 'topP',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  seed: 'seed',
  top_logprobs: 'logprobs',
  logprobs: 'logprobs',
  // Of no matter to the answer.
  stream_options: null,
};

/** What is asked for, in the words of `POST /chat/completions`. It loses words as servers refuse them. */
export class ChatRequest {
  readonly left: RemoteLeft[];
  readonly #body: Record<string, unknown>;

  constructor(model: string, prompt: WriterPrompt, settings: GenerationSettings, n: number, seed: number) {
    const { maxTokens, temperature, topP, presencePenalty, frequencyPenalty, stop, logprobs, form } = settings;
    this.left = wordless(settings);
    const turns = typeof prompt === 'string' ? [{ role: 'user' as const, text: prompt }] : prompt;
    this.#body = {
      model,
      messages: turns.map(({ role, text }) => ({ role, content: text })),
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: maxTokens,
      temperature,
      ...(topP < 1 && { top_p: topP }),
      ...(presencePenalty !== 0 && { presence_penalty: presencePenalty }),
      ...(frequencyPenalty !== 0 && { frequency_penalty: frequencyPenalty }),
      seed,
      ...(n > 1 && { n }),
      ...(stop.length > 0 && { stop }),
      ...(logprobs > 0 && { logprobs: true, top_logprobs: Math.min(logprobs, mostAlternatives) }),
      ...(form?.kind === 'json' && {
        response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: form.schema } },
      }),
    };
  }

  get body(): Readonly<Record<string, unknown>> {
    return this.#body;
  }

  /** Asks otherwise than a server refused; false where it refused something that cannot be left out. `said`: its whole answer. */
  yieldTo(said: string): boolean {
    // The name of what is wanted instead stands in the same sentence.
    if ('max_tokens' in this.#body && said.includes('max_completion_tokens')) {
      this.#body.max_completion_tokens = this.#body.max_tokens;
      delete this.#body.max_tokens;
      return true;
    }
    // Those that do not come at once are asked for one after another.
    if ('n' in this.#body && /["'`]n["'`]/.test(said)) return delete this.#body.n;
    const named = Object.keys(refusable).find((name) => name in this.#body && new RegExp(`\\b${name}\\b`).test(said));
    if (named === undefined) return false;
    delete this.#body[named];
    const setting = refusable[named];
    if (setting === 'logprobs') {
      delete this.#body.logprobs;
      delete this.#body.top_logprobs;
    }
    if (setting !== null && !this.left.includes(setting)) this.left.push(setting);
    return true;
  }
}
