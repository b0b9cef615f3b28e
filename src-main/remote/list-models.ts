import { AtelierError } from '../shared/errors.ts';
import { mostModelName, mostRemoteModels, type RemoteModels, type RemoteTarget } from '../shared/remote.ts';
import { malformedError, redacted, saidOf, statusError } from './failures.ts';
import { asObject, textOr } from './loose.ts';
import { retryAfter } from './patience.ts';
import { request } from './request.ts';

/** Somebody waits for it. */
const limits = { silentMs: 15_000, mostBytes: 8 * 2 ** 20 };

/** What `GET /models` tells. Errors: those of `request`, and remote_no_list where there is no such list. */
export async function listRemoteModels(target: RemoteTarget, signal: AbortSignal): Promise<RemoteModels> {
  const began = performance.now();
  const response = await request(target, '/models', undefined, signal, limits);
  if (response.status !== 200) {
    const said = saidOf(await response.beginning(), target);
    if (response.status === 404 || response.status === 405)
      throw new AtelierError(
        'remote_no_list',
        `${target.name} (${new URL(target.baseUrl).host}) answers, and tells no list of models at this address, which usually ends in /v1. If it is right, type the models' names.`,
      );
    throw statusError(target, response.status, said, retryAfter(response.headers));
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of response.bytes) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformedError(target, 'with something that is no JSON', text);
  }
  const list = asObject(value)?.data ?? asObject(value)?.models ?? value;
  if (!Array.isArray(list)) throw malformedError(target, 'with no list of models', text);
  const names = list
    .map((one) => redacted(textOr(asObject(one)?.id) || textOr(asObject(one)?.name) || textOr(one), target.key).trim())
    .filter((name) => name !== '' && name.length <= mostModelName);
  const models = [...new Set(names)].sort((a, b) => a.localeCompare(b));
  return {
    models: models.slice(0, mostRemoteModels),
    cut: models.length > mostRemoteModels,
    ms: Math.round(performance.now() - began),
  };
}
