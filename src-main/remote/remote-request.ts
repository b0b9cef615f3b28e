import { AtelierError } from '../shared/errors.ts';
import type { GenerationSettings } from '../shared/generation.ts';
import { usualGeneration } from '../shared/generation.ts';
import type { WriterPrompt } from '../shared/prompt/writer.ts';
import { turnsAsText } from '../shared/prompt/turns.ts';
import type { RemoteInterface, RemoteLeft, RemoteTarget } from '../shared/remote.ts';

/** OpenAI's interfaces tell so many at most. */
const mostAlternatives: Record<RemoteInterface, number> = { chat: 20, completions: 5 };

/** A prompt as one text. */
export const textOf = (prompt: WriterPrompt): string => (typeof prompt === 'string' ? prompt : turnsAsText(prompt));

/** Settings that it has no word for, where they are set to something. */
export const wordless = (settings: GenerationSettings): RemoteLeft[] =>
  (['topK', 'minP', 'repetitionPenalty', 'noRepeat', 'minTokens'] as const).filter(
    (key) => (settings[key] ?? 0) !== (usualGeneration[key] ?? 0),
  );

/** What would make another answer of it than was asked for. Throws `remote_unavailable`. */
export function requireAvailable(asked: RemoteInterface, { form, beams }: GenerationSettings, begins: boolean): void {
  const wants =
    form?.kind === 'regex'
      ? 'cannot be held to a regular expression. Use a JSON schema, or leave it out'
      : form && asked === 'completions'
        ? 'that is asked for more of a text cannot be held to a JSON schema. Leave it out'
        : beams > 1
          ? 'does not search with beams. Set beams to 1'
          : begins && asked === 'chat'
            ? 'that is asked as a chat cannot go on from a token. Run the prompt again, have its endpoint asked for more of a text'
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

export interface RemoteWish {
  prompt: WriterPrompt;
  settings: GenerationSettings;
  n: number;
  seed: number;
  /** What the text has already, of so many tokens. */
  begin: { text: string; tokens: number };
}

/** What is asked for, in the words of `POST /chat/completions` or `POST /completions`. It loses words as servers refuse them. */
export class RemoteRequest {
  readonly path: string;
  readonly left: RemoteLeft[];
  readonly #body: Record<string, unknown>;

  constructor(
    { model, interface: asked }: Pick<RemoteTarget, 'model' | 'interface'>,
    { prompt, settings, n, seed, begin }: RemoteWish,
  ) {
    const { maxTokens, temperature, topP, presencePenalty, frequencyPenalty, stop, logprobs, form } = settings;
    this.path = asked === 'chat' ? '/chat/completions' : '/completions';
    this.left = wordless(settings);
    const turns = typeof prompt === 'string' ? [{ role: 'user' as const, text: prompt }] : prompt;
    const alternatives = Math.min(logprobs, mostAlternatives[asked]);
    this.#body = {
      model,
      ...(asked === 'chat'
        ? { messages: turns.map(({ role, text }) => ({ role, content: text })) }
        : { prompt: textOf(prompt) + begin.text }),
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: Math.max(1, maxTokens - begin.tokens),
      temperature,
      ...(topP < 1 && { top_p: topP }),
      ...(presencePenalty !== 0 && { presence_penalty: presencePenalty }),
      ...(frequencyPenalty !== 0 && { frequency_penalty: frequencyPenalty }),
      seed,
      ...(n > 1 && { n }),
      ...(stop.length > 0 && { stop }),
      ...(logprobs > 0 &&
        (asked === 'chat' ? { logprobs: true, top_logprobs: alternatives } : { logprobs: alternatives })),
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
