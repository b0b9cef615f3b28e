import { fetchSafely, noConnection } from '../../download/fetch-safely.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ProviderSource } from './source.ts';

/** One file of a NuGet feed, as its catalogue describes it. */
export interface PackageFile {
  version: string;
  url: string;
  bytes: number;
  /** Base 64. */
  sha512: string;
}

const answerWithinMs = 30_000;

/** The first candidate that there is. Errors: no_connection, package_not_found. */
export async function findPackage(source: ProviderSource, signal: AbortSignal): Promise<PackageFile> {
  let reason: unknown;
  for (const { feed, version } of source.candidates) {
    try {
      return await findVersion(feed, source.name, version, signal);
    } catch (error) {
      reason = error;
      if (!(error instanceof AtelierError) || error.code !== 'package_not_found') throw error;
    }
  }
  throw reason;
}

interface Index {
  resources?: { '@id': string; '@type': string }[];
}

/**
 * By the NuGet protocol, version 3 (learn.microsoft.com/nuget/api/overview): service index → registration → catalogue entry, which
 * has size and hash.
 */
async function findVersion(feed: string, id: string, version: string, signal: AbortSignal): Promise<PackageFile> {
  const ask = <T>(url: string): Promise<T> => json<T>(url, signal);
  const { resources = [] } = await ask<Index>(feed);
  const resource = (type: string): string => {
    const found = resources.find((each) => each['@type'] === type)?.['@id'];
    if (!found) throw notFound(`${feed} has no ${type}`);
    return found.endsWith('/') ? found : `${found}/`;
  };
  const [name, number] = [id.toLowerCase(), version.toLowerCase()];
  const leaf = await ask<{ catalogEntry?: unknown }>(`${resource('RegistrationsBaseUrl')}${name}/${number}.json`);
  if (typeof leaf.catalogEntry !== 'string') throw notFound(`${id} ${version} has no catalogue entry`);
  const entry = await ask<{ packageHash?: unknown; packageHashAlgorithm?: unknown; packageSize?: unknown }>(
    leaf.catalogEntry,
  );
  const { packageHash, packageHashAlgorithm, packageSize } = entry;
  if (typeof packageHash !== 'string' || packageHashAlgorithm !== 'SHA512' || !Number.isSafeInteger(packageSize)) {
    throw notFound(`the catalogue tells no SHA-512 and size of ${id} ${version}`);
  }
  const url = `${resource('PackageBaseAddress/3.0.0')}${name}/${number}/${name}.${number}.nupkg`;
  return { version, url, bytes: packageSize as number, sha512: packageHash };
}

async function json<T>(url: string, signal: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(answerWithinMs);
  const response = await fetchSafely(url, signal, { until: timeout, missing: notFound });
  if (response.status >= 500) throw noConnection(url, `it answered ${response.status}`);
  if (!response.ok) throw notFound(`${url} answered ${response.status}`);
  try {
    return (await response.json()) as T;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) throw notFound(`${url} is not JSON`);
    throw noConnection(url, timeout.aborted ? 'it fell silent' : 'the connection was cut');
  }
}

export const notFound = (why: string): AtelierError =>
  new AtelierError('package_not_found', `The provider's package could not be found: ${why}.`);
