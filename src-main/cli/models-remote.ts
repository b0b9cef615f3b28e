import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import * as v from 'valibot';
import { AtelierError } from '../shared/errors.ts';
import {
  endpointWishSchema,
  hostOf,
  reachOf,
  remoteInterfaces,
  readBaseUrl,
  variableSchema,
  type EndpointWish,
  type KeyPlace,
  type RemoteEndpoint,
  type RemoteInterface,
} from '../shared/remote.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { table } from './format.ts';
import { withCommon } from './options.ts';

export function addModelsRemote(models: Command, context: CommandContext): void {
  const remote = models
    .command('remote')
    .description('models of other programs and services that speak OpenAI’s interface: off until they are turned on')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText(
      'after',
      `
What such a model is asked leaves Atelier: prompts with all that is filled in go to the endpoint's host, and nothing else does. So they are
off at first ("remote on"), and each endpoint is asked only once somebody has allowed it ("remote allow"). The window has the same list.
A prompt is run on one as --model ENDPOINT/MODEL ("prompts run", "prompts grid run", "prompts eval", and --judge).

A key is never an argument, and never shown. In the package it is kept by the system's keychain (Windows, macOS, Linux with a secret service);
plain Node has none, so there the key stands in an environment variable whose name is kept: "remote key NAME --env OPENAI_API_KEY".

Temperature, top-p, max tokens, stop texts, seed, several answers, presence and frequency penalty, log probabilities and a JSON schema are sent,
as far as the server takes them. Top-k, min-p, repetition penalty, regular expressions, beams and perplexity are not to be had; what was set and
not sent is told with each answer.

Example:
  $ atelier models remote on
  $ atelier models remote add openai https://api.openai.com/v1 --model gpt-4o-mini --key-env OPENAI_API_KEY
  $ atelier models remote test openai
  $ atelier models remote allow openai
  $ atelier prompts run tale --model openai/gpt-4o-mini`,
    );
  addSwitches(remote, context);
  addList(remote, context);
  addAdd(remote, context);
  addSet(remote, context);
  addKey(remote, context);
  addTest(remote, context);
  addAllow(remote, context);
  addRemove(remote, context);
}

function addSwitches(remote: Command, context: CommandContext): void {
  for (const [word, description] of [
    ['on', 'turn remote models on: endpoints that are allowed can be asked'],
    ['off', 'turn them off: nothing is asked of any; the list and the keys stay'],
  ] as const) {
    withCommon(remote.command(word))
      .description(description)
      .addHelpText(
        'after',
        `
JSON: {"enabled"}

Examples:
  $ atelier models remote ${word}`,
      )
      .action((options: CommonOptions) => {
        const { remotes, out } = new Session(context, `models remote ${word}`, options);
        remotes.enable(word === 'on');
        out.record({ enabled: word === 'on' });
        out.text(`Remote models are ${word}.`);
      });
  }
}

const keyWords: Record<KeyPlace, string> = {
  none: 'no key',
  kept: 'key kept in the keychain',
  plain: 'key kept in a file, hidden only',
  session: 'key until the end of this program',
  variable: 'key from the environment',
  missing: 'key missing',
};

const endpointJson = ({ id, name, baseUrl, models, interface: asked, key, keyVariable, agreed }: RemoteEndpoint) => ({
  endpoint: id,
  name,
  url: baseUrl,
  reach: reachOf(baseUrl),
  models,
  interface: asked,
  key,
  key_env: keyVariable,
  allowed: agreed,
});

function addList(remote: Command, context: CommandContext): void {
  withCommon(remote.command('list'))
    .description('the endpoints, where their keys are, and whether prompts may go there')
    .addHelpText(
      'after',
      `
JSON: {"enabled","keychain":"system"|"plain"|"none"}, then per endpoint {"endpoint","name","url","reach":"machine"|"network"|"internet","models","interface",
      "key":"none"|"kept"|"plain"|"session"|"variable"|"missing","key_env","allowed"}

Examples:
  $ atelier models remote list`,
    )
    .action((options: CommonOptions) => {
      const { remotes, out } = new Session(context, 'models remote list', options);
      const { enabled, keychain, endpoints } = remotes.state;
      out.record({ enabled, keychain });
      for (const one of endpoints) out.record(endpointJson(one));
      const rows = endpoints.map((one) => [
        one.name,
        one.baseUrl,
        `${one.models.length} ${one.models.length === 1 ? 'model' : 'models'}`,
        keyWords[one.key] + (one.keyVariable ? ` (${one.keyVariable})` : ''),
        one.agreed ? 'allowed' : 'not allowed yet',
      ]);
      out.note(`Remote models are ${enabled ? 'on' : 'off'}.`);
      out.text(table([['name', 'address', 'models', 'key', ''], ...rows]));
    });
}

