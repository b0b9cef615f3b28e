import { markSubject, packMark, type MarkValue } from '../../db/label-marks.ts';
import { packLabel, type Labelling } from '../../db/labellings.ts';
import { numbersById, shapeOf } from '../../datasets/annotations/marks.ts';
import type { FoundMarks } from '../../shared/said.ts';
import type { LabelOutcome } from '../../shared/labels.ts';
import type { Logs, Values } from './logs.ts';
import { labelOf, type MarkChanges } from './mark-edits.ts';

/**
 * Takes what files say is marked in samples, in the place of what was: all of it one edit. A mark that is there already, the very same, stays
 * what it is. `ids`: of classes, by name.
 */
export function takeMarks(
  logs: Logs,
  log: Labelling,
  who: string,
  { samples }: Pick<FoundMarks, 'samples'>,
  ids: ReadonlyMap<string, number>,
): Promise<LabelOutcome> {
  const given = new Map(samples);
  return logs.give(log, who, [...given.keys()], async (sample): Promise<Values> => {
    const held = await logs.book.of(log, sample);
    const { annotations } = given.get(sample)!;
    const same = new Map([...held.now].map(([number, mark]) => [packMark(mark), number]));
    const places = annotations.map((_, i) => held.last + i + 1);
    const numbers = new Map([...numbersById(annotations)].map(([id, number]) => [id, places[number - 1]]));
    const changes: MarkChanges = new Map([...held.now.keys()].map((number) => [number, null]));
    const marks = annotations.map((one, i): MarkValue => {
      const mark = { class: ids.get(one.class)!, suggested: false, confidence: null, shape: shapeOf(one, numbers) };
      const there = same.get(packMark(mark));
      if (there === undefined || !changes.delete(there)) changes.set(places[i], mark);
      return mark;
    });
    const values: Values = [[sample, packLabel(labelOf(logs.label(log, sample), 'labelled', marks))]];
    for (const [number, mark] of changes) values.push([markSubject(sample, number), mark && packMark(mark)]);
    return values;
  });
}
