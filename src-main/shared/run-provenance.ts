import type { TestLooks } from './evaluation.ts';
import type { RunId } from './ids.ts';
import type { RecipeStep } from './recipe.ts';

/** What stands behind a run's numbers besides what it was asked to do. Of an imported run nothing is known of it. */
export interface RunProvenance {
  run: RunId;
  /** The steps that are done of its data's recipe, in order; null where that is not known. */
  recipe: Pick<RecipeStep, 'kind' | 'settings'>[] | null;
  /** Versions of Atelier, ONNX Runtime and what runs them that made its best checkpoint; null where it has none. */
  code: Readonly<Record<string, string>> | null;
  looks: TestLooks;
}

const names: Readonly<Record<string, string>> = {
  atelier: 'Atelier',
  onnxruntime: 'ONNX Runtime',
  node: 'Node.js',
  electron: 'Electron',
};

/** "Atelier 1.2.0, ONNX Runtime 1.27.0, linux-x64" */
export const codeLine = (code: Readonly<Record<string, string>>): string =>
  Object.entries(code)
    .map(([key, version]) => (key === 'platform' ? version : `${names[key] ?? key} ${version}`))
    .join(', ');

/** "1 Fill gaps: age, With median; 2 Standardise"; '' for none. `said`: a step in words. */
export const recipeLine = (
  recipe: NonNullable<RunProvenance['recipe']>,
  said: (step: Pick<RecipeStep, 'kind' | 'settings'>) => string,
): string => recipe.map((step, i) => (recipe.length > 1 ? `${i + 1} ${said(step)}` : said(step))).join('; ');
