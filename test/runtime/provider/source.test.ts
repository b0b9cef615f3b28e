import { describe, expect, it } from 'vitest';
import { findPackage } from '../../../src-main/runtime/provider/nuget.ts';
import { providerSource } from '../../../src-main/runtime/provider/source.ts';
import { createHash } from 'node:crypto';
import { providerPackage, providerServer, providerVersion } from '../../support/provider-package.ts';

const none = new AbortController().signal;
const archive = providerPackage();

describe('where the provider comes from', () => {
  it('is what the installed onnxruntime-node itself says, for the very version that is installed', () => {
    const { candidates, files } = providerSource(undefined, '');
    expect(candidates[0].feed).toMatch(/^https:/);
    expect(candidates.map(({ version }) => version)).toContain(providerVersion);
    expect(Object.keys(files).sort()).toEqual([
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ]);
  });
  it('is a mirror where one is named', () =>
    expect(providerSource(undefined, 'https://mirror.example/v3/index.json').candidates[0].feed).toBe(
      'https://mirror.example/v3/index.json',
    ));
  it.each([
    ['no metadata', 'not found', ''],
    ['metadata of another form', { manifests: {} }, ''],
    ['a mirror that is no address', undefined, 'mirror'],
  ])('cannot be told from %s', (_, metadata, mirror) =>
    expect(() => providerSource(metadata, mirror)).toThrow(expect.objectContaining({ code: 'provider_unknown' })),
  );
});

describe('a package of the feed', () => {
  it('is found with its size and hash', async () => {
    const { source } = await providerServer(archive);
    expect(await findPackage(source, none)).toEqual({
      version: providerVersion,
      url: expect.stringMatching(/[/]flat[/].*[.]nupkg$/) as string,
      bytes: archive.length,
      sha512: createHash('sha512').update(archive).digest('base64'),
    });
  });

  it('is the first version that there is', async () => {
    const { source, feed } = await providerServer(archive);
    const candidates = [{ feed, version: '9.9.9' }, ...source.candidates];
    expect(await findPackage({ ...source, candidates }, none)).toMatchObject({ version: providerVersion });
    await expect(findPackage({ ...source, candidates: candidates.slice(0, 1) }, none)).rejects.toMatchObject({
      code: 'package_not_found',
    });
  });

  it.each([
    ['without a hash', { packageHash: undefined }],
    ['with another kind of hash', { packageHashAlgorithm: 'MD5' }],
    ['without a size', { packageSize: '12' }],
  ])('%s is not taken', async (_, entry) => {
    const { source } = await providerServer(archive, { entry });
    await expect(findPackage(source, none)).rejects.toMatchObject({ code: 'package_not_found' });
  });

  it.each(['http://feed.example/v3/index.json', 'file:///etc/passwd', 'ftp://127.0.0.1/x'])(
    'is not asked for at %s',
    async (feed) => {
      const source = { ...providerSource(), candidates: [{ feed, version: '1.0.0' }] };
      await expect(findPackage(source, none)).rejects.toMatchObject({
        code: 'package_not_found',
        message: expect.stringContaining('no encrypted address') as string,
      });
    },
  );

  it('cannot be found without a connection', async () => {
    const { source, close } = await providerServer(archive);
    close();
    await expect(findPackage(source, none)).rejects.toMatchObject({ code: 'no_connection' });
  });
});
