import { reasonText } from '../jobs/studies/save-study.ts';
import type { StoredTrial } from '../shared/study.ts';

type Told = Pick<StoredTrial, 'number' | 'state' | 'values' | 'params' | 'why' | 'ended'>;

/** Trials as the commands tell them. */

const valueJson = (values: readonly number[] | null) =>
  values === null ? { value: null } : values.length === 1 ? { value: values[0] } : { values };

export const bestJson = ({ number, params, values }: Pick<Told, 'number' | 'params' | 'values'>) => ({
  ...valueJson(values),
  params,
  trial: number,
});

export const trialJson = ({ number, state, values, params, why, ended }: Told) => ({
  trial: number,
  state,
  ...valueJson(values),
  params,
  why,
  ...(ended ? { ended } : {}),
});

/** `best`: the number of the best one so far. */
export function trialText({ number, state, values, params, ended }: Told, best: number | undefined): string {
  const what = state === 'complete' ? values!.join(', ') : `${state} (${reasonText(ended!)})`;
  const mark = best === number ? ' *' : '';
  return `${String(number).padStart(5)}  ${what}${mark}  ${JSON.stringify(params)}`;
}
