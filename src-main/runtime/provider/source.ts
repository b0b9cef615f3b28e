import { createRequire } from 'node:module';
import { AtelierError } from '../../shared/errors.ts';

/** Where CUDA's provider comes from, and what of the package is wanted. */
export interface ProviderSource {
  /** The name of the package, and the first of these that there is: a NuGet feed's service index, and a version. */
  name: string;
  candidates: readonly { feed: string; version: string }[];
  /** File name → its path inside the package. */
  files: Readonly<Record<string, string>>;
}

/** The part of onnxruntime-node's script/install-metadata.js that is read here. */
interface InstallMetadata {
  manifests: Record<string, Record<string, { package: string; path: string }>>;
  packages: Record<string, { name: string; versions: { feed: string; version: string }[] }>;
  feeds: Record<string, { type: string; index: string }>;
}

/** Of the manifest: TensorRT's provider needs TensorRT, which nobody was asked for. */
const wanted = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/**
 * As the installed onnxruntime-node itself has it, so that provider and library are always of one build.
 * ATELIER_NUGET_FEED names a mirror to ask instead. Errors: provider_unknown.
 */
export function providerSource(
  metadata: unknown = installMetadata(),
  mirror = process.env.ATELIER_NUGET_FEED,
): ProviderSource {
  try {
    const { manifests, packages, feeds } = metadata as InstallMetadata;
    const manifest = manifests['linux/x64:cuda12'];
    const entries = wanted.map((name) => [name, manifest[`./${name}`]] as const);
    const { name, versions } = packages[entries[0][1].package];
    const candidates = versions
      .filter(({ feed }) => feeds[feed].type === 'nuget')
      .map(({ feed, version }) => ({ feed: new URL(mirror || feeds[feed].index).href, version }));
    if (candidates.length === 0) throw new TypeError('it names no feed');
    return { name, candidates, files: Object.fromEntries(entries.map(([file, { path }]) => [file, path])) };
  } catch (error) {
    throw new AtelierError(
      'provider_unknown',
      `Where the CUDA provider comes from cannot be told${mirror ? `: is ATELIER_NUGET_FEED=${mirror} an address?` : ' from the installed onnxruntime-node. Install Atelier again.'}`,
      [String(error)],
    );
  }
}

function installMetadata(): unknown {
  try {
    return createRequire(import.meta.url)('onnxruntime-node/script/install-metadata.js');
  } catch (error) {
    return String(error);
  }
}
