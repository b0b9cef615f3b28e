/**
 * The notation of includes: `{{> name}}`, the partial of Mustache, or `{{> name@3}}` for a version. In the place of the name may stand the id, which
 * is how versions keep them.
 */

export interface IncludeRef {
  /** A prompt's name or id. */
  name: string;
  /** Null: as it stands. */
  version: number | null;
}

/** What stands behind the `>`. */
export function includeRef(inside: string): IncludeRef {
  const found = /^(.*?)@(\d{1,7})$/.exec(inside.trim());
  return found ? { name: found[1].trim(), version: Number(found[2]) } : { name: inside.trim(), version: null };
}

/** Whether a name can be told from what stands around it. */
export const canBeIncluded = (name: string): boolean => !/[{}\n\r]|@\d{1,7}$|^\s|\s$|^$/.test(name);

export const includeText = ({ name, version }: IncludeRef): string =>
  `{{> ${name}${version === null ? '' : `@${version}`}}}`;
