import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { AtelierError } from '../shared/errors.ts';
import type { ThirdParty } from '../shared/third-party.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { table } from './format.ts';
import { withCommon } from './options.ts';

export function addLicences(program: Command, context: CommandContext): void {
  withCommon(program.command('licences'))
    .description('list the software that Atelier is made of, and its licences')
    .argument('[name]', 'show the whole text of this one')
    .addHelpText(
      'after',
      `
JSON: one line per work {"name","version","licence","homepage","inside","text"}; "inside": the package that holds it in compiled form

Examples:
  $ atelier licences
  $ atelier licences codec-parser`,
    )
    .action((name: string | undefined, options: CommonOptions) =>
      licences(new Session(context, 'licences', options), name),
    );
}

function licences({ out, host }: Session, name?: string): void {
  const all = JSON.parse(readFileSync(host.places.thirdParty, 'utf8')) as ThirdParty[];
  const shown = name === undefined ? all : all.filter((each) => each.name === name);
  if (shown.length === 0) {
    throw new AtelierError(
      'bad_arguments',
      `Nothing that is called "${name}" is part of Atelier. "atelier licences" lists what is.`,
    );
  }
  for (const each of shown) out.record({ ...each });
  if (name !== undefined) for (const { text } of shown) out.text(text);
  else {
    const rows = all.map((each) => [
      each.name,
      each.version ?? '–',
      each.licence,
      each.inside === null ? (each.homepage ?? '') : `inside ${each.inside}`,
    ]);
    out.text(table([['NAME', 'VERSION', 'LICENCE', 'FROM'], ...rows]));
  }
}
