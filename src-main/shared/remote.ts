import * as v from 'valibot';
import { AtelierError } from './errors.ts';
import { isId, type EndpointId } from './ids.ts';

/**
 * Models of other programs and services, asked by OpenAI's interface (https://platform.openai.com/docs/api-reference/chat): what is known of
 * where they are. Keys never stand in anything here but `RemoteTarget`, which lives in memory only.
 */

/** How far a prompt goes: to another program of this machine, to a machine of the own network, or beyond. */
export type Reach = 'machine' | 'network' | 'internet';

/**
 * Where a key is: `kept` by the system's keychain; `plain`: in a file of this person's, for want of a keychain; `session`: until the program
 * ends; `variable`: in the environment variable that is named; `missing`: there was one, and it is gone; `none`: none is sent.
 */
export type KeyPlace = 'none' | 'kept' | 'plain' | 'session' | 'variable' | 'missing';

/**
 * How a model is asked: for an answer in a chat (`/chat/completions`), or for more of a text (`/completions`, which OpenAI calls legacy and servers of
 * base models have).
 */
export const remoteInterfaces = ['chat', 'completions'] as const;
export type RemoteInterface = (typeof remoteInterfaces)[number];

/** `plain`: what the system offers would only hide a key, not protect it. `none`: there is nothing that could keep one. */
export type KeychainKind = 'system' | 'plain' | 'none';

export interface RemoteEndpoint {
  id: EndpointId;
  /** Without a slash: "name/model" names a model. */
  name: string;
  /** As `readBaseUrl` leaves it. */
  baseUrl: string;
  models: string[];
  interface: RemoteInterface;
  key: KeyPlace;
  /** The environment variable that holds its key. */
  keyVariable: string | null;
  /** Somebody has said that prompts may go there. */
  agreed: boolean;
}

export interface RemoteState {
  enabled: boolean;
  keychain: KeychainKind;
  endpoints: RemoteEndpoint[];
}

/** One model, as the process that asks it is told. Never stored. */
export interface RemoteTarget {
  name: string;
  baseUrl: string;
  interface: RemoteInterface;
  model: string;
  key: string | null;
}

/** What an endpoint says that it has. */
export interface RemoteModels {
  models: string[];
  /** More than are told. */
  cut: boolean;
  ms: number;
}

/** A server has asked for patience, or failed in a way that may pass. */
export interface RemoteWait {
  /** Milliseconds since 1970. */
  until: number;
  reason: string;
}

/** What came of asking a model elsewhere. */
export interface RemoteFacts {
  endpoint: string;
  host: string;
  reach: Reach;
  /** As the server names what answered. */
  model: string;
  /** Of all texts; null where the server does not tell. */
  completionTokens: number | null;
  /** Settings that were not sent, or that the server would not take. */
  left: RemoteLeft[];
  waitedMs: number;
}

/** Settings that the interface has no word for, then those that a server may refuse. */
export type RemoteLeft =
  | 'topK'
  | 'minP'
  | 'repetitionPenalty'
  | 'noRepeat'
  | 'minTokens'
  | 'temperature'
  | 'topP'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'seed'
  | 'logprobs';

export const mostEndpoints = 50;
export const mostRemoteModels = 2000;
export const mostModelName = 300;
export const mostKeyLength = 8000;

export const modelNameSchema = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(mostModelName));
export const endpointNameSchema = v.pipe(v.string(), v.trim(), v.regex(/^[^/\p{Cc}]{1,60}$/u));
/** A variable's name as shells take it. */
export const variableSchema = v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/));

export const endpointId = v.custom<EndpointId>((x) => typeof x === 'string' && isId('endpoint', x));

/** What somebody says of an endpoint. The variable that holds its key is named on the command line alone. */
export const endpointWishSchema = v.object({
  name: endpointNameSchema,
  baseUrl: v.pipe(v.string(), v.maxLength(2000)),
  models: v.pipe(v.array(modelNameSchema), v.maxLength(mostRemoteModels)),
  interface: v.optional(v.picklist(remoteInterfaces), 'chat'),
});
export type EndpointWish = v.InferInput<typeof endpointWishSchema>;

