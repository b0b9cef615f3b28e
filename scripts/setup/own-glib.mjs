// On Linux, once dependencies are there: sharp's libvips has a GLib of its own inside, and Electron, which is linked against GTK, brings the system's. A symbol
// of both is the one that was loaded first, so that objects which the one has made are let go of by the other: it complains of each on
// stderr, and none is ever freed. Hence GLib's symbols in libvips, and where sharp asks for them, get names that nobody else has.
// Loading sharp with RTLD_DEEPBIND instead crashes: some would take the C library's malloc then, and others Electron's.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { writeWhole } from './files.mjs';
import { nodeModules } from './paths.mjs';

const SHT_DYNSYM = 11;
const SHT_HASH = 5;
const symbolBytes = 24;

/**
 * What a symbol of GLib is called instead: "h>free" is "g_free". It is as long and has the same hash, so that the library's table of hashes
 * holds as it is: that hash multiplies by 33 and adds the next character, hence one more in a character is 33 less in the one behind it.
 * Wherever it stands in a name, since the linker stores names that end alike as one: "g_free" is the end of "g_string_free".
 * @param {string} name
 */
export const ownName = (name) =>
  /^(g|vips|_*glib)_/.test(name)
    ? name.replace(/g_|^_*glib_/g, (glibs) => glibs.replace('g_', 'h>').replace('gl', 'hK'))
    : name;

const odd = (called, why) => new SetupError(`${called} is no library in which GLib's names can be changed: ${why}.`);

/**
 * The names of a 64-bit little-endian library's dynamic symbols, each with its place in the file.
 * @param {Buffer} file @param {string} called
 */
function symbolsOf(file, called) {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
    throw odd(called, 'no ELF file of 64 bits');
  }
  const [sections, size, count] = [Number(file.readBigUInt64LE(40)), file.readUInt16LE(58), file.readUInt16LE(60)];
  if (sections === 0 || sections + count * size > file.length) throw odd(called, 'it does not tell its sections');
  const headers = Array.from({ length: count }, (_, i) =>
    file.subarray(sections + i * size, sections + (i + 1) * size),
  );
  const type = (header) => header.readUInt32LE(4);
  const place = (header) => Number(header.readBigUInt64LE(24));
  const bytes = (header) => Number(header.readBigUInt64LE(32));
  // In that older kind of table the new names would have other hashes.
  if (headers.some((header) => type(header) === SHT_HASH)) throw odd(called, 'it has a System V hash table');
  const table = headers.find((header) => type(header) === SHT_DYNSYM);
  const texts = table && headers[table.readUInt32LE(40)];
  if (!texts) throw odd(called, 'it has no dynamic symbols');
  const symbols = [];
  for (let at = place(table); at < place(table) + bytes(table); at += symbolBytes) {
    const from = place(texts) + file.readUInt32LE(at);
    symbols.push({ name: file.toString('latin1', from, file.indexOf(0, from)), from });
  }
  return symbols;
}

/**
 * The library with GLib's symbols renamed; null where none has its own name (any more).
 * @param {Buffer} file @param {string} called
 */
export function withOwnGlib(file, called) {
  const symbols = symbolsOf(file, called);
  if (symbols.every(({ name }) => ownName(name) === name)) return null;
  const changed = Buffer.from(file);
  for (const { name, from } of symbols) if (ownName(name) !== name) changed.write(ownName(name), from, 'latin1');
  // Names that end alike are stored as one.
  const wrong = symbolsOf(changed, called).findIndex(({ name }, i) => name !== ownName(symbols[i].name));
  if (wrong >= 0) throw odd(called, `${symbols[wrong].name} would change with another name, of which it holds a part`);
  return changed;
}

/** What sharp consists of on this machine, for glibc and musl alike: [{ libraries, addons }], each paths of files. */
function sharps(modules) {
  const found = (folder, ending) => {
    try {
      const lib = path.join(modules, '@img', folder, 'lib');
      return readdirSync(lib)
        .filter((name) => ending.test(name))
        .map((name) => path.join(lib, name));
    } catch {
      return [];
    }
  };
  return ['linux', 'linuxmusl'].flatMap((system) => {
    const libraries = found(`sharp-libvips-${system}-${process.arch}`, /^libvips-cpp\.so(\.\d+)*$/);
    const addons = found(`sharp-${system}-${process.arch}`, /\.node$/);
    return libraries.length > 0 && addons.length > 0 ? [{ libraries, addons }] : [];
  });
}

const namesIn = (file) => symbolsOf(readFileSync(file), path.basename(file)).map(({ name }) => name);

/** Whether sharp's GLib has names that the system's has, too. */
export function glibIsShared(modules = nodeModules, platform = process.platform) {
  if (platform !== 'linux') return false;
  return sharps(modules).some(({ libraries, addons }) =>
    [...addons, ...libraries].some((file) => namesIn(file).some((name) => ownName(name) !== name)),
  );
}

/**
 * Gives sharp a GLib of its own. Each file is a new one in the place of the old, to which other installations may have a link; where this
 * was cut between two, the next time does the rest.
 */
export function separateGlib(modules = nodeModules) {
  for (const { libraries, addons } of sharps(modules)) {
    const there = new Set(libraries.flatMap(namesIn).map(ownName));
    const lacking = addons.flatMap(namesIn).find((name) => ownName(name) !== name && !there.has(ownName(name)));
    if (lacking) throw new SetupError(`sharp asks for ${lacking}, which its libvips has not.`);
    const changed = [...libraries, ...addons].map((file) => [
      file,
      withOwnGlib(readFileSync(file), path.basename(file)),
    ]);
    for (const [file, bytes] of changed) if (bytes) writeWhole(file, bytes);
  }
}
