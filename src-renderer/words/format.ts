import { locale } from './locale.svelte.ts';
import * as numbers from './numbers.ts';
import * as times from './times.ts';

/** The formats of `numbers.ts` and `times.ts` in the language in use; reading one in a template keeps it current. */
export const format = {
  figure: (value: number, digits?: number) => numbers.figure(value, locale.current, digits),
  fixed: (value: number, decimals?: number) => numbers.fixed(value, locale.current, decimals),
  ends: (low: number, high: number, digits?: number) => numbers.ends(low, high, locale.current, digits),
  integer: (value: number) => numbers.integer(value, locale.current),
  full: (value: number) => numbers.full(value, locale.current),
  compact: (value: number) => numbers.compact(value, locale.current),
  percent: (share: number, decimals?: number) => numbers.percent(share, locale.current, decimals),
  bytes: (value: number, digits?: number) => numbers.bytes(value, locale.current, digits),
  memory: (value: number) => numbers.memory(value, locale.current),
  duration: (seconds: number) => numbers.duration(seconds, locale.current),
  clock: (seconds: number) => numbers.clock(seconds),
  ago: (then: number, now: number = Date.now()) => times.ago(then, now, locale.current),
  moment: (then: number) => times.moment(then, locale.current),
};
