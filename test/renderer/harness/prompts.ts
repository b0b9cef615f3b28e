import { newId, type PromptId } from '../../../src-main/shared/ids.ts';
import type { TokenChoice } from '../../../src-main/shared/generation.ts';
import type { ModelKind } from '../../../src-main/shared/prompt/model-kind.ts';
import type { OwnSettings } from '../../../src-main/shared/prompt/own-settings.ts';
import type { Verdict } from '../../../src-main/shared/prompt/verdict.ts';
import { checkedPrompt, type CheckedPrompt } from '../../../src-main/shared/prompt/checked.ts';
import { expand } from '../../../src-main/shared/prompt/expand.ts';
import { PromptFault } from '../../../src-main/shared/prompt/problems.ts';
import {
  usualSettings,
  type Completion,
  type CompletionFacts,
  type CompletionText,
  type LanguageModel,
  type PromptDetail,
  type PromptHit,
} from '../../../src-main/shared/prompt/prompt.ts';

/** A prompt with a few answers, and the models that could give them. */
export function makePrompts(now: number): { prompts: PromptDetail[]; models: LanguageModel[] } {
  const ref = { folder: newId('model', now) };
  const models: LanguageModel[] = [
    { ref, name: 'stories260k', path: '/home/ada/models/stories260k', missing: false, kind: 'writes' },
  ];
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
  const tale = { summary, text, bench: { model: ref, variables, settings }, versions, completions };
  const translator: LanguageModel = {
    ...{ ref: { folder: newId('model', now) }, name: 'opus-mt-en-de', missing: false, kind: 'rewrites' },
    path: '/home/ada/models/opus-mt-en-de',
  };
  models.push(translator);
  return { prompts: [tale, encoders(now, answer, models), translation(now, answer, translator)], models };
}

/** What its generation_config.json says. */
export const translatorsOwn: OwnSettings = {
  settings: { maxTokens: 511, temperature: 0, beams: 6, lengthPenalty: 1, earlyStopping: true },
  leftOut: ['encoder_no_repeat_ngram_size'],
};

/** A prompt of a model that translates. */
function translation(
  now: number,
  answer: (at: number, said: string, change?: Partial<Completion>) => Completion,
  { ref, name }: LanguageModel,
): PromptDetail {
  const id: PromptId = newId('prompt', now - 2);
  const one = answer(45_000, 'Die Katze schläft.');
  const settings = { ...usualSettings, beams: 2 };
  return {
    summary: {
      id,
      ...{ name: 'To German', tags: [], createdAt: now - 9_500_000, editedAt: now - 180_000, archived: false },
      ...{ versions: 0, completions: 1 },
    },
    text: 'The {{animal}} sleeps.',
    bench: { model: ref, variables: { animal: 'cat' }, settings },
    versions: [],
    completions: [{ ...one, prompt: id, request: { ...one.request, model: ref, modelName: name } }],
  };
}

