import { m } from './messages.ts';
import { stepChoiceWord, stepFieldWord, stepWord } from './steps.ts';
import { choiceWord, isChoice, settingWord } from './setting-terms.ts';

/** Words for what a study searches: settings of a training, and of a recipe's steps (`recipe.STEP`, `recipe.STEP.SETTING`). */
export function searchedWord(key: string): string {
  const [, id, field] = /^recipe\.(.*?)(?:\.([A-Za-z]+))?$/s.exec(key) ?? [];
  if (id === undefined) return settingWord(key);
  return field === undefined
    ? stepIdWord(id)
    : m.step_setting_of({ step: stepIdWord(id), name: stepFieldWord({ key: field }) });
}

/** A step's id is its kind, and a number where there are several, unless a file calls it otherwise. */
export function stepIdWord(id: string): string {
  const [, kind, n] = /^(.*?)(?:-(\d+))?$/s.exec(id) ?? [];
  const word = stepWord(kind);
  if (word === kind) return id;
  return n === undefined ? word : m.name_value({ name: word, value: n });
}

export function searchedChoice(value: string): string {
  if (value === 'true' || value === 'false') return value === 'true' ? m.on() : m.off();
  return isChoice(value) || stepChoiceWord(value) === value ? choiceWord(value) : stepChoiceWord(value);
}
