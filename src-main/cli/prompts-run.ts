import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { getCompletion } from '../db/completions.ts';
import type { RunPrompt } from '../jobs/prompts/completions.ts';
import { resolveCollection, resolvePrompt, resolveRun } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { mostFound, usualDocumentsSetting, type DocumentsSetting } from '../shared/documents.ts';
import { AtelierError } from '../shared/errors.ts';
import type { GenerationSettings } from '../shared/generation.ts';
import type { CompletionId, PromptId } from '../shared/ids.ts';
import type { Bench, LanguageModelRef, LocalModelRef } from '../shared/prompt/prompt.ts';
import { hostOf, reachOf, type Reach } from '../shared/remote.ts';
import { completionJson, requireAnswer, verdictText } from './completion-json.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { variablesFrom } from './generate.ts';
import { integer, number, withCommon } from './options.ts';

interface Options extends CommonOptions, Partial<Pick<GenerationSettings, 'maxTokens' | 'temperature' | 'seed' | 'n'>> {
  model?: string;
  version?: number;
  variables?: string;
  branch?: CompletionId;
  row: number;
  at?: number;
  token?: number;
  documents?: string;
  question?: string;
  passages?: number;
  passageTokens?: number;
  likeness?: number;
}

export function addPromptsRun(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('run'))
    .description('ask a model; the answer is kept with all that it takes to ask again')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .option(
      '--model <model>',
      'a run on texts, the folder of a language model or encoder, or a remote ENDPOINT/MODEL (default: the one on the bench)',
    )
    .option('--version <n>', 'this version instead of the draft', integer(1, 1_000_000))
    .option('--variables <json>', "values of its variables: a JSON object, or a file with one; others are the bench's")
    .option(
      '--max-tokens <n>',
      "it writes so many tokens at most (default: the bench's, as with all settings)",
      integer(1, 100_000),
    )
    .option('--temperature <t>', '0: always the likeliest token; higher: more chance', number(0, 100))
    .option('--seed <n>', 'decides what chance gives', integer(0, 2 ** 32 - 1))
    .option('--n <n>', 'so many answers', integer(1, 64))
    .option(
      '--documents <collection>',
      'what {{passages}} in it stand for (default: the bench\'s; see "atelier documents")',
    )
    .option(
      '--question <text>',
      'what is asked of the documents; {{names}} of variables may be in it (default: {{question}})',
    )
    .option('--passages <n>', 'so many passages at most', integer(1, mostFound))
    .option('--likeness <share>', 'none that is less like the question: 0 (any) to 1', number(0, 1))
    .option('--passage-tokens <n>', 'all of them have so many tokens at most', integer(1, 1_000_000))
    .option('--branch <completion>', "go on from this answer's tokens; its id is told with each answer")
    .option('--row <n>', 'with --branch: from its text of this number, counted from 0', integer(0, 63), 0)
    .option('--at <n>', 'with --branch: after so many of its tokens', integer(0, 100_000))
    .option(
      '--token <id>',
      'with --branch: with this token in the place of its own; --token=-2 for one of a remote model',
      integer(-1000, 10_000_000),
    )
    .addHelpText(
      'after',
      `
"verdict" is there only of a model that writes none (see "atelier help generate"), "remote" only of a remote one (see "atelier help models remote").
A branch is asked with what its answer was asked with. Of a draft that no version says a version is made first.

JSON: {"event":"text","row","text"} as it is written, and at the end {"event":"finished","completion","version","status","model","given",
      "texts":[{"text","token_ids","finish","verdict"}],"prompt_tokens","tokens_per_second",…}; with documents also "retrieved":{"collection","name",
      "query","passages":[{"name","page","text","score",…}],"tokens","left"}: passage 1 is cited as [1].

Examples:
  $ atelier prompts run tale --model models/stories260k --variables '{"who":"a cat"}' --temperature 0
  $ atelier prompts run ask --documents manuals --variables '{"question":"How is the filter changed?"}'
  $ atelier prompts run tale --branch cp_01J8 --at 4 --token 263`,
    )
    .action((name: string, options: Options) => {
      const session = new Session(context, 'prompts run', options);
      return session.own((studio) => run(session, studio, name, options));
    });
}