/** As `<person's folder>/remote.json` has it: this person's, not a workspace's, so that no workspace of somebody else brings one along. */
const keptRemotesSchema = v.object({
  enabled: v.boolean(),
  endpoints: v.pipe(
    v.array(
      v.object({
        id: endpointId,
        ...endpointWishSchema.entries,
        keyVariable: v.nullable(variableSchema),
        /** As the keychain sealed it, for the one origin that it was given for. */
        key: v.nullable(v.object({ sealed: v.string(), plain: v.boolean(), origin: v.string() })),
        /** It has a key that is kept nowhere. */
        keyed: v.boolean(),
        /** The origin that prompts may go to. */
        agreed: v.nullable(v.string()),
      }),
    ),
    v.maxLength(mostEndpoints),
  ),
});
export type KeptRemotes = v.InferOutput<typeof keptRemotesSchema>;
export type KeptEndpoint = KeptRemotes['endpoints'][number];

/** Null where it is no such thing. */
export function readKeptRemotes(value: unknown): KeptRemotes | null {
  const read = v.safeParse(keptRemotesSchema, value);
  return read.success && read.output.endpoints.every(({ baseUrl }) => isBaseUrl(baseUrl)) ? read.output : null;
}

function isBaseUrl(text: string): boolean {
  try {
    return readBaseUrl(text) === text;
  } catch {
    return false;
  }
}

export const hostOf = (baseUrl: string): string => new URL(baseUrl).host;
export const originOf = (baseUrl: string): string => new URL(baseUrl).origin;

/**
 * An address as it is kept: without a slash at its end, and without what is asked there. Plain http only where nobody beyond the own network
 * can listen. Throws `remote_bad_address`.
 */
export function readBaseUrl(text: string): string {
  const typed = text.trim();
  const wrong = (why: string) =>
    new AtelierError(
      'remote_bad_address',
      `"${typed.slice(0, 200)}" ${why}. An address looks like https://api.example.com/v1, or http://127.0.0.1:1234/v1 on this machine.`,
    );
  if (!URL.canParse(typed)) throw wrong('is no address');
  const url = new URL(typed);
  // Not repeated: what stands there is a key, or a password.
  if (url.username || url.password)
    throw new AtelierError(
      'remote_bad_address',
      'An address with a name or password in it is not kept. Give the key in its own field.',
    );
  if (url.search || url.hash) throw wrong('has more behind it than a path');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('is neither https nor http');
  if (url.protocol === 'http:' && reachOf(typed) === 'internet')
    throw wrong('is not encrypted: what is asked could be read on its way. Outside of the own network it takes https');
  url.pathname = url.pathname.replace(/\/+$/, '').replace(/\/(?:chat\/completions|completions|models)$/, '');
  return url.href.replace(/\/$/, '');
}

/** By the address alone: no name is looked up, so a name of unknown whereabouts counts as beyond the own network. */
export function reachOf(baseUrl: string): Reach {
  const { hostname } = new URL(baseUrl);
  const name = hostname.replace(/\.$/, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return 'machine';
  if (name.endsWith('.local')) return 'network';
  const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name);
  if (parts) {
    const [a, b] = [Number(parts[1]), Number(parts[2])];
    if (a === 127) return 'machine';
    const own = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254);
    return own ? 'network' : 'internet';
  }
  return /^\[(?:f[cd]|fe[89ab])/.test(name) ? 'network' : 'internet';
}

/** A key goes into a header. Throws `remote_bad_key`, which does not repeat it. */
export function readKey(text: string): string {
  const key = text.trim();
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= mostKeyLength) return key;
  throw new AtelierError(
    'remote_bad_key',
    key === ''
      ? 'The key is empty.'
      : 'The key has characters that no key has (blanks, line ends or other letters than those of ASCII). Copy it once more.',
  );
}

/** What a model elsewhere is called among others. */
export const remoteModelName = (endpoint: string, model: string): string => `${endpoint}/${model}`;