/** A prompt that encoders were asked. */
function encoders(
  now: number,
  answer: (at: number, said: string, change?: Partial<Completion>) => Completion,
  models: LanguageModel[],
): PromptDetail {
  const id: PromptId = newId('prompt', now - 1);
  const made = (name: string, kind: ModelKind): LanguageModel => ({
    ref: { folder: newId('model', now) },
    name,
    path: `/home/ada/models/${name}`,
    missing: false,
    kind,
  });
  const [mood, bert, meaning] = [
    made('distilbert-emotion', 'classifies'),
    made('bert-base-uncased', 'fills'),
    made('all-MiniLM-L6-v2', 'embeds'),
  ];
  const [names, answers] = [made('bert-base-NER', 'names'), made('deberta-v3-base-squad2', 'answers')];
  models.push(mood, bert, meaning, names, answers);
  const said = (at: number, model: LanguageModel, text: CompletionText, change: Partial<CompletionFacts> = {}) => {
    const one = answer(at, text.text);
    const { ref, name, kind } = model;
    const facts = { ...one.facts!, kind: kind!, promptTokens: 14, ...change };
    return { ...one, prompt: id, request: { ...one.request, model: ref, modelName: name }, texts: [text], facts };
  };
  const verdict = (
    kind: Verdict['kind'],
    scores: [string, number][],
    change: Partial<Verdict> = {},
  ): CompletionText => ({
    text: scores[0][0],
    verdict: {
      kind,
      scores: scores.map(([label, score]) => ({ label, score })),
      tokens: 14,
      seen: 14,
      windows: 1,
      ...change,
    },
  });
  const moods: [string, number][] = [
    ['joy', 0.8312],
    ['surprise', 0.0921],
    ['love', 0.0413],
    ['neutral', 0.0198],
    ['sadness', 0.0092],
    ['anger', 0.0041],
    ['fear', 0.0023],
  ];
  const lines: [string, number][] = [
    ['A child walked her dog along the shore.', 0.7813],
    ['The harbour was full of ships.', 0.2147],
    ['Interest rates rose again in March.', -0.0318],
  ];
  const spans = (
    kind: 'names' | 'answers',
    found: [string, string, number, number][],
    change: Partial<Verdict> = {},
  ): CompletionText =>
    verdict(
      kind,
      found.map(([text, , , score]) => [text, score]),
      {
        spans: found.map(([text, label, start, score]) => ({ text, label, start, end: start + text.length, score })),
        ...change,
      },
    );
  const named: [string, string, number, number][] = [
    ['Johanna Smith', 'PER', 0, 0.9981],
    ['上海', 'LOC', 24, 0.9412],
    ['International Committee of the Red Cross', 'ORG', 41, 0.8873],
  ];
  const answered: [string, string, number, number][] = [
    ['at the harbour', '', 412, 0.7204],
    ['the harbour', '', 415, 0.1611],
    ['at the harbour of the old town, where the ferries leave', '', 412, 0.0312],
  ];
  const completions = [
    said(30_000, mood, verdict('classes', moods)),
    said(60_000, bert, { text: 'The girl took her dog to the beach.', tokens: [7, 9], finish: 'end' }),
    said(90_000, meaning, verdict('similarity', lines)),
    said(100_000, names, spans('names', named)),
    said(110_000, answers, spans('answers', answered, { none: 0.0412, windows: 4, tokens: 1830, seen: 1830 })),
    said(120_000, mood, verdict('classes', moods.slice(0, 3), { tokens: 1210, seen: 1210, windows: 3 }), {
      promptTokens: 1210,
    }),
    said(150_000, mood, verdict('labels', moods.slice(0, 2), { tokens: 300, seen: 128 })),
  ];
  const settings = { ...usualSettings };
  return {
    summary: {
      id,
      ...{ name: 'Mood', tags: ['encoders'], createdAt: now - 9_000_000, editedAt: now - 120_000, archived: false },
      ...{ versions: 0, completions: completions.length },
    },
    text: 'The girl took her {{animal}} to the beach.',
    bench: { model: mood.ref, variables: { animal: 'dog' }, settings },
    versions: [],
    completions,
  };
}

/** Of two masks, what else could stand there. */
export const maskChoices: TokenChoice[][] = [
  [
    ['girl', 0.41, ['girl', 'boy', 'woman', 'child', 'family'], [0.41, 0.22, 0.13, 0.09, 0.04]],
    ['beach', 0.63, ['beach', 'vet', 'park', 'lake', 'sea'], [0.63, 0.12, 0.11, 0.05, 0.02]],
  ].map(([text, share, others, shares]) => ({
    token: 0,
    text: text as string,
    logprob: Math.log(share as number),
    likeliest: (others as string[]).map((other, token) => ({
      token,
      text: other,
      logprob: Math.log((shares as number[])[token]),
    })),
  })),
];

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
