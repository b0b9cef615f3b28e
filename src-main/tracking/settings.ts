import { trainingKey } from '../shared/run-fields.ts';
import type { SettingValue } from '../shared/run.ts';
import { limits } from './run-source.ts';

/** What other programs tell a run, which know only text, as settings that can be compared with those of runs trained here. */

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** A number where the text is one and can be told from it again (not 007), Python's True and False, else the text. */
export function settingOf(text: string): SettingValue {
  if (text === 'True' || text === 'true') return true;
  if (text === 'False' || text === 'false') return false;
  const number = Number(text);
  const exact = decimal.test(text) && (Number.isSafeInteger(number) || !/^-?\d+$/.test(text));
  return exact && Number.isFinite(number) ? number : cut(text);
}

/** As Python writes it, which is how other trackers' users know it. */
export const textOf = (value: SettingValue): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);

const controls = /[\p{Cc}]+/gu;

/** A name without what cannot be shown or typed; '' for none. */
export const cleanName = (name: string): string => name.replace(controls, ' ').trim().slice(0, limits.keyLength);

const cut = (text: string): string =>
  text.length > limits.valueLength ? `${text.slice(0, limits.valueLength)}…` : text;

/** Under one name what means one thing: `lr` and `learning_rate` are the learning rate of runs trained here. */
export function comparable(told: Iterable<readonly [string, SettingValue]>): Record<string, SettingValue> {
  const settings = new Map<string, SettingValue>();
  for (const [name, value] of told) {
    const clean = cleanName(name);
    const key = trainingKey(clean) ?? clean;
    settings.set(
      key === '' || key === '__proto__' || settings.has(key) ? freeKey(settings, clean || 'unnamed') : key,
      value,
    );
  }
  return Object.fromEntries(settings);
}

function freeKey(taken: ReadonlyMap<string, unknown>, wanted: string): string {
  let key = wanted === '__proto__' ? 'proto' : wanted;
  for (let n = 2; taken.has(key); n++) key = `${wanted} ${n}`;
  return key;
}
