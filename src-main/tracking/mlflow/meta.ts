import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { AtelierError } from '../../shared/errors.ts';
import { kindOf, readSmall } from '../files.ts';

/**
 * `meta.yaml` of an MLflow file store (mlflow/store/tracking/file_store.py): one level of names and values. Values are taken as the text
 * that stands there: as YAML's own types a run id of digits with an `e` among them would be a number.
 */
export class Meta {
  readonly path: string;
  readonly #values: ReadonlyMap<string, { text: string; line: number }>;

  private constructor(path: string, values: ReadonlyMap<string, { text: string; line: number }>) {
    this.path = path;
    this.#values = values;
  }

  /** Null where there is none. Throws `broken_meta`, which names file and line. */
  static async read(path: string): Promise<Meta | null> {
    if ((await kindOf(path))?.kind !== 'file') return null;
    const counter = new LineCounter();
    // Failsafe: every value a text; no tags, no merging. Aliases are not followed, so that none can blow up.
    const document = parseDocument(await readSmall(path), { schema: 'failsafe', lineCounter: counter });
    const [wrong] = document.errors;
    if (wrong)
      throw brokenMeta(path, wrong.linePos?.[0].line ?? 1, wrong.message.split('\n')[0].replace(/ at line.*$/, ''));
    if (!isMap(document.contents)) throw brokenMeta(path, 1, 'it holds no names with values');
    const values = new Map<string, { text: string; line: number }>();
    for (const { key, value } of document.contents.items) {
      if (!isScalar(key) || !isScalar(value)) continue;
      values.set(String(key.value), {
        text: String(value.value ?? ''),
        line: counter.linePos(value.range?.[0] ?? 0).line,
      });
    }
    return new Meta(path, values);
  }

  /** '' where it does not say. */
  text(name: string): string {
    const text = this.#values.get(name)?.text ?? '';
    return text === 'null' || text === '~' ? '' : text;
  }

  /** A moment in milliseconds since 1970; null where it does not say. */
  moment(name: string): number | null {
    const text = this.text(name);
    if (text === '') return null;
    const moment = Number(text);
    if (/^\d{1,16}$/.test(text) && moment <= 8.64e15) return moment;
    throw brokenMeta(
      this.path,
      this.#values.get(name)!.line,
      `${name} is "${text.slice(0, 60)}", which is no moment in milliseconds`,
    );
  }

  /** One of a few words or numbers. */
  one<T>(name: string, meanings: Readonly<Record<string, T>>, otherwise: T): T {
    const text = this.text(name);
    if (text === '') return otherwise;
    if (Object.hasOwn(meanings, text)) return meanings[text];
    throw brokenMeta(
      this.path,
      this.#values.get(name)!.line,
      `${name} is "${text.slice(0, 60)}"; it is one of ${Object.keys(meanings).join(', ')}`,
    );
  }
}

const brokenMeta = (path: string, line: number, what: string): AtelierError =>
  new AtelierError('broken_meta', `${path}, line ${line}: ${what}. Mend the file, or leave this run out.`);
