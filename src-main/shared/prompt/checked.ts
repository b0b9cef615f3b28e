import { variablesIn, type Expansion, type ExpandedPlace } from './expand.ts';
import type { PromptProblem } from './problems.ts';

/** What an editor shows of a prompt besides its text. */
export interface CheckedPrompt {
  problems: PromptProblem[];
  /** Those of what is included with them. */
  variables: string[];
  /** Long texts and cells end after `mostShown` characters, rows after `mostRowsShown`. */
  places: ExpandedPlace[];
}
const mostShown = 2000;
const mostRowsShown = 5;
const mostProblems = 200;

export const checkedPrompt = (made: Expansion): CheckedPrompt => ({
  problems: made.problems.slice(0, mostProblems),
  variables: variablesIn(made),
  places: made.places.map((place) =>
    place.kind === 'include'
      ? { ...place, text: place.text.slice(0, mostShown) }
      : {
          ...place,
          drawn: place.drawn && {
            ...place.drawn,
            rows: place.drawn.rows
              .slice(0, mostRowsShown)
              .map(({ row, cells }) => ({ row, cells: cells.map((cell) => cell.slice(0, mostShown)) })),
          },
        },
  ),
});
