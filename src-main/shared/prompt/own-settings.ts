import type { GenerationSettings } from '../generation.ts';

export const ownSettingNames = [
  'maxTokens',
  'minTokens',
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'beams',
  'noRepeat',
  'lengthPenalty',
  'earlyStopping',
] as const satisfies readonly (keyof GenerationSettings)[];
export type OwnSetting = (typeof ownSettingNames)[number];

/** How a model is to be asked, by its own description. */
export interface OwnSettings {
  settings: Partial<Pick<GenerationSettings, OwnSetting>>;
  /** By their names in generation_config.json: what it asks for and is not known here. */
  leftOut: string[];
}

const drawing: readonly (keyof GenerationSettings)[] = ['temperature', 'topK', 'topP', 'minP'];
const searching: readonly OwnSetting[] = ['beams', 'lengthPenalty', 'earlyStopping'];

/**
 * What holds: what was asked, and for all else what the model's own description says. Whoever asks for chance, a form or a beginning asks for no
 * search; who asks for a search wants nothing drawn.
 * @param asked of the settings those that somebody has chosen
 */
export function withOwn(
  settings: GenerationSettings,
  asked: readonly (keyof GenerationSettings)[],
  own: OwnSettings | null,
  begins = false,
): { settings: GenerationSettings; own: OwnSetting[] } {
  if (!own) return { settings, own: [] };
  const chosen = new Set(asked);
  const draws = drawing.some((name) => chosen.has(name)) && settings.temperature > 0;
  const searches = chosen.has('beams') || !(draws || settings.form || begins);
  const left = (name: OwnSetting): boolean =>
    chosen.has(name) || (draws && drawing.includes(name)) || (!searches && searching.includes(name));
  const taken = ownSettingNames.filter((name) => own.settings[name] !== undefined && !left(name));
  return {
    settings: { ...settings, ...Object.fromEntries(taken.map((name) => [name, own.settings[name]])) },
    own: taken,
  };
}
