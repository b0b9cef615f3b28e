import type { Command } from 'commander';
import { askHub } from '../jobs/prompts/hub.ts';
import { languageModels } from '../jobs/prompts/language-models.ts';
import { AtelierError } from '../shared/errors.ts';
import { modelKey } from '../shared/prompt/prompt.ts';
import type { HubOffer } from '../shared/work/hub.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { bytes, table } from './format.ts';
import { addModelsRemote } from './models-remote.ts';
import { withCommon } from './options.ts';

export function addModels(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .description('language models for prompts: folders, downloads of Hugging Face’s hub, runs on texts, remote ones');
  addList(models, context);
  addAdd(models, context);
  addDownload(models, context);
  addRemove(models, context);
  addModelsRemote(models, context);
}

function addList(models: Command, context: CommandContext): void {
  withCommon(models.command('list'))
    .description('those that prompts can be run on')
    .addHelpText(
      'after',
      `
What each does: writes (a causal language model), fills (in masks), classifies (gives a text its class), embeds (tells how alike texts are),
rewrites (translates, sums up), names (finds what is named in a text), answers (a question from a text).

A remote one is another program's or service's: what it is asked goes to its host ("atelier models remote"). Its name is ENDPOINT/MODEL.

JSON: per model {"model","name","kind":"folder"|"run"|"remote","does":"writes"|"rewrites"|"fills"|"classifies"|"embeds"|"names"|"answers"|null,"path","missing"}; of a remote
      one also "endpoint" and "host"

Examples:
  $ atelier models list --json`,
    )
    .action((options: CommonOptions) => {
      const session = new Session(context, 'models list', options);
      return session.read((store) => {
        const all = [...languageModels(store), ...session.remotes.list()];
        for (const { ref, name, path, missing, kind: does, remote } of all) {
          const kind = remote ? 'remote' : path === null ? 'run' : 'folder';
          const where = remote && { endpoint: remote.endpoint, host: remote.host };
          session.out.record({ model: modelKey(ref), name, kind, does, path, missing, ...where });
        }
        const cells = all.map((one) => [
          modelKey(one.ref),
          one.name,
          one.kind ?? '',
          one.remote ? `remote: ${one.remote.host}` : (one.path ?? 'run'),
          one.missing ? 'not there any more' : '',
        ]);
        session.out.text(table([['id', 'name', 'does', 'where', ''], ...cells]));
      });
    });
}

function addAdd(models: Command, context: CommandContext): void {
  withCommon(models.command('add'))
    .description('put the folder of a language model in the list')
    .argument('<folder>', 'with config.json, tokenizer.json and its weights, as on Hugging Face’s hub')
    .addHelpText(
      'after',
      `
JSON: {"model","path"}

Examples:
  $ atelier models add models/SmolLM2-135M-ONNX`,
    )
    .action((folder: string, options: CommonOptions) => {
      const session = new Session(context, 'models add', options);
      return session.own((studio) => {
        const path = session.path(folder);
        const model = studio.languageModels.add(path);
        session.out.record({ model, path });
        session.out.text(`${model}  ${path}`);
        return Promise.resolve();
      });
    });
}

interface DownloadOptions extends CommonOptions {
  variant?: string;
  yes?: boolean;
}

