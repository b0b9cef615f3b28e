import { join } from 'node:path';
import { dataFolder } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type EndpointId } from '../../shared/ids.ts';
import type { LanguageModel, RemoteModelRef } from '../../shared/prompt/prompt.ts';
import {
  hostOf,
  mostEndpoints,
  originOf,
  reachOf,
  readBaseUrl,
  readKey,
  remoteModelName,
  type EndpointWish,
  type KeptEndpoint,
  type KeptRemotes,
  type KeyPlace,
  type RemoteModels,
  type RemoteState,
  type RemoteTarget,
} from '../../shared/remote.ts';
import { askUtility } from '../ask-utility.ts';
import type { SpawnUtility } from '../utility.ts';
import { readEndpoints, writeEndpoints } from './endpoints-file.ts';
import { noKeychain, type Keychain } from './keys.ts';

export interface RemotesOptions {
  spawn: SpawnUtility;
  keychain?: Keychain;
  env?: NodeJS.ProcessEnv;
  /** This person's own where left out. */
  file?: string;
}

/** Of asking what an endpoint has. */
const answersWithinMs = 60_000;

/**
 * Models of other programs and services: off until somebody turns them on, and asked only once somebody has agreed to it. The one place that
 * knows keys; what it tells of them is where they are.
 */
export class Remotes {
  readonly #file: string;
  readonly #spawn: SpawnUtility;
  readonly #keychain: Keychain;
  readonly #env: NodeJS.ProcessEnv;
  readonly #session = new Map<EndpointId, { key: string; origin: string }>();
  /** What the lists of models show has changed. */
  onChange: () => void = () => {};

  constructor({ spawn, keychain = noKeychain, env = process.env, file }: RemotesOptions) {
    this.#file = file ?? join(dataFolder(env), 'remote.json');
    this.#spawn = spawn;
    this.#keychain = keychain;
    this.#env = env;
  }

  get state(): RemoteState {
    const { enabled, endpoints } = this.#read();
    return {
      enabled,
      keychain: this.#keychain.kind,
      endpoints: endpoints.map((one) => ({
        id: one.id,
        name: one.name,
        baseUrl: one.baseUrl,
        models: one.models,
        interface: one.interface,
        key: this.#placeOf(one),
        keyVariable: one.keyVariable,
        agreed: isAgreed(one),
      })),
    };
  }

  enable(enabled: boolean): void {
    this.#write({ ...this.#read(), enabled });
  }

  /**
   * Puts one in the list, or changes it. With another host it has neither key nor consent any more. Errors: remote_bad_address, name_taken,
   * too_large, no_such_endpoint.
   */
  put(wish: EndpointWish, id: EndpointId | null = null): EndpointId {
    const kept = this.#read();
    const baseUrl = readBaseUrl(wish.baseUrl);
    const before = id === null ? null : find(kept, id);
    if (kept.endpoints.some((one) => one.name === wish.name && one.id !== id))
      throw new AtelierError('name_taken', `There is an endpoint called "${wish.name}" already. Choose another name.`);
    if (!before && kept.endpoints.length >= mostEndpoints)
      throw new AtelierError('too_large', `There are ${mostEndpoints} endpoints at most. Remove one first.`);
    const same = before !== null && originOf(before.baseUrl) === originOf(baseUrl);
    const one: KeptEndpoint = {
      id: id ?? newId('endpoint'),
      name: wish.name,
      baseUrl,
      models: [...new Set(wish.models)],
      interface: wish.interface ?? before?.interface ?? 'chat',
      keyVariable: same ? before.keyVariable : null,
      key: same ? before.key : null,
      keyed: same && before.keyed,
      agreed: same ? before.agreed : null,
    };
    if (!same) this.#session.delete(one.id);
    const endpoints = before
      ? kept.endpoints.map((other) => (other.id === one.id ? one : other))
      : [...kept.endpoints, one];
    this.#write({ ...kept, endpoints });
    return one.id;
  }

  /** Its key goes as well; what it answered stays. */
  remove(id: EndpointId): void {
    const kept = this.#read();
    this.#session.delete(id);
    this.#write({ ...kept, endpoints: kept.endpoints.filter((one) => one.id !== id) });
  }

  /**
   * Keeps a key in the system's keychain, or where there is none until the program ends. `plain`: somebody agrees that it lies in a file that the
   * system would only hide. Errors: remote_bad_key, no_such_endpoint.
   */
  setKey(id: EndpointId, text: string, plain = false): KeyPlace {
    const key = readKey(text);
    const { kind } = this.#keychain;
    const sealed = this.#keychain.seal(key, plain);
    const { baseUrl } = find(this.#read(), id);
    const origin = originOf(baseUrl);
    if (sealed === null) this.#session.set(id, { key, origin });
    else this.#session.delete(id);
    return this.#placeOf(
      this.#change(id, { key: sealed === null ? null : { sealed, plain: kind === 'plain', origin }, keyed: true }),
    );
  }
  forgetKey(id: EndpointId): void {
    this.#session.delete(id);
    this.#change(id, { key: null, keyed: false, keyVariable: null });
  }
  /** The environment variable that holds the key, wherever this endpoint is asked from. Errors: no_such_endpoint. */
  setKeyVariable(id: EndpointId, keyVariable: string): void {
    this.#change(id, { keyVariable });
  }

