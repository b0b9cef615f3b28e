/** Files that speak of data, or of a model or program, and are none themselves. */

const metadata = new Set([
  ...['dataset_info.json', 'dataset_infos.json', 'dataset-metadata.json', 'dataset_dict.json', 'state.json'],
  ...['datapackage.json', 'croissant.json', 'config.json', 'generation_config.json', 'preprocessor_config.json'],
  ...['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json', 'vocab.json'],
  ...['vocab.txt', 'merges.txt'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'composer.json'],
]);
const index = /\.(safetensors|bin)\.index\.json$/i;
const documents =
  /^(readme|licen[cs]e|copying|authors|contributors|contributing|changelog|changes|citation|notice|sources?|credits|requirements|manifest|todo)([-_.][a-z_-]+)*$/i;

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Told by its name, and so only where other files are the data. */
export function isAbout(path: string): boolean {
  const base = baseOf(path);
  return metadata.has(base.toLowerCase()) || index.test(base) || documents.test(base);
}

/** Those that are data by their names; all, where none is. */
export function butAbout<T extends { relative: string }>(files: readonly T[]): T[] {
  const data = files.filter(({ relative }) => !isAbout(relative));
  return data.length > 0 ? data : [...files];
}
