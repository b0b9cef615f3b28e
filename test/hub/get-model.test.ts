import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getModel, offerModel } from '../../src-main/hub/get-model.ts';
import { hubCommit, hubServer } from '../support/hub-server.ts';
import type { Behaviour } from '../support/send-file.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const before = { ...process.env };
beforeEach(() => delete process.env.HF_TOKEN);
afterEach(() => {
  process.env = { ...before };
});

const id = 'owner/a-model';
const weights = randomBytes(200_000);
const files: Record<string, Buffer> = {
  'config.json': Buffer.from('{"model_type":"gpt2"}'),
  'tokenizer.json': Buffer.from('{"ünïcode":true}'),
  'special_tokens_map.json': Buffer.alloc(0),
  'onnx/model.onnx': randomBytes(3000),
  'onnx/model.onnx_data': weights,
  'onnx/model_q4.onnx': randomBytes(2000),
  'flax_model.msgpack': randomBytes(10),
};
const none = new AbortController().signal;

async function given(more: Partial<Parameters<typeof hubServer>[0]> = {}, folder = tempFolder()) {
  const server = await hubServer({ id, files, ...more });
  process.env.HF_ENDPOINT = server.endpoint;
  const told: [string, number, number][] = [];
  const abort = new AbortController();
  const get = (name = id, variant = 'full', stop = Infinity) =>
    getModel(
      { folder, name, variant },
      {
        signal: abort.signal,
        waitMs: 1,
        progress(...step) {
          told.push(step);
          if (step[1] >= stop) abort.abort(new Error('stop'));
        },
      },
    );
  return {
    ...server,
    folder,
    told,
    get,
    downloads: () => server.asked.filter(({ path }) => !path.startsWith('/api/')),
  };
}
const cut = (cutAfter: number): Record<string, Behaviour[]> => ({ 'onnx/model.onnx_data': [{ cutAfter }] });