interface WishOptions extends CommonOptions {
  model: string[];
  interface?: RemoteInterface;
}
const interfaceOption = (): Option =>
  new Option(
    '--interface <interface>',
    'how its models are asked: for an answer in a chat, or for more of a text (/completions: base models)',
  ).choices(remoteInterfaces);
const each = (text: string, before: string[]): string[] => [...before, text];

function addAdd(remote: Command, context: CommandContext): void {
  withCommon(remote.command('add'))
    .description('put an endpoint in the list; nothing is asked of it')
    .argument('<name>', 'what it is called, without a slash')
    .argument('<url>', 'its address up to /v1: https, or http on this machine and in the own network')
    .option('--model <model>', 'a model that it has; may be given several times', each, [])
    .addOption(interfaceOption())
    .option('--key-env <variable>', 'the environment variable that holds its key')
    .addHelpText(
      'after',
      `
JSON: as "models remote list" has it of one endpoint

Examples:
  $ atelier models remote add here http://localhost:8080/v1 --model qwen
  $ atelier models remote add openai https://api.openai.com/v1 --model gpt-4o-mini --key-env OPENAI_API_KEY`,
    )
    .action(
      (
        name: string,
        url: string,
        { model, keyEnv, interface: asked, ...options }: WishOptions & { keyEnv?: string },
      ) => {
        const session = new Session(context, 'models remote add', options);
        const wish = wishOf({ name, baseUrl: url, models: model, interface: asked });
        const variable = keyEnv === undefined ? null : variableOf(keyEnv);
        const id = session.remotes.put(wish);
        if (variable !== null) session.remotes.setKeyVariable(id, variable);
        tellOne(session, name);
        if (readBaseUrl(url).startsWith('http:') && reachOf(url) === 'network')
          session.out.note(
            'It is not encrypted: whoever listens in the own network can read what is asked, and the key.',
          );
        if (!session.remotes.state.enabled)
          session.out.note('Remote models are off; "atelier models remote on" turns them on.');
      },
    );
}

function addSet(remote: Command, context: CommandContext): void {
  withCommon(remote.command('set'))
    .description('change an endpoint; with another host it loses its key and has to be allowed anew')
    .argument('<name>', 'as it is called')
    .option('--name <name>', 'what it is to be called')
    .option('--url <url>', 'its address')
    .option(
      '--model <model>',
      'the models that it has, in place of those in the list; may be given several times',
      each,
      [],
    )
    .addOption(interfaceOption())
    .addHelpText(
      'after',
      `
JSON: as "models remote list" has it of one endpoint

Examples:
  $ atelier models remote set here --url http://localhost:9090/v1`,
    )
    .action(
      (
        name: string,
        { model, name: other, url, interface: asked, ...options }: WishOptions & { name?: string; url?: string },
      ) => {
        const session = new Session(context, 'models remote set', options);
        const one = endpointOf(session, name);
        const models = model.length > 0 ? model : one.models;
        const wish = {
          name: other ?? one.name,
          baseUrl: url ?? one.baseUrl,
          models,
          interface: asked ?? one.interface,
        };
        session.remotes.put(wishOf(wish), one.id);
        tellOne(session, other ?? one.name);
      },
    );
}

interface KeyOptions extends CommonOptions {
  env?: string;
  stdin?: boolean;
  plain?: boolean;
  remove?: boolean;
}