  /** Prompts may go there. Errors: no_such_endpoint. */
  agree(id: EndpointId): void {
    this.#change(id, { agreed: originOf(find(this.#read(), id).baseUrl) });
  }

  /** Asks an endpoint what it has; no prompt goes there. Errors: remote_off, no_such_endpoint, remote_no_key, those of `listRemoteModels`. */
  models(id: EndpointId): Promise<RemoteModels> {
    const target = this.#target(find(this.#on(), id), '');
    return askUtility(this.#spawn, 'remote-models', target, answersWithinMs);
  }

  /** Those that can be chosen: none while they are turned off. */
  list(): LanguageModel[] {
    const { enabled, endpoints } = this.#read();
    if (!enabled) return [];
    return endpoints.flatMap((one) => {
      const remote = {
        endpoint: one.name,
        host: hostOf(one.baseUrl),
        reach: reachOf(one.baseUrl),
        agreed: isAgreed(one),
        interface: one.interface,
      };
      return one.models.map((model): LanguageModel => ({
        ref: { remote: one.id, model },
        name: remoteModelName(one.name, model),
        path: null,
        missing: false,
        kind: 'writes',
        remote,
      }));
    });
  }

  nameOf({ remote, model }: RemoteModelRef): string {
    const one = this.#read().endpoints.find(({ id }) => id === remote);
    return one ? remoteModelName(one.name, model) : model;
  }

  /** What the process that asks is told. Errors: remote_off, no_such_endpoint, remote_not_agreed, remote_no_key. */
  open({ remote, model }: RemoteModelRef): RemoteTarget {
    const one = find(this.#on(), remote);
    if (!isAgreed(one))
      throw new AtelierError(
        'remote_not_agreed',
        `Nobody has agreed yet that prompts go to ${one.name} (${hostOf(one.baseUrl)}). Agree in the window where it asks, or by "atelier models remote allow ${one.name}".`,
      );
    return this.#target(one, model);
  }

  #on(): KeptRemotes {
    const kept = this.#read();
    if (kept.enabled) return kept;
    throw new AtelierError(
      'remote_off',
      'Remote models are turned off, so nothing leaves Atelier. Turn them on under Settings → Remote models, or by "atelier models remote on".',
    );
  }

  #target(one: KeptEndpoint, model: string): RemoteTarget {
    const key = this.#keyOf(one);
    if (key === null && this.#isKeyed(one)) {
      const where = one.keyVariable
        ? `the environment variable ${one.keyVariable} is not set`
        : 'it was kept until the program ended, or in a keychain that cannot be read here';
      throw new AtelierError(
        'remote_no_key',
        `The key of ${one.name} is not here: ${where}. Give it again under Settings → Remote models, or name an environment variable ("atelier models remote key --help").`,
      );
    }
    return { name: one.name, baseUrl: one.baseUrl, interface: one.interface, model, key };
  }

  #isKeyed = ({ key, keyed, keyVariable }: KeptEndpoint): boolean => key !== null || keyed || keyVariable !== null;

  #keyOf(one: KeptEndpoint): string | null {
    const origin = originOf(one.baseUrl);
    const variable = one.keyVariable && this.#env[one.keyVariable]?.trim();
    if (variable) return readKey(variable);
    const session = this.#session.get(one.id);
    if (session?.origin === origin) return session.key;
    return one.key?.origin === origin && this.#keychain.kind !== 'none' ? this.#keychain.open(one.key.sealed) : null;
  }

  /** Opens no keychain: that may ask for a password. */
  #placeOf(one: KeptEndpoint): KeyPlace {
    if (one.keyVariable && this.#env[one.keyVariable]?.trim()) return 'variable';
    if (this.#session.has(one.id)) return 'session';
    if (one.key && this.#keychain.kind !== 'none') return one.key.plain ? 'plain' : 'kept';
    return this.#isKeyed(one) ? 'missing' : 'none';
  }

  #change(id: EndpointId, change: Partial<KeptEndpoint>): KeptEndpoint {
    const kept = this.#read();
    const changed = { ...find(kept, id), ...change };
    this.#write({ ...kept, endpoints: kept.endpoints.map((one) => (one.id === id ? changed : one)) });
    return changed;
  }
  #read(): KeptRemotes {
    return readEndpoints(this.#file);
  }
  #write(kept: KeptRemotes): void {
    writeEndpoints(this.#file, kept);
    this.onChange();
  }
}

const isAgreed = ({ agreed, baseUrl }: KeptEndpoint): boolean => agreed === originOf(baseUrl);

function find({ endpoints }: KeptRemotes, id: EndpointId): KeptEndpoint {
  const one = endpoints.find((each) => each.id === id);
  if (one) return one;
  throw new AtelierError(
    'no_such_endpoint',
    'This endpoint is no longer in the list. Choose another model, or add it again under Settings → Remote models.',
  );
}
