import * as v from 'valibot';
import { inputs } from '../shared/contract.ts';
import type { Channel, Output, ParsedInput } from '../shared/contract.ts';
import { AtelierError } from '../shared/errors.ts';

export type Handlers = { [C in Channel]: (input: ParsedInput<C>) => Output<C> | Promise<Output<C>> };

/** Finds the channel's handler and gives it the input, once that fits the channel's schema. */
export async function answer(handlers: Handlers, channel: unknown, input: unknown): Promise<unknown> {
  if (typeof channel !== 'string' || !Object.hasOwn(inputs, channel)) {
    throw new AtelierError('unknown_channel', `There is no channel ${JSON.stringify(channel)}.`);
  }
  const parsed = v.safeParse(inputs[channel as Channel] as v.GenericSchema, input);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const where = v.getDotPath(issue) ?? 'input';
    throw new AtelierError('invalid_input', `${channel}: ${where}: ${issue.message}`);
  }
  const handler = handlers[channel as Channel] as (input: unknown) => unknown;
  return handler(parsed.output);
}
