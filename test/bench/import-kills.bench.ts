// Kills the command line that imports, the process that reads for it, or both, with SIGKILL at random moments, again and again until the import
// has come to its end: a table, a folder of pictures and an annotated set in turn. After each kill the workspace is opened: the dataset must be
// absent or the very one that an undisturbed import makes, and of its bytes no more than 1 % may belong to nobody. What is kept to be gone on with
// must be taken up by `atelier import --resume`. In the end every byte is in its place and none is left over.
//   npm run bench -- import-kills      BENCH_KILLS=150   BENCH_SEED=1   BENCH_MINUTES=30 at the most
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src-main/shared/random.ts';
import { done, startAtelier } from '../support/built-cli.ts';
import { bytesOf, importSources, storedManifest, unfinished } from '../support/kill-imports.ts';
import { childrenOf, isAlive } from '../support/processes.ts';

const number = (name: string, usual: number): number => Number(process.env[name] ?? usual);
const [kills, seed, minutes] = [number('BENCH_KILLS', 150), number('BENCH_SEED', 1), number('BENCH_MINUTES', 30)];
/** Kills of one import, at the most: then it is left to end, and another begins. */
const most = 6;
const until = performance.now() + minutes * 60_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Found {
  kills: number;
  whole: number;
  wentOn: number;
  anew: number;
  imports: number;
  worst: number;
  wrong: number;
}

/** One kind of source, of which an undisturbed import gives `expected` and takes `size` bytes. */
class Suffering {
  readonly found: Found = { kills: 0, whole: 0, wentOn: 0, anew: 0, imports: 0, worst: 0, wrong: 0 };
  readonly #source: string;
  readonly #expected: string;
  readonly #size: number;
  readonly #took: number;
  readonly #random: Random;

  constructor(source: string, expected: string, size: number, took: number, random: Random) {
    this.#source = source;
    this.#expected = expected;
    this.#size = size;
    this.#took = took;
    this.#random = random;
  }

  /** One import, killed up to `most` times and then left to end. */
  async import(workspace: string, kills: number): Promise<void> {
    mkdirSync(workspace);
    const begin = ['import', this.#source, '--name', 'it', '--json'];
    let words = begin;
    for (let n = 0; n < most && this.found.kills < kills && performance.now() < until; n++) {
      if (!(await this.#killed(workspace, words))) break;
      words = (await this.#afterwards(workspace)) ?? begin;
      if (words.length === 0) break;
    }
    if (!storedManifest(workspace)) await done(workspace, ...words);
    this.found.imports++;
    this.#check('the same as undisturbed', JSON.stringify(storedManifest(workspace)) === this.#expected);
    const bytes = await bytesOf(join(workspace, 'blobs'));
    this.#check('no byte too many', bytes === this.#size, { bytes, size: this.#size });
  }

  /** Whether it was caught before its end. */
  async #killed(workspace: string, words: readonly string[]): Promise<boolean> {
    const { child, ended } = startAtelier(workspace, words);
    await pause(this.#random.uniform() * this.#took);
    if (child.exitCode !== null) {
      const { code, stderr } = await ended;
      this.#check('it ended by itself, and well', code === 0, stderr);
      return false;
    }
    const helpers = childrenOf(child.pid!);
    const victim = this.#random.below(3);
    if (victim < 2 || helpers.length === 0) child.kill('SIGKILL');
    if (victim > 0) for (const pid of helpers.filter(isAlive)) process.kill(pid, 'SIGKILL');
    await ended;
    for (const end = Date.now() + 30_000; helpers.some(isAlive) && Date.now() < end;) await pause(5);
    this.#check('its process ends with it', !helpers.some(isAlive));
    this.found.kills++;
    return true;
  }

  /** What is to be done next; empty where it is done. */
  async #afterwards(workspace: string): Promise<string[] | null> {
    if (!existsSync(join(workspace, 'atelier.db'))) return null;
    const list = await done(workspace, 'data', 'list', '--json');
    const manifest = storedManifest(workspace);
    if (manifest) this.#check('whole', JSON.stringify(manifest) === this.#expected);
    const folders = unfinished(workspace);
    const kept = (await Promise.all(folders.map(bytesOf))).reduce((sum, bytes) => sum + bytes, 0);
    const blobs = join(workspace, 'blobs');
    const orphans = (existsSync(blobs) ? await bytesOf(blobs) : 0) - kept - (manifest ? this.#size : 0);
    this.found.worst = Math.max(this.found.worst, orphans / this.#size);
    this.#check('no orphans', orphans <= this.#size / 100, { orphans, size: this.#size, blobs: readdirSync(blobs) });
    if (manifest) {
      this.#check('nothing kept of what is done', kept === 0, folders);
      this.found.whole++;
      return [];
    }
    const resumable = list.stderr.includes('atelier import --resume') || folders.length > 0;
    this.found[kept > 0 && resumable ? 'wentOn' : 'anew']++;
    return resumable ? ['import', '--resume', '--json'] : null;
  }

  #check(what: string, holds: boolean, seen?: unknown): void {
    if (holds) return;
    this.found.wrong++;
    console.log(`WRONG ${what}: ${JSON.stringify(seen)?.slice(0, 2000)}`);
  }
}

let wrong = 0;
for (const [index, [kind, write]] of Object.entries(importSources).entries()) {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-import-kills-'));
  try {
    await write(folder);
    const undisturbed = join(folder, 'undisturbed');
    mkdirSync(undisturbed);
    const source = join(folder, 'source');
    const from = performance.now();
    await done(undisturbed, 'import', source, '--name', 'it', '--json');
    const took = performance.now() - from;
    const size = await bytesOf(join(undisturbed, 'blobs'));
    const expected = JSON.stringify(storedManifest(undisturbed));
    const suffering = new Suffering(source, expected, size, took, new Random(seed, index, 0));
    const { found } = suffering;
    const share = Math.floor((kills * (index + 1)) / 3) - Math.floor((kills * index) / 3);
    for (let n = 0; found.kills < share && performance.now() < until; n++) {
      const workspace = join(folder, `workspace-${n}`);
      await suffering.import(workspace, share);
      if (found.wrong === 0) rmSync(workspace, { recursive: true });
    }
    console.log(
      `${kind}: ${found.kills} kills over ${found.imports} imports; ${found.whole} times it was whole already, ${found.wentOn} times it went on, ${found.anew} times from the beginning; at worst ${(100 * found.worst).toFixed(2)} % belonged to nobody; ${found.wrong} wrong`,
    );
    wrong += found.wrong;
  } finally {
    if (wrong === 0) rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`${wrong} wrong`);
if (wrong > 0) process.exitCode = 1;
