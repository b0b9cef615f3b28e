import type { CompletionFacts, LanguageModel } from '../../src-main/shared/prompt/prompt.ts';
import {
  hostOf,
  reachOf,
  type KeyPlace,
  type Reach,
  type RemoteEndpoint,
  type RemoteFacts,
  type RemoteLeft,
} from '../../src-main/shared/remote.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

const reaches: Record<Reach, () => string> = {
  machine: m.remote_reach_machine,
  network: m.remote_reach_network,
  internet: m.remote_reach_internet,
};
/** "another program on this machine". */
export const reachWord = (reach: Reach): string => reaches[reach]();

const marks: Record<Reach, () => string> = {
  machine: m.remote_mark_machine,
  network: m.remote_mark_network,
  internet: m.remote_mark_internet,
};
/** "leaves this machine". */
export const leavesWord = (reach: Reach): string => marks[reach]();

const keys: Record<Exclude<KeyPlace, 'variable'>, () => string> = {
  none: m.remote_key_none,
  kept: m.remote_key_kept,
  plain: m.remote_key_plain,
  session: m.remote_key_session,
  missing: m.remote_key_missing,
};
export const keyWord = ({ key, keyVariable }: RemoteEndpoint): string =>
  key === 'variable' ? m.remote_key_variable({ name: keyVariable ?? '' }) : keys[key]();

const leaves: Record<Reach, (inputs: { host: string }) => string> = {
  machine: m.remote_leave_machine,
  network: m.remote_leave_network,
  internet: m.remote_leave_internet,
};
/** What it means to ask it. */
export const leavingText = ({ baseUrl }: RemoteEndpoint): string => leaves[reachOf(baseUrl)]({ host: hostOf(baseUrl) });

const settings: Record<RemoteLeft, () => string> = {
  topK: m.gen_top_k,
  minP: m.gen_min_p,
  repetitionPenalty: m.gen_repetition,
  noRepeat: m.gen_no_repeat,
  minTokens: m.gen_min_tokens,
  temperature: m.gen_temperature,
  topP: m.gen_top_p,
  presencePenalty: m.gen_presence,
  frequencyPenalty: m.gen_frequency,
  seed: m.gen_seed,
  logprobs: m.gen_logprobs,
};
export const leftWords = (left: readonly RemoteLeft[]): string => left.map((one) => settings[one]()).join(', ');

/** How much of what is about to be asked leaves Atelier; nothing where all of it stays. `each`: requests to every one of the models. */
export function requestsWords(models: readonly LanguageModel[], each: number): string | null {
  const elsewhere = models.flatMap(({ remote }) => (remote ? [`${remote.endpoint} (${remote.host})`] : []));
  const count = each * elsewhere.length;
  if (count === 0) return null;
  return m.remote_requests({ count, n: format.integer(count), names: [...new Set(elsewhere)].join(', ') });
}

/** How long it took, and how many tokens, as far as the server tells. */
export const remoteFactsWords = (
  { firstTokenMs, promptTokens, tokensPerSecond }: CompletionFacts,
  { completionTokens, waitedMs }: RemoteFacts,
): string => {
  const tokens =
    promptTokens === null || completionTokens === null
      ? m.remote_no_usage()
      : m.remote_tokens_used({ prompt: format.integer(promptTokens), written: format.integer(completionTokens) });
  return [
    firstTokenMs > 0 ? m.remote_facts({ first: format.duration(firstTokenMs / 1000), tokens }) : tokens,
    ...(tokensPerSecond > 0 ? [m.remote_rate({ rate: format.figure(tokensPerSecond, 3) })] : []),
    ...(waitedMs >= 100 ? [m.remote_waited({ time: format.duration(waitedMs / 1000) })] : []),
  ].join(' · ');
};