function addKey(remote: Command, context: CommandContext): void {
  withCommon(remote.command('key'))
    .description('say where the key of an endpoint is, or forget it')
    .argument('<name>', 'as it is called')
    .addOption(new Option('--env <variable>', 'the environment variable that holds it').conflicts(['stdin', 'remove']))
    .addOption(
      new Option('--stdin', 'read it from standard input and keep it in the system’s keychain').conflicts('remove'),
    )
    .option('--plain', 'with --stdin: keep it also where the system has no keychain and would only hide it')
    .option('--remove', 'forget it')
    .addHelpText(
      'after',
      `
Under plain Node there is no keychain, so --stdin works in the package alone.

JSON: as "models remote list" has it of one endpoint

Example:
  $ atelier models remote key openai --env OPENAI_API_KEY`,
    )
    .action((name: string, { env, stdin, plain = false, remove, ...options }: KeyOptions) => {
      const session = new Session(context, 'models remote key', options);
      const { remotes } = session;
      const { id } = endpointOf(session, name);
      if (remove) remotes.forgetKey(id);
      else if (env !== undefined) remotes.setKeyVariable(id, variableOf(env));
      else if (stdin) {
        const { keychain } = remotes.state;
        if (keychain === 'none' || (keychain === 'plain' && !plain))
          throw new AtelierError(
            'no_keychain',
            keychain === 'none'
              ? 'There is no keychain here, so the key was not read. Name an environment variable instead: --env VARIABLE.'
              : 'This system has no keychain: the key would be hidden in a file, not protected. Agree by --plain, or name an environment variable: --env VARIABLE.',
          );
        remotes.setKey(id, readFileSync(0, 'utf8'), plain);
      } else throw new AtelierError('bad_arguments', 'Say where the key is: --env VARIABLE or --stdin; or --remove.');
      tellOne(session, name);
    });
}

function addTest(remote: Command, context: CommandContext): void {
  withCommon(remote.command('test'))
    .description('ask an endpoint which models it has; no prompt goes there')
    .argument('<name>', 'as it is called')
    .option('--keep', 'put all of them in the list')
    .addHelpText(
      'after',
      `
JSON: {"endpoint","name","ms","models","kept"}

Examples:
  $ atelier models remote test here`,
    )
    .action(async (name: string, { keep = false, ...options }: CommonOptions & { keep?: boolean }) => {
      const session = new Session(context, 'models remote test', options);
      const one = endpointOf(session, name);
      const { models, cut, ms } = await session.remotes.models(one.id);
      if (keep) session.remotes.put({ name: one.name, baseUrl: one.baseUrl, models, interface: one.interface }, one.id);
      session.out.record({ endpoint: one.id, name: one.name, ms, models, kept: keep });
      session.out.text(models.join('\n'));
      session.out.note(
        `${hostOf(one.baseUrl)} answered after ${ms} ms with ${models.length} models${cut ? ', and has more' : ''}.`,
      );
    });
}

function addAllow(remote: Command, context: CommandContext): void {
  withCommon(remote.command('allow'))
    .description('agree that prompts go to an endpoint')
    .argument('<name>', 'as it is called')
    .addHelpText(
      'after',
      `
JSON: as "models remote list" has it of one endpoint

Examples:
  $ atelier models remote allow here`,
    )
    .action((name: string, options: CommonOptions) => {
      const session = new Session(context, 'models remote allow', options);
      session.remotes.agree(endpointOf(session, name).id);
      tellOne(session, name);
    });
}

function addRemove(remote: Command, context: CommandContext): void {
  withCommon(remote.command('remove'))
    .description('take an endpoint out of the list, with its key; what it answered stays')
    .argument('<name>', 'as it is called')
    .addHelpText(
      'after',
      `
JSON: {"endpoint","name"}

Examples:
  $ atelier models remote remove here`,
    )
    .action((name: string, options: CommonOptions) => {
      const session = new Session(context, 'models remote remove', options);
      const { id } = endpointOf(session, name);
      session.remotes.remove(id);
      session.out.record({ endpoint: id, name });
      session.out.note(`${name} is out of the list, and its key is forgotten.`);
    });
}

function endpointOf(session: Session, name: string): RemoteEndpoint {
  const { endpoints } = session.remotes.state;
  const one = endpoints.find((each) => each.name === name || each.id === name);
  if (one) return one;
  const names = endpoints.map((each) => each.name).join(', ');
  throw new AtelierError('no_such_endpoint', `There is no endpoint "${name}". There is: ${names || 'none'}.`);
}

function tellOne(session: Session, name: string): void {
  const one = endpointOf(session, name);
  session.out.record(endpointJson(one));
  session.out.text(`${one.name}  ${one.baseUrl}  ${keyWords[one.key]}`);
}

function wishOf(wish: EndpointWish): EndpointWish {
  const read = v.safeParse(endpointWishSchema, wish);
  if (read.success) return read.output;
  throw new AtelierError(
    'bad_arguments',
    'An endpoint’s name has up to 60 characters and no slash; a model’s name up to 300.',
  );
}

function variableOf(text: string): string {
  if (v.is(variableSchema, text)) return text;
  // Not repeated: it may be the key itself.
  throw new AtelierError(
    'bad_arguments',
    'That is no name of an environment variable. Give its name, such as OPENAI_API_KEY, and not the key.',
  );
}
