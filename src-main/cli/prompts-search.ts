import type { Command } from 'commander';
import { searchPrompts } from '../db/prompt-search.ts';
import { resolvePrompt } from '../jobs/resolve.ts';
import { mostPromptHits } from '../shared/prompt/prompt.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { iso } from './json.ts';
import { integer, withCommon } from './options.ts';

export function addPromptsSearch(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('search'))
    .description(
      'where a text stands: in prompts, their versions and notes, and what models answered; the latest first',
    )
    .argument('<text>', 'as it stands there; Latin letters are alike in both cases')
    .option('--limit <n>', 'so many places at most', integer(1, 100_000), mostPromptHits)
    .addHelpText(
      'after',
      `
JSON: per place {"prompt","name","place":"draft"|"version"|"note"|"answer","version","completion","at","excerpt"}

Examples:
  $ atelier prompts search "red ball"`,
    )
    .action((text: string, options: CommonOptions & { limit: number }) => {
      const session = new Session(context, 'prompts search', options);
      const { out } = session;
      return session.read((store) => {
        const hits = searchPrompts(store, text, options.limit);
        for (const { at, ...hit } of hits) {
          out.record({ ...hit, at: iso(at) });
          out.text(`${hit.name}  ${hit.place}${hit.version === null ? '' : ` v${hit.version}`}  ${hit.excerpt}`);
        }
        if (hits.length === 0) out.note(`Nothing has "${text}".`);
      });
    });
}

export function addPromptsNote(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('note'))
    .description('say of a version what it is about')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .argument('<version>', 'its number', integer(1, 1_000_000))
    .argument('<text>', 'what is to stand there; "" for nothing')
    .addHelpText(
      'after',
      `
JSON: {"prompt","version","note"}

Examples:
  $ atelier prompts note capital 3 "shorter, without the example"`,
    )
    .action((name: string, version: number, note: string, options: CommonOptions) => {
      const session = new Session(context, 'prompts note', options);
      return session.own(async ({ prompts: bench, reading }) => {
        const id = resolvePrompt(reading, name);
        bench.annotate(id, version, note);
        session.out.record({ prompt: id, version, note });
        session.out.text(`Version ${version}: ${note}`);
      });
    });
}
