import { newId, type PromptId } from '../../../src-main/shared/ids.ts';
import { checkedPrompt, type CheckedPrompt } from '../../../src-main/shared/prompt/checked.ts';
import { expand } from '../../../src-main/shared/prompt/expand.ts';
import { PromptFault } from '../../../src-main/shared/prompt/problems.ts';
import {
  usualSettings,
  type Completion,
  type LanguageModel,
  type PromptDetail,
  type PromptHit,
} from '../../../src-main/shared/prompt/prompt.ts';

/** A prompt with a few answers, and the models that could give them. */
export function makePrompts(now: number): { prompts: PromptDetail[]; models: LanguageModel[] } {
  const ref = { folder: newId('model', now) };
  const models: LanguageModel[] = [{ ref, name: 'stories260k', path: '/home/ada/models/stories260k', missing: false }];
  const id: PromptId = newId('prompt', now);
  const text = 'system:\nYou tell short tales.\n\nuser:\nTell of {{who}} and a {{thing}}.';
  const settings = { ...usualSettings, maxTokens: 64 };
  const variables = { who: 'a girl', thing: 'red ball' };
  const answer = (at: number, said: string, change: Partial<Completion> = {}): Completion => ({
    id: newId('completion', now - at),
    prompt: id,
    version: 2,
    createdAt: now - at,
    status: 'finished',
    request: { model: ref, modelName: 'stories260k', variables, settings, branch: null },
    given: null,
    texts: [{ text: said, tokens: Array.from({ length: 12 }, (_, i) => i), finish: 'end' }],
    facts: {
      promptTokens: 38,
      context: 512,
      cached: true,
      loadMs: 80,
      firstTokenMs: 12,
      tokensPerSecond: 240,
      weights: 'a'.repeat(64),
    },
    error: null,
    ...change,
  });
  const completions = [
    answer(60_000, 'Once upon a time there was a girl who loved her red ball.'),
    answer(120_000, 'Once there was', { status: 'interrupted', facts: null, version: 1 }),
  ];
  const versions = [2, 1].map((number) => ({
    number,
    sha256: String(number).repeat(64),
    createdAt: now - (3 - number) * 3_600_000,
    note: '',
  }));
  const summary = {
    id,
    name: 'Tale',
    tags: ['story'],
    createdAt: now - 7_200_000,
    editedAt: now - 60_000,
    archived: false,
    versions: versions.length,
    completions: completions.length,
  };
  return { prompts: [{ summary, text, bench: { model: ref, variables, settings }, versions, completions }], models };
}

/** Places of a prompt that have the text. */
export function promptHits({ summary, text, completions }: PromptDetail, wanted: string): PromptHit[] {
  const common = { prompt: summary.id, name: summary.name, at: summary.editedAt };
  const draft: PromptHit = { ...common, place: 'draft', version: null, completion: null, excerpt: text };
  const answers = completions.map(({ id, version, texts }): PromptHit => ({
    ...common,
    place: 'answer',
    version,
    completion: id,
    excerpt: texts[0].text,
  }));
  return [draft, ...answers].filter(({ excerpt }) => excerpt.toLowerCase().includes(wanted.toLowerCase()));
}

/** There is one prompt to include, and one table. */
export function checkedHere(text: string): CheckedPrompt {
  const made = expand(
    text,
    {
      include: ({ name, version }) => {
        if (name !== 'Tone') throw new PromptFault('include_unknown', { name });
        return { prompt: 'pr_1', name, version, text: 'Be brief and {{how}}.' };
      },
      columns: () => ['text', 'label'],
      draw: ({ dataset, count }) => ({
        ...{ dataset, version: 'dv_1', number: 2, columns: ['text', 'label'] },
        rows: Array.from({ length: count }, (_, row) => ({ row, cells: [`Message ${row}`, row % 2 ? 'spam' : 'ham'] })),
      }),
    },
    { mostLength: 100_000 },
  );
  return checkedPrompt(made);
}