async function run(session: Session, studio: Studio, name: string, options: Options): Promise<void> {
  const { out } = session;
  const id = resolvePrompt(studio.reading, name);
  const branch = branchOf(options);
  const bench = branch ? benchOf(studio, id, branch.of) : studio.prompts.get(id).bench;
  const model = options.model === undefined ? bench.model : languageModelOf(session, studio, options.model);
  if (!model) throw new AtelierError('bad_arguments', 'Say which model: --model, with a gpt run or the folder of one.');
  const { maxTokens, temperature, seed, n } = options;
  const version = options.version ?? (branch && getCompletion(studio.reading, branch.of).version);
  const given = Object.entries({ maxTokens, temperature, seed, n }).filter(([, value]) => value !== undefined);
  const settings: GenerationSettings = { ...bench.settings, ...Object.fromEntries(given) };
  const texts = Object.entries(variablesFrom(session, options.variables)).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const variables = { ...bench.variables, ...Object.fromEntries(texts) };
  tellLeaving(session, studio, [model], 1);
  const live = settings.n === 1 && !out.json;
  let told = false;
  const deaf = studio.onEvent((event) => {
    if (event.type !== 'completion') return;
    const { waiting } = event.news;
    if (waiting) out.note(`Waiting until ${new Date(waiting.until).toLocaleTimeString()}: ${waiting.reason}`);
    for (const { row, text } of event.news.parts) {
      out.record({ event: 'text', row, text });
      if (live) out.piece(text);
      told = true;
    }
  });
  const { completion, ended } = await studio.completions.ask(id, {
    model,
    variables,
    settings,
    version,
    branch,
    documents: branch ? undefined : documentsOf(studio, bench.documents, options),
  });
  const quiet = session.host.onInterrupt(() => studio.completions.stop(completion.id));
  const done = await ended;
  quiet();
  deaf();
  if (live && told) out.piece('\n');
  const verdict = done.texts[0]?.verdict;
  const left = done.facts?.remote?.left ?? [];
  if (left.length > 0) out.note(`Not sent, for it knows no such setting: ${left.join(', ')}.`);
  if (verdict) out.text(verdictText(verdict));
  else if (!live) done.texts.forEach((each, i) => out.text(`${done.texts.length > 1 ? `${i + 1}. ` : ''}${each.text}`));
  requireAnswer(done);
  out.record({ event: 'finished', ...completionJson(done) });
}

function branchOf({ branch, row, at, token }: Options): RunPrompt['branch'] {
  if (branch === undefined && at === undefined && token === undefined) return undefined;
  if (branch !== undefined && at !== undefined && token !== undefined) return { of: branch, row, at, token };
  throw new AtelierError('bad_arguments', '--branch COMPLETION, --at N and --token ID go together.');
}

/** The bench's, with what the options say. */
function documentsOf(
  studio: Studio,
  bench: DocumentsSetting | null | undefined,
  { documents, question, passages, passageTokens, likeness }: Options,
): DocumentsSetting | null {
  const collection = documents === undefined ? bench?.collection : resolveCollection(studio.reading, documents);
  if (collection === undefined) {
    if ([question, passages, passageTokens, likeness].every((one) => one === undefined)) return null;
    throw new AtelierError('bad_arguments', 'Say which documents: --documents COLLECTION.');
  }
  const usual = { ...usualDocumentsSetting, ...bench };
  return {
    collection,
    query: question ?? usual.query,
    count: passages ?? usual.count,
    maxTokens: passageTokens ?? usual.maxTokens,
    least: likeness ?? bench?.least,
  };
}

/** What an answer was asked with. */
function benchOf(studio: Studio, id: PromptId, of: CompletionId): Bench {
  const { prompt, request } = getCompletion(studio.reading, of);
  if (prompt !== id) throw new AtelierError('no_such_completion', `"${of}" is no answer to this prompt.`);
  return request;
}

/** A folder is put in the list of models, as a drop on the window does; ENDPOINT/MODEL is one elsewhere. */
export function languageModelOf(session: Session, studio: Studio, text: string): LanguageModelRef {
  const [, name, model] = /^([^/]+)[/](.+)$/.exec(text) ?? [];
  const endpoint = studio.remotes.state.endpoints.find((one) => one.name === name);
  if (endpoint && !isFolder(session.path(text))) return { remote: endpoint.id, model };
  return localModelOf(session, studio, text);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The same where only one that runs here will do. */
export function localModelOf(session: Session, studio: Studio, text: string): LocalModelRef {
  const path = session.path(text);
  if (isFolder(path)) return { folder: studio.languageModels.add(path) };
  const named = studio.languageModels
    .list()
    .flatMap(({ ref, name }) => ('folder' in ref && name === text ? [ref] : []));
  return named.length === 1 ? named[0] : { run: resolveRun(studio.reading, text) };
}

/** Said before prompts go elsewhere. */
export function tellLeaving(
  session: Session,
  studio: Studio,
  models: readonly LanguageModelRef[],
  requests: number,
): void {
  const known = studio.remotes.state.endpoints;
  for (const model of models) {
    const one = 'remote' in model && known.find(({ id }) => id === model.remote);
    if (one) session.out.note(leavingNote(studio.remotes.nameOf(model), one.baseUrl, requests));
  }
}

const places: Record<Reach, string> = {
  machine: 'leave Atelier for another program of this machine',
  network: 'leave this machine for the own network',
  internet: 'leave this machine',
};
const leavingNote = (name: string, baseUrl: string, requests: number): string =>
  `Up to ${requests} ${requests === 1 ? 'request' : 'requests'} ${places[reachOf(baseUrl)]}: to ${name} at ${hostOf(baseUrl)}.`;
