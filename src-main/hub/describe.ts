import { fetchSafely, noConnection } from '../download/fetch-safely.ts';
import type { Digest } from '../download/fetch-file.ts';
import { AtelierError } from '../shared/errors.ts';
import { kindOfConfig } from '../shared/prompt/model-kind.ts';
import type { Repository } from './repository.ts';

/** One file as the hub lists it. */
export interface HubFile {
  path: string;
  bytes: number;
  hash: Digest;
}

/** A model at one commit. */
export interface HubModel {
  id: string;
  commit: string;
  files: HubFile[];
  /** As its card has it: an SPDX name where there is one; null where it says nothing. */
  licence: string | null;
  licenceLink: string | null;
  /** Its files are given only to those who agreed to its terms. */
  gated: boolean;
  task: string | null;
  /** `config.json`'s model_type. */
  type: string | null;
}

const answerWithinMs = 30_000;
type Json = Readonly<Record<string, unknown>>;

/**
 * Asks what a model is, and which files it has, with sizes and hashes: GET /api/models/{id}/revision/{revision}?blobs=true
 * (huggingface.co/docs/hub/api). Errors: no_connection, hub_no_such_model, hub_needs_access,
 * unsupported_architecture.
 */
export async function describeModel(
  endpoint: string,
  { id, revision }: Repository,
  token: string | null,
  signal: AbortSignal,
): Promise<HubModel> {
  const at = encodeURIComponent(revision ?? 'main');
  const info = object(await ask(`${endpoint}/api/models/${id}/revision/${at}?blobs=true`, id, token, signal));
  const card = object(info.cardData);
  const tags = Array.isArray(info.tags) ? info.tags.filter((tag) => typeof tag === 'string') : [];
  const commit = text(info.sha);
  // It names the folder that the files go to.
  if (commit === null || !/^[0-9a-f]{40}$/.test(commit)) throw strange(endpoint, 'it names no commit');
  // Said before anything of it comes.
  kindOfConfig(object(info.config));
  const listed = text(card.license) ?? tags.find((tag) => tag.startsWith('license:'))?.slice(8) ?? null;
  return {
    id: text(info.id) ?? id,
    commit,
    files: (Array.isArray(info.siblings) ? info.siblings : []).flatMap((one) => fileOf(object(one))),
    licence: listed === 'other' ? (text(card.license_name) ?? listed) : listed,
    licenceLink: text(card.license_link),
    gated: info.gated !== undefined && info.gated !== false,
    task: text(info.pipeline_tag),
    type: text(object(info.config).model_type),
  };
}

/** Large files have their SHA-256; the others are Git's own. What has neither is not taken. */
function fileOf({ rfilename, size, blobId, lfs }: Json): HubFile[] {
  const large = object(lfs);
  const [path, bytes] = [text(rfilename), typeof large.size === 'number' ? large.size : size];
  if (path === null || typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return [];
  const [sha256, blob] = [text(large.sha256), text(blobId)];
  if (sha256 !== null && /^[0-9a-f]{64}$/.test(sha256)) return [{ path, bytes, hash: { of: 'sha256', hex: sha256 } }];
  if (blob !== null && /^[0-9a-f]{40}$/.test(blob)) return [{ path, bytes, hash: { of: 'git-blob', hex: blob } }];
  return [];
}

async function ask(url: string, id: string, token: string | null, signal: AbortSignal): Promise<unknown> {
  const until = AbortSignal.timeout(answerWithinMs);
  const missing = (why: string): AtelierError => noSuchModel(id, why);
  const response = await fetchSafely(url, signal, { until, headers: bearer(token), missing });
  const { status } = response;
  if (status === 401 || status === 403) throw token === null ? noSuchModel(id, hidden) : needsAccess(url, id);
  if (status === 404 || status === 400)
    throw noSuchModel(id, `${new URL(url).host} knows no such model, or no such revision of it`);
  if (!response.ok) throw noConnection(url, `it answered ${status}`);
  try {
    return await response.json();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) throw strange(url, 'its answer is no JSON');
    throw noConnection(url, until.aborted ? 'it fell silent' : 'the connection was cut');
  }
}

/** As Hugging Face's own tools say who asks. */
export const bearer = (token: string | null): Record<string, string> =>
  token === null ? {} : { authorization: `Bearer ${token}` };

const hidden =
  'the hub knows none of that name, or shows it only to some. If it is private, set the environment variable HF_TOKEN to a token that may read it, and open Atelier again';

const noSuchModel = (id: string, why: string): AtelierError =>
  new AtelierError('hub_no_such_model', `There is no model "${id}": ${why}. Check how its name is written.`);

export const needsAccess = (url: string, id: string): AtelierError =>
  new AtelierError(
    'hub_needs_access',
    `"${id}" is given only to those who agreed to its terms. Agree on its page (${new URL(url).origin}/${id}), set the environment variable HF_TOKEN to a token of that account, and open Atelier again.`,
  );

const strange = (url: string, why: string): AtelierError =>
  new AtelierError(
    'hub_strange_answer',
    `${new URL(url).host} does not answer as Hugging Face's hub does: ${why}. Is HF_ENDPOINT right?`,
  );

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, 300) : null;
const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
