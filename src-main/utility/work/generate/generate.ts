import { codePoints } from '../../../generation/grammar/code-points.ts';
import { Grammar } from '../../../generation/grammar/grammar.ts';
import { jsonSchema } from '../../../generation/grammar/json-schema.ts';
import { regex } from '../../../generation/grammar/regex.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { requireBeams, type GenerationSettings } from '../../../shared/generation.ts';
import { withOwn } from '../../../shared/prompt/own-settings.ts';
import type { GenerateParams, GenerateResult } from '../../../shared/work/generate.ts';
import type { JobContext } from '../../port/job-port.ts';
import { searchBeams } from './beams.ts';
import { likelihoodOf } from './likelihood.ts';
import { maskedTokens } from './fill.ts';
import { openParts, partsOf, promptLength, promptTokens, requireFit } from './open.ts';
import { isWriter, type Parts } from './parts.ts';
import { pairTokens } from './laid-out.ts';
import { openReader, requireReadable } from './reading.ts';
import { write, type WritingHooks } from './writing.ts';

/** Writes after a prompt, and tells what it writes as it comes; or says how likely the prompt itself is. */
export async function generate(
  {
    model,
    prompt,
    textPair,
    begin = '',
    settings: wanted,
    asked,
    threads,
    cache = true,
    score = false,
  }: GenerateParams,
  context: JobContext,
): Promise<GenerateResult> {
  // A form that cannot be is said before a model is loaded.
  const grammar = wanted.form && grammarOf(wanted.form);
  const parts = partsOf(model);
  // How others write by chance is an offer in the window.
  const described = asked && parts.rewriting ? (parts.own ?? null) : null;
  const { settings, own } = withOwn(wanted, asked ?? [], described, begin !== '');
  const leftOut = described?.leftOut ?? [];
  if (isWriter(parts) && !score) requireBeams(settings);
  if (textPair !== undefined && (isWriter(parts) || score)) throw noPair();
  if (!isWriter(parts) && !score) {
    return {
      ...(await readBy(parts, { prompt, pair: textPair ?? null, begin, settings, threads }, context)),
      settings,
      own,
      leftOut,
    };
  }
  if (score) requireForetold(parts);
  else requireFit(parts, promptLength(parts, prompt));
  context.progress({ stage: 'reading', unit: 'steps', done: 0, total: 0 });
  const began = performance.now();
  const writer = await openParts(parts, threads, { cache });
  const loadMs = performance.now() - began;
  try {
    const common = { context: writer.context, cached: writer.model.cached, loadMs, settings, own, leftOut };
    if (score) {
      const tokens = writer.encode(prompt);
      const likelihood = await likelihoodOf(writer, prompt, settings.logprobs, () => context.pause());
      return { ...common, promptTokens: tokens, texts: [], likelihood, firstTokenMs: 0, tokensPerSecond: 0 };
    }
    const hooks = hooksOf(context);
    const { prompt: tokens, fed } = await writer.take(prompt);
    const form = grammar && writer.form(grammar);
    const written =
      settings.beams > 1
        ? await searchBeams(writer, fed, settings, hooks)
        : await write(writer, fed, settings, form, hooks, writer.begun(prompt, begin));
    return { ...common, promptTokens: tokens, ...written, likelihood: null };
  } finally {
    await writer.close();
  }
}

const noPair = (): AtelierError =>
  new AtelierError(
    'bad_arguments',
    'A model that writes takes one text, and a second one was given. Leave it out, or choose a classifier or a model that answers questions.',
  );

function requireForetold({ kind }: Parts): void {
  if (kind !== 'rewrites') return;
  throw new AtelierError(
    'bad_arguments',
    'The model writes one text of another and goes on with none, so it cannot say how likely a prompt is. Choose a model that writes.',
  );
}

/** A model that does not write. */
async function readBy(
  parts: Parts,
  {
    prompt,
    pair,
    begin,
    settings,
    threads,
  }: Pick<GenerateParams, 'prompt' | 'begin' | 'settings' | 'threads'> & { pair: string | null },
  context: JobContext,
): Promise<Omit<GenerateResult, 'settings' | 'own' | 'leftOut'>> {
  requireReadable(parts, prompt, settings, begin, pair);
  context.progress({ stage: 'reading', unit: 'steps', done: 0, total: 0 });
  const began = performance.now();
  const reader = await openReader(parts, threads);
  const loadMs = performance.now() - began;
  try {
    const written = await reader.read(prompt, settings, hooksOf(context), [], pair);
    const tokens =
      pair !== null
        ? pairTokens(parts, prompt, pair)
        : parts.mask === null
          ? promptTokens(parts, prompt)
          : maskedTokens(parts, parts.mask, prompt);
    return { ...written, promptTokens: tokens, context: parts.context, cached: false, loadMs, likelihood: null };
  } finally {
    await reader.close();
  }
}

const hooksOf = (context: JobContext): WritingHooks => ({
  told: (part) => context.post({ type: 'written', part }),
  pause: () => context.pause(),
  stopRequested: () => context.stopRequested(),
});

export function grammarOf(form: NonNullable<GenerationSettings['form']>) {
  if (form.kind === 'json') return jsonSchema(form.schema);
  const grammar = new Grammar();
  return { grammar, language: regex(grammar, form.pattern, (characters) => codePoints(grammar, characters)) };
}
