import { createHash } from 'node:crypto';

/** Names as MLflow's validation (mlflow/utils/validation.py) and every file system let them pass. */

/** Letters, digits, `_ - . ` space and `/`; no folder that leads elsewhere, none that Windows keeps for itself. */
export function mlflowName(name: string): string {
  const parts = name
    .split('/')
    .map((part) =>
      part
        .replace(/[^A-Za-z0-9_\-. ]+/g, '_')
        .replace(/^[. ]+|[. ]+$/g, '_')
        .slice(0, 100),
    )
    .map((part) => (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(part) ? `_${part}` : part))
    .filter((part) => part !== '');
  return parts.join('/').slice(0, 240) || 'unnamed';
}

/** Gives each name a file of its own: no two alike but for case, and none that would have to be a file and a folder. */
export class MlflowNames {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #given = new Map<string, string>();

  take(name: string): string {
    const given = this.#given.get(name);
    if (given !== undefined) return given;
    const parts = mlflowName(name).split('/');
    let path = '';
    parts.forEach((part, i) => {
      const isFile = i + 1 === parts.length;
      const before = path === '' ? '' : `${path}/`;
      path = before + part;
      for (let n = 2; !this.#isFree(path.toLowerCase(), isFile); n++) path = `${before}${part}_${n}`;
      (isFile ? this.#files : this.#folders).add(path.toLowerCase());
    });
    this.#given.set(name, path);
    return path;
  }

  /** Folders may be shared. */
  #isFree(path: string, isFile: boolean): boolean {
    return !this.#files.has(path) && !(isFile && this.#folders.has(path));
  }
}

/** 32 hexadecimal digits, as MLflow's run ids are: its own where it came from there, else one that is always the same. */
export function runIdOf(identity: string): string {
  const own = /^mlflow:([0-9a-f]{32})$/.exec(identity);
  return own ? own[1] : createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

/** MLflow's are numbers of 18 digits; the same for the same name. */
export const experimentIdOf = (name: string): string =>
  String(BigInt(`0x${createHash('sha256').update(name).digest('hex').slice(0, 14)}`) + 100_000_000_000_000_000n);
