import { codePoints } from '../../../generation/grammar/code-points.ts';
import { Grammar } from '../../../generation/grammar/grammar.ts';
import { jsonSchema } from '../../../generation/grammar/json-schema.ts';
import { regex } from '../../../generation/grammar/regex.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { requireBeams, type GenerationSettings } from '../../../shared/generation.ts';
import type { GenerateParams, GenerateResult } from '../../../shared/work/generate.ts';
import type { JobContext } from '../../port/job-port.ts';
import { searchBeams } from './beams.ts';
import { likelihoodOf } from './likelihood.ts';
import { maskedTokens } from './fill.ts';
import { openParts, partsOf, promptLength, promptTokens, requireFit } from './open.ts';
import { isWriter, type Parts } from './parts.ts';
import { openReader, requireReadable } from './reading.ts';
import { write, type WritingHooks } from './writing.ts';

/** Writes after a prompt, and tells what it writes as it comes; or says how likely the prompt itself is. */
export async function generate(
  { model, prompt, begin = '', settings, threads, cache = true, score = false }: GenerateParams,
  context: JobContext,
): Promise<GenerateResult> {
  // A form that cannot be is said before a model is loaded.
  const grammar = settings.form && grammarOf(settings.form);
  const parts = partsOf(model);
  if (isWriter(parts) && !score) requireBeams(settings);
  if (!isWriter(parts) && !score) return readBy(parts, { prompt, begin, settings, threads }, context);
  if (score) requireForetold(parts);
  else requireFit(parts, promptLength(parts, prompt));
  context.progress({ stage: 'reading', unit: 'steps', done: 0, total: 0 });
  const began = performance.now();
  const writer = await openParts(parts, threads, { cache });
  const loadMs = performance.now() - began;
  try {
    const common = { context: writer.context, cached: writer.model.cached, loadMs };
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
  { prompt, begin, settings, threads }: Pick<GenerateParams, 'prompt' | 'begin' | 'settings' | 'threads'>,
  context: JobContext,
): Promise<GenerateResult> {
  requireReadable(parts, prompt, settings, begin);
  context.progress({ stage: 'reading', unit: 'steps', done: 0, total: 0 });
  const began = performance.now();
  const reader = await openReader(parts, threads);
  const loadMs = performance.now() - began;
  try {
    const written = await reader.read(prompt, settings, hooksOf(context));
    const tokens = parts.mask === null ? promptTokens(parts, prompt) : maskedTokens(parts, parts.mask, prompt);
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
