import { AtelierError } from '../shared/errors.ts';

/** A model that opened, and yet does not run on so many tokens: what was said of it is not so. Any other error stays what it is. */
export function unfit(error: unknown, tokens: number): unknown {
  if (!(error instanceof AtelierError) || error.code !== 'run_failed') return error;
  return new AtelierError(
    'broken_model',
    `The model failed at ${tokens} tokens: what config.json says of its heads or of how much it sees, or tokenizer.json of its tokens, seems to be another model's. Take all of its files from one place.`,
    [error.message],
  );
}
