import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { alone } from '../download/alone.ts';
import { fetchFile, hasDigest, sizeOf, type FetchWatch } from '../download/fetch-file.ts';
import { flushFolder } from '../runtime/atomic-file.ts';
import { AtelierError } from '../shared/errors.ts';
import type { HubOffer, HubParams, HubVariant } from '../shared/work/hub.ts';
import { usualVariant, variantsOf, type Variant } from './choose.ts';
import { bearer, describeModel, needsAccess, type HubFile, type HubModel } from './describe.ts';
import { hubEndpoint, parseRepository } from './repository.ts';

/** Beside what it took elsewhere to be opened. */
const note = 'atelier-download.json';
const marginBytes = 50e6;

export interface GetWatch {
  signal: AbortSignal;
  progress(stage: 'downloading' | 'checking', bytes: number, total: number): void;
  /** Milliseconds before another attempt; for tests. */
  waitMs?: number;
}

interface Found {
  offer: HubOffer;
  model: HubModel;
  endpoint: string;
  chosen: Variant;
}

type Wish = Pick<HubParams, 'folder' | 'name' | 'variant'>;

/**
 * What would be downloaded, and how much of it is here. Errors: hub_bad_name, hub_bad_endpoint, hub_no_such_model, hub_needs_access,
 * hub_no_weights, hub_no_such_variant, unsupported_architecture, tokenizer_missing, hub_strange_answer, no_connection.
 */
export async function offerModel(wish: Wish, signal: AbortSignal): Promise<HubOffer> {
  return (await find(wish, signal)).offer;
}

/**
 * Makes the model's folder: whole, or not at all. Each file is checked against the hash that the hub lists; what has come by a cut or a
 * cancel stays beside, and is gone on from. Errors: those of `offerModel`, wrong_hash, disk_full, download_busy.
 */
export async function getModel(wish: Wish, watch: GetWatch): Promise<HubOffer> {
  const { offer, model, endpoint, chosen } = await find(wish, watch.signal);
  const { folder } = offer.chosen;
  if (offer.chosen.whole) return offer;
  const staged = stagedFolder(wish.folder, folder);
  return alone(folder, busy, async () => {
    try {
      await checkSpace(wish.folder, chosen.bytes - offer.chosen.have);
      let before = 0;
      for (const file of chosen.files) {
        const path = join(staged, file.path);
        await mkdir(dirname(path), { recursive: true });
        const told: FetchWatch['progress'] = (stage, bytes) => watch.progress(stage, before + bytes, chosen.bytes);
        if (!(await isHere(path, file, watch.signal)))
          await fetchTo(path, file, { model, endpoint }, { ...watch, progress: told });
        before += file.bytes;
        told('downloading', 0);
      }
      await writeFile(join(staged, note), noteOf(model, endpoint, chosen));
      flushFolder(staged);
      watch.signal.throwIfAborted();
      await mkdir(dirname(folder), { recursive: true });
      // One of the same commit that lacks a file.
      await rm(folder, { recursive: true, force: true });
      await rename(staged, folder);
      flushFolder(dirname(folder));
    } catch (error) {
      watch.signal.throwIfAborted();
      throw /^(ENOSPC|EDQUOT)$/.test(String((error as { code?: unknown }).code))
        ? noSpace(wish.folder, (error as Error).message)
        : error;
    }
    return { ...offer, chosen: { ...offer.chosen, have: offer.chosen.bytes, whole: true } };
  });
}

async function find({ folder, name, variant: wanted }: Wish, signal: AbortSignal): Promise<Found> {
  const endpoint = hubEndpoint();
  const token = process.env.HF_TOKEN?.trim() || null;
  const model = await describeModel(endpoint, parseRepository(name), token, signal);
  const all = variantsOf(model);
  const chosen = wanted === undefined ? usualVariant(all) : all.find(({ key }) => key === wanted);
  if (!chosen) {
    throw new AtelierError(
      'hub_no_such_variant',
      `"${model.id}" is not offered as "${wanted}". Choose one of: ${all.map(({ key }) => key).join(', ')}.`,
    );
  }
  const variants = await Promise.all(all.map((one) => variantHere(folder, model, one)));
  const offer: HubOffer = {
    id: model.id,
    commit: model.commit,
    host: new URL(endpoint).host,
    page: `${endpoint}/${model.id}`,
    licence: model.licence,
    licenceLink: model.licenceLink,
    locked: model.gated && token === null,
    task: model.task,
    variants,
    chosen: variants[all.indexOf(chosen)],
  };
  return { offer, model, endpoint, chosen };
}

