// What Atelier is made of besides its own code: told by the bundles and the production dependencies, with the licences' texts.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from './files.mjs';
import { nodeModules, root } from './paths.mjs';

const texts = path.join(root, 'resources/licences');
const listsOf = (out) => path.join(out, 'third-party');

/** Works that packages hold in compiled form, which their own licence says nothing of. */
const embedded = [
  {
    inside: /^mpg123-decoder$/,
    name: 'mpg123',
    licence: 'LGPL-2.1-only',
    homepage: 'https://www.mpg123.org',
    files: ['LGPL-2.1.txt'],
  },
  {
    inside: /^@wasm-audio-decoders\/flac$/,
    name: 'libFLAC',
    licence: 'BSD-3-Clause',
    homepage: 'https://xiph.org/flac',
    files: ['libFLAC.txt'],
  },
  {
    inside: /^better-sqlite3$/,
    name: 'SQLite',
    licence: 'blessing',
    homepage: 'https://www.sqlite.org/copyright.html',
    files: ['SQLite.txt'],
  },
  {
    inside: /^unpdf$/,
    name: 'PDF.js',
    licence: 'Apache-2.0',
    homepage: 'https://mozilla.github.io/pdf.js',
    files: ['Apache-2.0.txt'],
  },
];
/** Whole texts of licences that packages name without giving them, or that theirs refers to. */
const standard = {
  MIT: ['MIT.txt'],
  'Apache-2.0': ['Apache-2.0.txt'],
  'LGPL-3.0-or-later': ['LGPL-3.0.txt', 'GPL-3.0.txt'],
};
/** Where the notices of what a package was compiled with are kept, since it does not bring them along. */
const elsewhere = {
  'onnxruntime-node':
    'Notices of what ONNX Runtime is compiled with: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
};
const sharpPlatforms = /^@img\/sharp-(libvips-)?linux/;
const changed = `In this copy the symbols of GLib are renamed ("g_free" is "h>free"), since Electron brings the system's GLib along; else it is as its
authors publish it.`;
const refersTo = { 'LGPL-3.0-or-later': ['GPL-3.0.txt'] };

/** A Vite plugin that adds to `found` the folder of every package whose code or style goes into the bundle. */
export const findPackages = (found) => ({
  name: 'find-packages',
  generateBundle() {
    for (const id of this.getModuleIds()) {
      const folder = /^\0?(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\?]+)[/\\]/.exec(id)?.[1];
      if (folder) found.add(folder);
    }
  },
});

/** Keeps what a part of the build was found to hold, beside the bundles in `out`. */
export function keepPackages(out, part, found) {
  mkdirSync(listsOf(out), { recursive: true });
  const installed = realpathSync(nodeModules);
  // A package inside another one's folder is told by that whole path.
  const folders = [...found].map((folder) => path.relative(installed, folder).replaceAll('\\', '/'));
  const packages = folders.filter((folder) => readJson(path.join(nodeModules, folder, 'package.json'))?.name);
  writeJson(path.join(listsOf(out), `${part}.json`), packages.sort());
}

/** Writes what the bundles in `out` and the dependencies beside them are made of: as JSON for the studio, as a text for people. */
export function writeThirdParty(out) {
  const lists = existsSync(listsOf(out)) ? readdirSync(listsOf(out)) : [];
  const bundled = lists.flatMap((file) => readJson(path.join(listsOf(out), file)) ?? []);
  const folders = [...new Set([...bundled, ...shipped()])].sort();
  const packages = new Map(folders.map(workOf).map((work) => [`${work.name} ${work.version}`, work]));
  const works = [...packages.values()].flatMap((work) => [work, ...worksInside(work.name)]);
  works.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  mkdirSync(path.join(out, 'build'), { recursive: true });
  writeJson(path.join(out, 'build/third-party.json'), works);
  writeFileSync(
    path.join(out, 'build/THIRD-PARTY-LICENCES.txt'),
    [preface, ...works.map(chapter)].join(`\n${'='.repeat(80)}\n\n`),
  );
}

/** The packages that lie beside the bundles: the production dependencies, and theirs. */
function shipped() {
  const found = new Set();
  const visit = (name) => {
    const facts = readJson(path.join(nodeModules, name, 'package.json'));
    // One that is for another platform is not installed here.
    if (!facts || found.has(name)) return;
    found.add(name);
    for (const each of Object.keys({ ...facts.dependencies, ...facts.optionalDependencies })) visit(each);
  };
  for (const name of Object.keys(readJson(path.join(root, 'package.json')).dependencies)) visit(name);
  return found;
}

function workOf(place) {
  const folder = path.join(nodeModules, place);
  const { name, version, license, author, homepage, repository } = readJson(path.join(folder, 'package.json'));
  const own = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(file) && !/\.(js|json)$/.test(file))
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  const granted = own.some((text) => text.includes('Permission is hereby granted, free of charge')) ? 'MIT' : 'UNKNOWN';
  const licence = typeof license === 'string' ? license : (license?.type ?? granted);
  // Where libraries were linked into one file, its description says which.
  const described = name.startsWith('@img/sharp-libvips') ? [readFileSync(path.join(folder, 'README.md'), 'utf8')] : [];
  const by = typeof author === 'string' ? author : author?.name;
  const general = own.length > 0 ? (refersTo[licence] ?? []) : (standard[licence] ?? []);
  return {
    name,
    version,
    licence,
    homepage: homepage ?? addressOf(repository),
    inside: null,
    text: [
      ...(own.length > 0 || !by ? [] : [`Copyright (c) ${by}`]),
      ...own,
      ...described,
      ...general.map(textOf),
      ...(elsewhere[name] ? [elsewhere[name]] : []),
      ...(sharpPlatforms.test(name) ? [changed] : []),
    ].join('\n\n'),
  };
}

const worksInside = (name) =>
  embedded
    .filter(({ inside }) => inside.test(name))
    .map(({ name: work, licence, homepage, files }) => ({
      name: work,
      version: null,
      licence,
      homepage,
      inside: name,
      text: files.map(textOf).join('\n\n'),
    }));

const textOf = (file) => readFileSync(path.join(texts, file), 'utf8').trim();

function addressOf(repository) {
  const address = typeof repository === 'string' ? repository : repository?.url;
  if (!address) return null;
  const plain = address
    .replace(/^git\+/, '')
    .replace(/\.git$/, '')
    .replace(/^git:/, 'https:');
  return /^https?:/.test(plain) ? plain : `https://github.com/${plain.replace(/^github:/, '')}`;
}

const preface = `Atelier is made of its own code and of the works below, with their notices and licences.
Its bundles are not minified where they run in Node. Whoever changes a work under the LGPL puts the changed one into
node_modules and builds Atelier anew (npm run make), or exchanges its part of resources/app.asar.
`;

const chapter = ({ name, version, licence, homepage, inside, text }) =>
  `${name}${version ? ` ${version}` : ''}\n${licence}${inside ? `, inside ${inside}` : ''}\n${homepage ?? ''}\n\n${text}\n`;