function addDownload(models: Command, context: CommandContext): void {
  withCommon(models.command('download'))
    .description('a language model of Hugging Face’s hub: tells its licence and size; with --yes downloads it')
    .argument('<name>', 'owner/name, owner/name@revision, or its page’s address')
    .option('--variant <key>', 'in which numbers (see the table); without it what suits this machine')
    .option('--yes', 'download it, going on from what has come before')
    .addHelpText(
      'after',
      `
Each file is checked against the hash that the hub lists; the folder is there whole or not at all. Ctrl-C keeps what has come.
HF_ENDPOINT names a mirror, HF_TOKEN who asks (for models whose terms must be agreed to), HTTPS_PROXY a proxy.

JSON: {"event":"offered"|"downloaded","model","id","commit","host","licence","licence_link","locked","task",
       "variant","folder","bytes","have","variants":[{"variant","files","bytes","have"}]}; "model" with "downloaded"

Examples:
  $ atelier models download onnx-community/SmolLM2-135M-ONNX
  $ atelier models download onnx-community/SmolLM2-135M-ONNX --variant q4 --yes`,
    )
    .action(async (name: string, { variant, yes = false, ...options }: DownloadOptions) => {
      const session = new Session(context, 'models download', options);
      const { out } = session;
      if (!yes) {
        const offer = await askHub(session.host.spawnUtility, { name, variant });
        out.record(recordOf('offered', offer));
        return out.text(`${offerText(offer)}\n${nextStep(offer, name)}`);
      }
      await session.own(async (studio) => {
        const { offer, model } = await studio.models.download({ name, variant }).result;
        out.record({ ...recordOf('downloaded', offer), model });
        out.text(`${model}  ${offer.chosen.folder}`);
      });
    });
}

function addRemove(models: Command, context: CommandContext): void {
  withCommon(models.command('remove'))
    .description('take a folder out of the list; its files stay')
    .argument('<model>', 'its id or name')
    .addHelpText(
      'after',
      `
JSON: {"model","path"}

Examples:
  $ atelier models remove SmolLM2-135M-ONNX`,
    )
    .action((text: string, options: CommonOptions) => {
      const session = new Session(context, 'models remove', options);
      return session.own((studio) => {
        const found = studio.languageModels.list().filter((one) => modelKey(one.ref) === text || one.name === text);
        const [one] = found.filter(({ ref }) => 'folder' in ref);
        if (!one || found.length > 1 || !('folder' in one.ref)) {
          const why =
            found.length > 1 ? 'several models are called so: give its id' : 'there is no such folder in the list';
          throw new AtelierError('no_such_model', `"${text}" cannot be removed: ${why} ("atelier models list").`);
        }
        studio.languageModels.remove(one.ref.folder);
        session.out.record({ model: one.ref.folder, path: one.path });
        session.out.note(`Taken out of the list; its files stay in ${one.path}.`);
        return Promise.resolve();
      });
    });
}

const licenceText = ({ licence, licenceLink }: HubOffer): string =>
  licence === null ? 'its card names no licence' : `licence ${licence}${licenceLink ? ` (${licenceLink})` : ''}`;

function offerText(offer: HubOffer): string {
  const rows = offer.variants.map(({ key, files, bytes: size, have, whole }) => [
    key === offer.chosen.key ? '→' : '',
    key,
    `${files} files`,
    bytes(size),
    whole ? 'here' : have > 0 ? `${bytes(have)} here` : '',
  ]);
  const head = `${offer.id} at ${offer.commit.slice(0, 12)} from ${offer.host}: ${licenceText(offer)}.`;
  return `${head}\n${table([['', 'variant', '', 'size', ''], ...rows])}`;
}

function nextStep({ locked, page, chosen }: HubOffer, name: string): string {
  if (chosen.whole) return `It is here already: ${chosen.folder}`;
  if (locked)
    return `Its terms have to be agreed to on its page (${page}); then set HF_TOKEN to a token of that account.`;
  return `To get it: atelier models download ${name} --variant ${chosen.key} --yes`;
}

function recordOf(event: 'offered' | 'downloaded', offer: HubOffer): Record<string, unknown> {
  const { id, commit, host, licence, licenceLink, locked, task, chosen, variants } = offer;
  return {
    event,
    id,
    commit,
    host,
    licence,
    licence_link: licenceLink,
    locked,
    task,
    variant: chosen.key,
    folder: chosen.folder,
    bytes: chosen.bytes,
    have: chosen.have,
    variants: variants.map(({ key, files, bytes: size, have }) => ({ variant: key, files, bytes: size, have })),
  };
}
