import { randomBytes } from 'node:crypto';
import { providerSource, type ProviderSource } from '../../src-main/runtime/provider/source.ts';
import { versions } from '../../src-main/runtime/versions.ts';
import { nugetServer, type NugetServer } from './nuget-server.ts';
import type { Behaviour } from './send-file.ts';
import { zip } from './zip.ts';

const { name, files: places } = providerSource(undefined, '');
/** ONNX Runtime's, as it is installed here. */
export const providerVersion = versions().onnxruntime;

/** By the library's file name: what stands in for it. */
export const libraries: Record<string, Buffer> = {
  'libonnxruntime_providers_shared.so': randomBytes(5_000),
  'libonnxruntime_providers_cuda.so': Buffer.concat([randomBytes(200_000), Buffer.alloc(100_000)]),
};

/** A package as the real one is laid out, with more in it than is wanted. */
export const providerPackage = (contents: Record<string, Buffer> = libraries): Buffer =>
  zip({
    'readme.txt': Buffer.from('not wanted'),
    ...Object.fromEntries(Object.entries(contents).map(([file, bytes]) => [places[file], bytes])),
  });

/** A feed that has it, and where to ask. */
export async function providerServer(
  archive: Buffer,
  options: { behaviours?: Behaviour[]; entry?: Record<string, unknown> } = {},
): Promise<NugetServer & { source: ProviderSource }> {
  const server = await nugetServer(name, providerVersion, archive, options);
  return { ...server, source: providerSource(undefined, server.feed) };
}
