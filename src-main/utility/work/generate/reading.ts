import { AtelierError } from '../../../shared/errors.ts';
import type { GenerationSettings } from '../../../shared/generation.ts';
import { openTeller } from '../encoders/open-teller.ts';
import { noContext } from '../encoders/answerer.ts';
import { linesOf, shortly, type Teller } from '../encoders/teller.ts';
import { fillMasks, maskedTokens, openFiller } from './fill.ts';
import type { ReadModel } from './folder-files.ts';
import type { Parts } from './parts.ts';
import type { Written, WritingHooks } from './writing.ts';

/** A model that does not write: it fills in what is masked, or tells something of a text. */
export interface OpenReader {
  read(
    text: string,
    settings: GenerationSettings,
    hooks: WritingHooks,
    begun?: readonly number[],
    pair?: string | null,
  ): Promise<Written & { promptTokens: number }>;
  close(): Promise<void>;
}

/** Reads the weights of a model that is known, and does not write. Errors: those of each kind. */
export async function openReader(
  parts: Parts,
  threads: number,
  read?: (model: ReadModel) => void,
): Promise<OpenReader> {
  if (parts.mask !== null) {
    const filler = await openFiller(parts, parts.mask, threads, read);
    return {
      read: (text, settings, hooks, begun) => fillMasks(filler, text, settings, hooks, begun),
      close: () => filler.guesser.close(),
    };
  }
  const teller = await openTeller(parts, threads, read);
  return {
    read: (text, _settings, hooks, _begun, pair) => told(teller, text, hooks, pair),
    close: () => teller.close(),
  };
}

const does = {
  writes: 'writes',
  rewrites: 'writes one text of another',
  fills: 'fills in what is masked',
  classifies: 'says of which class a text is',
  embeds: 'tells how alike texts are',
  names: 'finds what is named in a text',
  answers: 'finds the answer to a question in a text',
} as const;

/** Says before its weights are read what a model that does not write cannot be asked. Errors: bad_arguments, nothing_masked, prompt_too_long, nothing_to_compare, no_context. */
export function requireReadable(
  parts: Parts,
  text: string,
  { form, beams }: Pick<GenerationSettings, 'form' | 'beams'>,
  begun: readonly number[] | string = '',
  pair: string | null = null,
): void {
  const no = form
    ? 'cannot be held to a pattern or a JSON schema'
    : beams > 1
      ? 'has no beams to search'
      : begun.length > 0 && parts.mask === null
        ? 'has no text to go on with'
        : null;
  if (no !== null) {
    throw new AtelierError(
      'bad_arguments',
      `The model ${does[parts.kind]} and writes no text of its own: it ${no}. Take that setting out, or choose a model that writes.`,
    );
  }
  if (parts.mask !== null) maskedTokens(parts, parts.mask, text);
  else if (parts.kind === 'embeds') linesOf(text);
  else if (parts.kind === 'answers' && pair === null) throw noContext();
  if (pair !== null && !takesTwo(parts)) {
    throw new AtelierError(
      'bad_arguments',
      `The model ${does[parts.kind]}: a second text says nothing to it. Leave it out, or choose a classifier or a model that answers questions.`,
    );
  }
}

/** Whether it tells something of two texts. */
export const takesTwo = ({ kind, run }: Pick<Parts, 'kind' | 'run'>): boolean =>
  kind === 'answers' || (kind === 'classifies' && !run);

async function told(
  teller: Teller,
  text: string,
  hooks: WritingHooks,
  pair: string | null = null,
): Promise<Written & { promptTokens: number }> {
  const began = performance.now();
  let stopped = false;
  const pause = async () => {
    await hooks.pause();
    stopped ||= hooks.stopRequested();
    if (stopped) throw new AtelierError('stopped', 'Stopped.');
  };
  const verdict = await teller.tell(text, pause, pair);
  const ms = performance.now() - began;
  const short = shortly(verdict);
  hooks.told({ row: 0, text: short, tokens: 0 });
  return {
    texts: [{ text: short, tokens: [], finish: 'end', choices: null, verdict }],
    firstTokenMs: ms,
    tokensPerSecond: (1000 * verdict.seen) / ms,
    promptTokens: verdict.tokens,
  };
}