/** By owner and commit, so that what a prompt was run on stays what it was; called as the model is, for people. */
async function variantHere(base: string, model: HubModel, { key, files, bytes }: Variant): Promise<HubVariant> {
  const [owner, name] = model.id.includes('/') ? model.id.split('/') : ['', model.id];
  const own = key === 'full' ? name : `${name}-${key}`;
  const folder = join(base, owner || name, model.commit.slice(0, 12), own);
  const whole = existsSync(join(folder, note)) && (await bytesIn(folder, files)) === bytes;
  const have = whole ? bytes : await bytesIn(stagedFolder(base, folder), files);
  return { key, files: files.length, bytes, have, folder, whole };
}

const bytesIn = async (folder: string, files: readonly HubFile[]): Promise<number> =>
  (await Promise.all(files.map(({ path }) => sizeOf(join(folder, path))))).reduce((sum, size) => sum + size, 0);

/** Where it is put together: on the same disk, where nobody looks for models. */
const stagedFolder = (base: string, folder: string): string =>
  join(base, '.part', folder.slice(base.length + 1).replace(/[\\/]/g, '--'));

/** From an earlier attempt, and as it should be. */
async function isHere(path: string, file: HubFile, signal: AbortSignal): Promise<boolean> {
  if ((await sizeOf(path)) !== file.bytes || !existsSync(path)) return false;
  if (await hasDigest(path, file, signal)) return true;
  await rm(path, { force: true });
  return false;
}

async function fetchTo(
  path: string,
  { path: name, bytes, hash }: HubFile,
  { model, endpoint }: Pick<Found, 'model' | 'endpoint'>,
  watch: FetchWatch,
): Promise<void> {
  const url = `${endpoint}/${model.id}/resolve/${model.commit}/${name.split('/').map(encodeURIComponent).join('/')}`;
  const token = process.env.HF_TOKEN?.trim() || null;
  const missing = (why: string): AtelierError =>
    / answered 40[13]$/.test(why)
      ? needsAccess(url, model.id)
      : new AtelierError('hub_no_such_model', `A file of "${model.id}" could not be found: ${why}.`);
  if (bytes === 0) await writeFile(path, '');
  await fetchFile({ url, bytes, hash, headers: bearer(token), missing }, path, watch);
}

/** Where it came from, for people and for later. */
const noteOf = ({ id, commit, licence }: HubModel, endpoint: string, { key, files }: Variant): string =>
  `${JSON.stringify(
    {
      from: endpoint,
      model: id,
      commit,
      licence,
      variant: key,
      files: files.map(({ path, bytes, hash }) => ({
        path,
        bytes,
        hash: hash.of === 'sha512' ? hash.base64 : hash.hex,
      })),
    },
    null,
    2,
  )}\n`;

async function checkSpace(base: string, needed: number): Promise<void> {
  await mkdir(base, { recursive: true });
  const { bavail, bsize } = await statfs(base);
  const gb = (value: number): string => (value / 1e9).toFixed(1);
  if (bavail * bsize >= needed + marginBytes) return;
  throw noSpace(base, `${gb(needed)} GB are needed there, ${gb(bavail * bsize)} GB are free`);
}

const noSpace = (base: string, why: string): AtelierError =>
  new AtelierError(
    'disk_full',
    `The disk that holds ${base} has no room for the model: ${why}. What was downloaded is kept. Free some space, then try again.`,
  );
const busy = (): AtelierError =>
  new AtelierError(
    'download_busy',
    'Another Atelier (a window, or a command line) is downloading this model. Wait for it to end.',
  );
