import type { ConditionOf } from '../../src-main/shared/filter.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** "0.42 s", "1:05", "2:03:10". */
export function secondsWords(seconds: number): string {
  if (seconds < 60) return m.sound_seconds({ n: format.figure(seconds, seconds < 10 ? 3 : 4) });
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** "−12.4 dBFS"; digital silence has no level. */
export const decibelWords = (level: number | null): string =>
  level === null ? m.sound_silence() : m.sound_decibels({ n: format.figure(level, 3) });

/** What sounds are filtered by, with its unit. */
export const soundMeasureWord = (what: ConditionOf<'sound'>['what']): string =>
  ({ seconds: m.filter_sound_seconds, loudness: m.filter_sound_loudness, peak: m.filter_sound_peak })[what]();
