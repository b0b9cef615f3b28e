import type { Command } from 'commander';
import { getDraft, getPrompt, listPrompts } from '../db/prompts.ts';
import { resolvePrompt } from '../jobs/resolve.ts';
import { AtelierError } from '../shared/errors.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { withCommon } from './options.ts';

export function addPromptsCheck(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('check'))
    .description('what is wrong with what drafts include and with the examples that they show')
    .argument('[prompt...]', 'their names, ids or the beginnings of their ids (default: all)')
    .addHelpText(
      'after',
      `
{{> name}} stands for another prompt as it is, {{> name@3}} for its version 3. One with turns has its line for itself: its turns become turns of this
prompt. Variables of what is included are variables of what includes it. A version keeps by number what it included.

{{#examples dataset="sms" split="train" count=4 seed=1 by="label"}}
{{text}} → {{label}}
{{/examples}} is written once for each row that is drawn from a table: the same rows for the same version of it and the same seed. dataset="sms@2" is its
version 2; split is train where none is named; by: as many rows of each value. Between the two stand columns, in {{ }}. A backslash before {{ makes plain text.

JSON: per problem {"prompt","name","severity","code","line","column","message"}, at the end {"event":"finished","prompts","errors","warnings"}.
Exits with 1 where there is an error.

Examples:
  $ atelier prompts check
  $ atelier prompts check capital tale`,
    )
    .action((names: string[], options: CommonOptions) => {
      const session = new Session(context, 'prompts check', options);
      return session.own(async (studio) => {
        const { out } = session;
        const { reading } = studio;
        const ids =
          names.length > 0
            ? names.map((name) => resolvePrompt(reading, name))
            : listPrompts(reading).map(({ id }) => id);
        const count = { error: 0, warning: 0 };
        for (const id of ids) {
          const { name } = getPrompt(reading, id);
          const { text } = getDraft(reading, id);
          const { problems } = await studio.rendering.check(text, id);
          for (const { severity, code, from, message } of problems) {
            const before = text.slice(0, from).split('\n');
            const [line, column] = [before.length, before.at(-1)!.length + 1];
            out.record({ prompt: id, name, severity, code, line, column, message });
            out.text(`${name}:${line}:${column}: ${severity}: ${message}`);
            count[severity]++;
          }
        }
        out.record({ event: 'finished', prompts: ids.length, errors: count.error, warnings: count.warning });
        const sum = `${count.error} ${count.error === 1 ? 'error' : 'errors'}, ${count.warning} ${count.warning === 1 ? 'warning' : 'warnings'} in ${ids.length} ${ids.length === 1 ? 'prompt' : 'prompts'}`;
        if (count.error > 0) throw new AtelierError('prompt_errors', `${sum}. Mend what is told above.`);
        out.text(`${sum}.`);
      });
    });
}