describe('what a model of the hub is', () => {
  it('is told with licence, size and ways, and nothing is downloaded', async () => {
    const info = {
      cardData: { license: 'other', license_name: 'own-1.0', license_link: 'LICENSE' },
      pipeline_tag: 'text-generation',
    };
    const { folder, downloads } = await given({ info });
    const offer = await offerModel({ folder, name: `${id}@v1` }, none);
    expect(offer).toMatchObject({
      id,
      commit: hubCommit,
      licence: 'own-1.0',
      licenceLink: 'LICENSE',
      locked: false,
      task: 'text-generation',
      chosen: { key: 'full', files: 5, have: 0, whole: false },
    });
    expect(offer.variants.map(({ key }) => key)).toEqual(['full', 'q4']);
    expect(offer.chosen.bytes).toBe(
      ['config.json', 'tokenizer.json', 'onnx/model.onnx', 'onnx/model.onnx_data'].reduce(
        (sum, name) => sum + files[name].length,
        0,
      ),
    );
    expect(downloads()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that nobody knows, or that is hidden, is told as that', async () => {
    const { folder } = await given();
    for (const name of ['owner/other', 'owner/hidden']) {
      await expect(offerModel({ folder, name }, none)).rejects.toMatchObject({ code: 'hub_no_such_model' });
    }
    await expect(offerModel({ folder, name: id, variant: 'fp16' }, none)).rejects.toMatchObject({
      code: 'hub_no_such_variant',
      message: expect.stringContaining('full, q4') as string,
    });
  });

  it('from a server that is no hub is refused', async () => {
    const { folder } = await given({ info: { sha: '../../x' } });
    await expect(offerModel({ folder, name: id }, none)).rejects.toMatchObject({ code: 'hub_strange_answer' });
  });

  it('that could not be run is refused before anything of it comes', async () => {
    const { folder, downloads } = await given({
      info: { config: { architectures: ['WhisperForConditionalGeneration'] } },
    });
    await expect(offerModel({ folder, name: id }, none)).rejects.toMatchObject({ code: 'unsupported_architecture' });
    expect(downloads()).toEqual([]);
  });

  it('whose server cannot be reached is told as that', async () => {
    const { folder, close } = await given();
    close();
    await expect(offerModel({ folder, name: id }, none)).rejects.toMatchObject({ code: 'no_connection' });
  });
});

describe('a model of the hub', () => {
  it('arrives whole, under its commit, with a note of where it came from', async () => {
    const { get, folder, told, downloads } = await given();
    const { chosen } = await get();
    expect(chosen).toMatchObject({ whole: true, folder: join(folder, 'owner', hubCommit.slice(0, 12), 'a-model') });
    for (const name of [
      'config.json',
      'tokenizer.json',
      'special_tokens_map.json',
      'onnx/model.onnx',
      'onnx/model.onnx_data',
    ]) {
      expect(readFileSync(join(chosen.folder, name)).equals(files[name])).toBe(true);
    }
    expect(existsSync(join(chosen.folder, 'flax_model.msgpack'))).toBe(false);
    expect(JSON.parse(readFileSync(join(chosen.folder, 'atelier-download.json'), 'utf8'))).toMatchObject({
      model: id,
      commit: hubCommit,
      variant: 'full',
    });
    const [done, total] = told.at(-1)!.slice(1);
    expect(done).toBe(total);
    expect(told.map(([, bytes]) => bytes)).toEqual(told.map(([, bytes]) => bytes).sort((a, b) => a - b));

    const asked = downloads().length;
    expect((await get()).chosen.whole).toBe(true);
    expect(downloads()).toHaveLength(asked);
    // Another way of the same model stands beside it.
    expect((await get(id, 'q4')).chosen.folder).toBe(`${chosen.folder}-q4`);
    expect(readdirSync(join(folder, '.part'))).toEqual([]);
  });

  it('goes on where the connection was cut', async () => {
    const { get, asked } = await given({ behaviours: cut(50_000) });
    const { chosen } = await get();
    expect(readFileSync(join(chosen.folder, 'onnx/model.onnx_data')).equals(weights)).toBe(true);
    const ranges = asked
      .filter(({ path }) => path.startsWith('/cdn/onnx/model.onnx_data'))
      .map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it('cancelled is not there, and another process goes on from what has come', async () => {
    const { get, folder } = await given();
    await expect(get(id, 'full', 20_000)).rejects.toThrow('stop');
    const later = await given({}, folder);
    const { chosen } = await offerModel({ folder, name: id, variant: 'full' }, none);
    expect(chosen.whole).toBe(false);
    expect(chosen.have).toBeGreaterThanOrEqual(20_000);
    expect(existsSync(chosen.folder)).toBe(false);
    await later.get();
    expect(later.downloads().map(({ path }) => path)).not.toContain(`/${id}/resolve/${hubCommit}/config.json`);
  });

  it('of which a part was changed meanwhile is fetched anew', async () => {
    const { get, folder } = await given();
    await expect(get(id, 'full', 20_000)).rejects.toThrow('stop');
    const [part] = readdirSync(join(folder, '.part'));
    writeFileSync(join(folder, '.part', part, 'config.json'), '{"model_type":"xxxx"}');
    const { chosen } = await (await given({}, folder)).get();
    expect(readFileSync(join(chosen.folder, 'config.json')).equals(files['config.json'])).toBe(true);
    rmSync(join(chosen.folder, 'tokenizer.json'));
    expect((await offerModel({ folder, name: id, variant: 'full' }, none)).chosen.whole).toBe(false);
    expect(
      readFileSync(join((await (await given({}, folder)).get()).chosen.folder, 'tokenizer.json')).length,
    ).toBeGreaterThan(0);
  });

  it('whose content is not what was listed is refused, and nothing of it stays', async () => {
    const { get, folder } = await given({
      behaviours: { 'onnx/model.onnx_data': [{ body: randomBytes(weights.length) }] },
    });
    await expect(get()).rejects.toMatchObject({ code: 'wrong_hash' });
    const [part] = readdirSync(join(folder, '.part'));
    expect(existsSync(join(folder, '.part', part, 'onnx/model.onnx_data'))).toBe(false);
    expect(existsSync(join(folder, 'owner'))).toBe(false);
  });

  it('with terms needs a token, which goes to the hub', async () => {
    const { get, folder, asked } = await given({ info: { gated: 'manual' }, token: 'hf_secret' });
    expect(await offerModel({ folder, name: id }, none)).toMatchObject({ locked: true });
    await expect(get()).rejects.toMatchObject({ code: 'hub_needs_access' });
    process.env.HF_TOKEN = 'hf_secret';
    expect(await get()).toMatchObject({ locked: false, chosen: { whole: true } });
    expect(asked.find(({ path }) => path.startsWith('/api/'))?.headers.authorization).toBeUndefined();
    expect(asked.findLast(({ path }) => path.includes('/resolve/'))?.headers.authorization).toBe('Bearer hf_secret');
    expect(readFileSync(join((await get()).chosen.folder, 'atelier-download.json'), 'utf8')).not.toContain('secret');
  });
});
