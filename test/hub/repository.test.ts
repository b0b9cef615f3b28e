import { describe, expect, it } from 'vitest';
import { hubEndpoint, parseRepository } from '../../src-main/hub/repository.ts';

describe('the name of a model on the hub', () => {
  it.each([
    ['owner/name', 'owner/name', null],
    ['  owner/name-1.5B_x ', 'owner/name-1.5B_x', null],
    ['gpt2', 'gpt2', null],
    ['owner/name@v1.0', 'owner/name', 'v1.0'],
    ['owner/name@refs/pr/3', 'owner/name', 'refs/pr/3'],
    ['https://huggingface.co/owner/name', 'owner/name', null],
    ['https://huggingface.co/owner/name/', 'owner/name', null],
    ['https://a.mirror/owner/name/tree/abc123', 'owner/name', 'abc123'],
    ['https://huggingface.co/owner/name/blob/main/onnx/model.onnx', 'owner/name', 'main'],
    ['https://huggingface.co/owner/name/discussions/4', 'owner/name', null],
  ])('%s', (text, id, revision) => {
    expect(parseRepository(text)).toEqual({ id, revision });
  });

  it.each([
    '',
    'a/b/c',
    'owner/..',
    '../../etc',
    'owner/name@',
    'owner/na me',
    'owner/a--b',
    'owner/name.git',
    '-owner/name',
    'owner/name@../x',
    'https://huggingface.co/datasets/owner/name',
    'https://huggingface.co/',
    'https://',
  ])('refuses "%s" and says how it is written', (text) => {
    expect(() => parseRepository(text)).toThrow(
      expect.objectContaining({ code: 'hub_bad_name', message: expect.stringContaining('owner/name') as string }),
    );
  });

  it('is asked of the hub itself, or of the mirror that HF_ENDPOINT names', () => {
    expect(hubEndpoint('')).toBe('https://huggingface.co');
    expect(hubEndpoint('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080');
    expect(() => hubEndpoint('file:///x')).toThrow(expect.objectContaining({ code: 'hub_bad_endpoint' }));
  });
});
