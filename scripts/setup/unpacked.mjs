// Debian packages for who may not install any: downloaded with lists and a cache of our own, and unpacked into .toolchain.
// Nothing of the system is touched. Programs find what was unpacked through their environment.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { readJson, replaceFolder, sweepBeside, writeJson } from './files.mjs';
import { toolchain } from './paths.mjs';
import { run, tail } from './run.mjs';

const place = path.join(toolchain, 'system');
/** Names the packages; written last, so that a folder without it is not whole. */
const madeOf = (folder) => path.join(folder, 'packages.json');
const aptFolder = (folder) => path.join(folder, 'apt');

/** apt's options for lists, cache and lock of our own, over the system's sources and its list of what is installed. */
export const ownApt = (folder) => [
  `-oDir::State=${path.join(folder, 'state')}`,
  '-oDir::State::status=/var/lib/dpkg/status',
  `-oDir::Cache=${path.join(folder, 'cache')}`,
  '-oDebug::NoLocking=true',
  '-oAcquire::Retries=2',
];

/** The packages that were unpacked here; none where nothing was. */
const unpacked = () => readJson(madeOf(place)) ?? [];

/**
 * Unpacks `packages`, and all that they need and the system lacks, beside what was unpacked before.
 * @param namesFor resolves to the names that this release knows the packages by, given apt's options
 */
export async function unpackPackages(packages, namesFor) {
  sweepBeside(place);
  const work = `${place}.${process.pid}.partial`;
  const apt = aptFolder(work);
  for (const folder of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(apt, folder), { recursive: true });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const updated = await run('apt-get', [...ownApt(apt), '-qq', 'update'], { env });
  const names = await namesFor([...new Set([...unpacked(), ...packages])], ownApt(apt));
  const words = [...ownApt(apt), '-y', '-qq', '--no-install-recommends', '--download-only', 'install', ...names];
  const got = await run('apt-get', words, { env });
  if (got.code !== 0) {
    rmSync(work, { recursive: true, force: true });
    throw new SetupError(`apt-get could not download ${names.join(' ')}.`, {
      detail: tail(`${updated.output}\n${got.output}`, 8),
    });
  }
  const archives = path.join(apt, 'cache/archives');
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    const { code, output } = await run('dpkg-deb', ['-x', path.join(archives, file), work]);
    if (code !== 0) throw new SetupError(`${file} could not be unpacked.`, { detail: tail(output, 4) });
  }
  rmSync(apt, { recursive: true, force: true });
  await settle(work, place);
  writeJson(madeOf(work), names);
  replaceFolder(work, place);
  useUnpacked();
  return names;
}

/** What the packages' own scripts would do in a system. `final` is where the folder is going to lie. */
async function settle(folder, final) {
  const schemas = path.join(folder, 'usr/share/glib-2.0/schemas');
  const compiler = libraryFolders(folder).map((lib) => path.join(lib, 'glib-2.0/glib-compile-schemas'));
  const found = compiler.find((file) => existsSync(file));
  // GTK ends the program over a missing schema when a file dialog opens.
  if (found && existsSync(schemas)) {
    await run(found, [schemas], { env: { ...process.env, LD_LIBRARY_PATH: libraryFolders(folder).join(':') } });
  }
  writeFileSync(
    path.join(folder, 'fonts.conf'),
    `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n` +
      `  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n` +
      `  <dir>/usr/share/fonts</dir>\n  <dir>${final}/usr/share/fonts</dir>\n` +
      `  <cachedir prefix="xdg">fontconfig</cachedir>\n</fontconfig>\n`,
  );
  moveXvfb(folder, final);
}

/** An X server's code with `bin` in place of the folder `/usr/bin`, of the same length. */
export function withRelativeFolder(code) {
  const at = code.indexOf('\0/usr/bin\0', 0, 'latin1');
  if (at < 0) throw new SetupError('This Xvfb does not name the folder of xkbcomp as expected.');
  const changed = Buffer.from(code);
  changed.write('\0bin\0\0\0\0\0\0', at, 'latin1');
  return changed;
}

/**
 * The X server asks `/usr/bin/xkbcomp` for its keymap, by a path that is in its code and no option changes: here that path becomes
 * relative, and the server is started in the folder that it is relative to.
 */
function moveXvfb(folder, final) {
  const server = path.join(folder, 'usr/bin/Xvfb');
  if (!existsSync(server)) return;
  writeFileSync(`${server}.partial`, withRelativeFolder(readFileSync(server)));
  chmodSync(`${server}.partial`, statSync(server).mode);
  renameSync(`${server}.partial`, server);
  mkdirSync(path.join(folder, 'bin-here'), { recursive: true });
  const start = path.join(folder, 'bin-here/Xvfb');
  writeFileSync(start, `#!/bin/sh\ncd '${final}/usr' && exec ./bin/Xvfb -xkbdir '${final}/usr/share/X11/xkb' "$@"\n`);
  chmodSync(start, 0o755);
}

/** Folders of shared libraries: `usr/lib/<machine>-linux-gnu` and its like. */
function libraryFolders(folder) {
  return ['usr/lib', 'lib'].flatMap((lib) => {
    const parent = path.join(folder, lib);
    if (!existsSync(parent)) return [];
    const machines = readdirSync(parent).filter((name) => /-linux-gnu\w*$/.test(name));
    return [...machines.map((name) => path.join(parent, name)), parent];
  });
}

/** Changes this process's environment, and so its children's, to find what was unpacked; nothing where nothing was. */
export function useUnpacked(env = process.env, folder = place) {
  if (!existsSync(madeOf(folder)) || env.ATELIER_UNPACKED === folder) return;
  const before = (paths, name, otherwise) => {
    env[name] = [...paths, ...(env[name] || otherwise ? [env[name] || otherwise] : [])].join(':');
  };
  before(libraryFolders(folder), 'LD_LIBRARY_PATH', '');
  before([path.join(folder, 'bin-here')], 'PATH', '');
  // After the system's own.
  env.PATH += `:${path.join(folder, 'usr/bin')}`;
  before([path.join(folder, 'usr/share')], 'XDG_DATA_DIRS', '/usr/local/share:/usr/share');
  env.FONTCONFIG_FILE ??= path.join(folder, 'fonts.conf');
  env.ATELIER_UNPACKED = folder;
}
