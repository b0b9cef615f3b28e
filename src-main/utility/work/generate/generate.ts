import { codePoints } from '../../../generation/grammar/code-points.ts';
import { Grammar } from '../../../generation/grammar/grammar.ts';
import { jsonSchema } from '../../../generation/grammar/json-schema.ts';
import { regex } from '../../../generation/grammar/regex.ts';
import type { GenerationSettings } from '../../../shared/generation.ts';
import type { GenerateParams, GenerateResult } from '../../../shared/job.ts';
import type { JobContext } from '../../port/job-port.ts';
import { searchBeams } from './beams.ts';
import { openWriter } from './open.ts';
import { write } from './writing.ts';

/** Writes after a prompt; what is written is told as it comes. */
export async function generate(
  { model, prompt, settings, threads }: GenerateParams,
  context: JobContext,
): Promise<GenerateResult> {
  // A form that cannot be is said before a model is loaded.
  const grammar = settings.form && grammarOf(settings.form);
  context.progress({ stage: 'reading', unit: 'steps', done: 0, total: 0 });
  const began = performance.now();
  const writer = await openWriter(model, threads);
  const loadMs = performance.now() - began;
  try {
    const tokens = writer.encode(prompt);
    const hooks = {
      told: (part: GenerateResultPart) => context.post({ type: 'written', part }),
      pause: () => context.pause(),
      stopRequested: () => context.stopRequested(),
    };
    const form = grammar && writer.form(grammar);
    const written =
      settings.beams > 1
        ? await searchBeams(writer, tokens, settings, hooks)
        : await write(writer, tokens, settings, form, hooks);
    return { ...written, promptTokens: tokens, context: writer.context, cached: writer.model.cached, loadMs };
  } finally {
    await writer.close();
  }
}

type GenerateResultPart = Parameters<Parameters<typeof write>[4]['told']>[0];

export function grammarOf(form: NonNullable<GenerationSettings['form']>) {
  if (form.kind === 'json') return jsonSchema(form.schema);
  const grammar = new Grammar();
  return { grammar, language: regex(grammar, form.pattern, (characters) => codePoints(grammar, characters)) };
}
