// The message catalogue: resources/i18n/messages/*.json compiled to typed functions in src-main/shared/messages (not committed).
// Paraglide writes notes and a cache into the project folder it is given, and fetches plugins by address unless they are local files:
// so it gets a throwaway copy of the project that names the plugin in node_modules.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';
import { hashOf, readJson, replaceFolder, sweepBeside, writeJson } from './files.mjs';
import { root, toolchain } from './paths.mjs';
import { run, tail } from './run.mjs';

const source = path.join(root, 'resources/i18n');
export const messagesOut = path.join(root, 'src-main/shared/messages');
const stamp = path.join(toolchain, 'stamps/messages.json');
const compiler = fileURLToPath(new URL('./compile-messages.mjs', import.meta.url));

const inputs = () =>
  hashOf(root, [
    'resources/i18n/messages',
    'resources/i18n/project.inlang/settings.json',
    'node_modules/@inlang/paraglide-js/package.json',
    'scripts/setup/compile-messages.mjs',
  ]);

export const messagesAreCurrent = () =>
  existsSync(path.join(messagesOut, 'messages.js')) && readJson(stamp)?.inputs === inputs();

/** Every language must have every message: a missing one would show in the wrong language, silently. */
export function missingMessages(catalogues) {
  const names = (catalogue) => Object.keys(catalogue).filter((name) => name !== '$schema');
  const all = new Set(Object.values(catalogues).flatMap(names));
  return Object.entries(catalogues).flatMap(([locale, catalogue]) =>
    [...all].filter((name) => !(name in catalogue)).map((name) => `${locale}: ${name}`),
  );
}

/** Reads all catalogues, complains about gaps and repeats, and returns the names of all messages. */
function check() {
  const settings = readJson(path.join(source, 'project.inlang/settings.json'));
  const catalogues = {};
  for (const locale of settings.locales) {
    catalogues[locale] = {};
    for (const pattern of settings['plugin.inlang.messageFormat'].pathPattern) {
      const file = path.join(source, pattern.replace('{locale}', locale));
      try {
        const { $schema: _schema, ...messages } = JSON.parse(readFileSync(file, 'utf8'));
        const twice = Object.keys(messages).find((name) => name in catalogues[locale]);
        if (twice) throw new Error(`"${twice}" stands in another catalogue, too`);
        Object.assign(catalogues[locale], messages);
      } catch (error) {
        throw new SetupError(`${path.relative(root, file)}: ${error.message}`);
      }
    }
  }
  const missing = missingMessages(catalogues);
  if (missing.length > 0) {
    throw new SetupError(
      `Messages missing in resources/i18n/messages:\n  ${missing.slice(0, 20).join('\n  ')}${missing.length > 20 ? `\n  and ${missing.length - 20} more` : ''}`,
    );
  }
  return Object.keys(Object.values(catalogues)[0]);
}

export async function compileMessages() {
  const all = check();
  const before = inputs();
  const work = path.join(toolchain, `messages.${process.pid}.partial`);
  sweepBeside(path.join(toolchain, 'messages'));
  sweepBeside(messagesOut);
  mkdirSync(path.join(work, 'project.inlang'), { recursive: true });
  cpSync(path.join(source, 'messages'), path.join(work, 'messages'), { recursive: true });
  const settings = readJson(path.join(source, 'project.inlang/settings.json'));
  settings.modules = settings.modules.map((module) => path.relative(work, path.resolve(source, module)));
  writeFileSync(path.join(work, 'project.inlang/settings.json'), JSON.stringify(settings));
  const out = path.join(work, 'out');
  const result = await run(process.execPath, [compiler, path.join(work, 'project.inlang'), out], { cwd: work });
  if (result.code !== 0)
    throw new SetupError('The message catalogue did not compile.', { detail: tail(result.output) });
  rmSync(path.join(out, 'server.js'), { force: true });
  rmSync(path.join(out, 'server.d.ts'), { force: true });
  // Paraglide only warns about a plugin or a catalogue that it could not read, and writes an empty result.
  const index = path.join(out, 'messages/_index.d.ts');
  const names = existsSync(index) ? readFileSync(index, 'utf8') : '';
  const lost = all.filter((name) => !names.includes(`${name}.js`));
  if (lost.length > 0) {
    throw new SetupError(`The message catalogue did not compile; missing: ${lost.slice(0, 5).join(', ')}.`, {
      detail: tail(result.output),
    });
  }
  replaceFolder(out, messagesOut);
  rmSync(work, { recursive: true, force: true });
  writeJson(stamp, { inputs: before });
}
