import { codeLine, recipeLine, type RunProvenance } from '../shared/run-provenance.ts';
import type { StepValue } from '../shared/recipe.ts';

const valueText = (value: StepValue): string => (Array.isArray(value) ? value.join(' ') : String(value));

/** A run's recipe and code as texts, as far as they are known: "1 fill columns=age with=median; 2 …". */
export function provenanceTexts({ recipe, code }: RunProvenance): Record<string, string> {
  const said = ({ kind, settings }: NonNullable<RunProvenance['recipe']>[number]): string =>
    [kind, ...Object.entries(settings).map(([key, value]) => `${key}=${valueText(value)}`)]
      .filter((text) => !text.endsWith('='))
      .join(' ');
  return {
    ...(recipe && { recipe: recipeLine(recipe, said) || 'none' }),
    ...(code && { code: codeLine(code) }),
  };
}
