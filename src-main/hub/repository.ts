import { AtelierError } from '../shared/errors.ts';

/** A model on the hub, as a person names it. */
export interface Repository {
  /** `owner/name`; of the oldest ones only a name. */
  id: string;
  /** A branch, a tag or a commit; null: what the hub has as its main. */
  revision: string | null;
}

const part = '[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?';
const repository = new RegExp(`^${part}(?:/${part})?$`);

/** `HF_ENDPOINT` names a mirror, as for Hugging Face's own tools. Throws `hub_bad_endpoint`. */
export function hubEndpoint(wanted = process.env.HF_ENDPOINT): string {
  const text = wanted?.trim() || 'https://huggingface.co';
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new AtelierError(
    'hub_bad_endpoint',
    `HF_ENDPOINT="${text}" is no web address. Set it to one such as https://huggingface.co, or remove it.`,
  );
}

/**
 * `owner/name`, `owner/name@revision`, or the address of a model's page on any host. Throws `hub_bad_name`.
 * The rules of names are those of huggingface_hub's validate_repo_id.
 */
export function parseRepository(text: string): Repository {
  const wanted = text.trim();
  const { id, revision } = /^[a-z]+:\/\//i.test(wanted) ? fromAddress(wanted) : fromName(wanted);
  if (!repository.test(id) || /--|[.]{2}|[.]git$/.test(id)) throw badName(wanted);
  if (revision !== null && !/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/.test(revision)) throw badName(wanted);
  return { id, revision };
}

function fromName(text: string): Repository {
  const at = text.indexOf('@');
  return at < 0 ? { id: text, revision: null } : { id: text.slice(0, at), revision: text.slice(at + 1) };
}

/** `https://host/owner/name`, and what may follow: `/tree/revision`, `/blob/revision/file`, `/resolve/revision/file`. */
function fromAddress(text: string): Repository {
  if (!URL.canParse(text)) throw badName(text);
  const parts = new URL(text).pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (/^(?:datasets|spaces|docs|papers|collections)$/.test(parts[0] ?? '')) throw badName(text);
  const views = new Set(['tree', 'blob', 'resolve', 'commit', 'discussions']);
  const view = parts.findIndex((each, i) => i > 0 && views.has(each));
  const id = (view < 0 ? parts : parts.slice(0, view)).join('/');
  return { id, revision: view < 0 || parts[view] === 'discussions' ? null : (parts[view + 1] ?? null) };
}

const badName = (text: string): AtelierError =>
  new AtelierError(
    'hub_bad_name',
    `"${text.slice(0, 200)}" names no model. Write it as on its page, such as owner/name or owner/name@revision, or paste the page's address.`,
  );
