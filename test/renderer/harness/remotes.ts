import { newId } from '../../../src-main/shared/ids.ts';
import type { LanguageModel } from '../../../src-main/shared/prompt/prompt.ts';
import { hostOf, reachOf, type RemoteState } from '../../../src-main/shared/remote.ts';

/** Endpoints of every kind: on this machine, in the own network, and beyond, whose key is gone. */
export const remoteState: RemoteState = {
  enabled: true,
  keychain: 'plain',
  endpoints: [
    {
      id: newId('endpoint', 1),
      name: 'lm-studio',
      baseUrl: 'http://127.0.0.1:1234/v1',
      interface: 'chat',
      models: ['qwen2.5-7b-instruct', 'meta-llama/Llama-3.2-3B-Instruct'],
      ...{ key: 'none', keyVariable: null, agreed: true },
    },
    {
      id: newId('endpoint', 2),
      name: 'gpu-box',
      baseUrl: 'http://192.168.1.20:8000/v1',
      interface: 'completions',
      models: ['base-7b'],
      ...{ key: 'variable', keyVariable: 'GPU_BOX_KEY', agreed: false },
    },
    {
      id: newId('endpoint', 3),
      name: 'service',
      baseUrl: 'https://api.example.com/v1',
      interface: 'chat',
      models: ['large-2', 'small-2'],
      ...{ key: 'missing', keyVariable: null, agreed: false },
    },
  ],
};

export const remoteModels = (): LanguageModel[] =>
  remoteState.endpoints.flatMap(({ id, name, baseUrl, models, agreed, interface: as }) =>
    models.map((model): LanguageModel => ({
      ref: { remote: id, model },
      name: `${name}/${model}`,
      ...{ path: null, missing: false, kind: 'writes' },
      remote: { endpoint: name, host: hostOf(baseUrl), reach: reachOf(baseUrl), agreed, interface: as },
    })),
  );

export const remoteFound = {
  models: ['embed-2', 'large-2', 'medium-2', 'small-2', ...Array.from({ length: 14 }, (_, i) => `tiny-2-${i + 1}`)],
  cut: false,
  ms: 84,
};
