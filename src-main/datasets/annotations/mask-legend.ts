import { AtelierError } from '../../shared/errors.ts';
import { isObject } from '../json/members.ts';
import type { FoundFile } from '../source.ts';
import { baseOf, folderOf } from './image-files.ts';

/** What the pixels of masks stand for. */
export interface Legend {
  /** Without the background. */
  classes: readonly string[];
  /** By `rrggbb`, where classes are told by colours: the value that such a pixel counts as. */
  colours: ReadonlyMap<string, number> | null;
  /** Values are named, not colours alone. */
  numbered: boolean;
  /** Null: background. Throws `unknown_mask_value`. */
  nameOf(value: number, file: string): string | null;
  /** How they are told, for people. */
  words: string;
}

/** Values above this are not numbers of classes: depths, or objects each of a number of its own. */
const mostUnnamed = 255;

/** Each value is a class of its own, called after it; 0 is background, and in VOC's masks 255 the rim that counts for nothing. */
export const noLegend: Legend = {
  classes: [],
  colours: null,
  numbered: true,
  nameOf(value, file) {
    if (value === 0 || value === 255) return null;
    if (value < mostUnnamed) return String(value);
    throw new AtelierError(
      'unknown_mask_value',
      `${file} has pixels of the value ${value}, which is more than classes are numbered by without a legend. Put a legend.json or classes.txt beside the masks, or give a mask for each object.`,
    );
  },
  words: 'whose values are classes of their own',
};

const folders =
  /^(masks?|labels?|label_?maps?|annotations?|anns?|segmentations?|segmentation_?class|segmentation_?masks?|ground_?truth|gt|indexed)$/i;
/** A PNG in a folder that is called after masks. */
export const isMaskFile = (path: string): boolean =>
  /\.png$/i.test(path) && folderOf(path).split('/').some(isMaskFolder);
export const isMaskFolder = (name: string): boolean => folders.test(name);

const legends = ['legend.json', 'labelmap.txt', 'class_dict.csv', 'classes.txt', 'labels.txt'];
/** Of several the one that says most; the one nearest to the top. */
export function legendFile(files: readonly FoundFile[]): FoundFile | null {
  const found = files
    .map((file) => ({ file, rank: legends.indexOf(baseOf(file.relative).toLowerCase()) }))
    .filter(({ rank }) => rank >= 0);
  const depth = ({ file }: { file: FoundFile }) => file.relative.split('/').length;
  return found.sort((a, b) => a.rank - b.rank || depth(a) - depth(b))[0]?.file ?? null;
}

interface Entry {
  name: string;
  /** Null where only the colour tells. */
  value: number | null;
  colour: string | null;
}

/**
 * legend.json: [{"value","name","colour"}], value or colour may be left out. labelmap.txt: CVAT's `name:r,g,b:parts:actions`. class_dict.csv:
 * `name,r,g,b`. classes.txt, labels.txt: a name a line, the first one of value 0. Throws `bad_legend`.
 */
export function legendOf(text: string, file: string): Legend {
  const plain = text.replace(/^\ufeff/, '');
  const lines = plain.split(/\r?\n/).map((line) => line.trim());
  const entries = /\.json$/i.test(file)
    ? ofJson(plain, file)
    : /labelmap\.txt$/i.test(file)
      ? ofColours(lines, file, /^([^:]+):(\d+),(\d+),(\d+)/)
      : /\.csv$/i.test(file)
        ? ofColours(lines.slice(1), file, /^"?([^",]+)"?\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)/)
        : lines.flatMap((name, value): Entry[] => (name === '' ? [] : [{ name, value, colour: null }]));
  if (entries.length === 0) throw bad(file, 'names no class');
  return legendOfEntries(entries, file);
}

function legendOfEntries(entries: readonly Entry[], file: string): Legend {
  const byColour = entries.every(({ value }) => value === null);
  // Black stands for nothing, wherever it is named, and so does what is called so.
  const names = new Map<number, string | null>([[0, null]]);
  const colours = new Map<string, number>([['000000', 0]]);
  let next = 1;
  for (const { name, value, colour } of entries) {
    const nothing = isBackground(name) && (value ?? 0) === 0;
    const own = nothing ? 0 : (value ?? next++);
    if (own !== 0 && names.has(own)) throw bad(file, `names the value ${own} twice`);
    if (own !== 0 || !nothing) names.set(own, nothing || own === 0 ? null : name);
    if (colour !== null) {
      const before = colours.get(colour);
      if (before !== undefined && before !== own && colour !== '000000')
        throw bad(file, `names the colour #${colour} twice`);
      colours.set(colour, own);
    }
  }
  const classes = [...names].sort(([a], [b]) => a - b).flatMap(([, name]) => (name === null ? [] : [name]));
  if (new Set(classes).size < classes.length) throw bad(file, 'names a class twice');
  const coloured = entries.some(({ colour }) => colour !== null);
  return {
    classes,
    colours: coloured ? colours : null,
    numbered: !byColour,
    nameOf(value, mask) {
      const name = names.get(value);
      if (name !== undefined) return name;
      // VOC's rim, where nothing else is said of it.
      if (value === 255) return null;
      throw new AtelierError(
        'unknown_mask_value',
        `${mask} has pixels of the value ${value}, which ${file} does not name. Add it there, or mend the mask.`,
      );
    },
    words: byColour ? `whose colours ${file} explains` : `whose values ${file} explains`,
  };
}

const isBackground = (name: string): boolean => /^(_*background_*|__ignore__|unlabell?ed|void|nothing)$/i.test(name);

function ofJson(text: string, file: string): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(file, 'is no JSON');
  }
  if (!Array.isArray(value)) throw bad(file, 'is no list');
  return (value as unknown[]).map((one, i): Entry => {
    if (!isObject(one) || typeof one.name !== 'string' || one.name === '')
      throw bad(file, `entry ${i + 1} has no name`);
    const colour = typeof one.colour === 'string' ? one.colour : typeof one.color === 'string' ? one.color : null;
    const hex = colour === null ? null : /^#?([0-9a-f]{6})$/i.exec(colour)?.[1].toLowerCase();
    if (hex === undefined) throw bad(file, `entry ${i + 1} has a colour that is not #rrggbb`);
    const number = one.value ?? null;
    if (number !== null && !(Number.isInteger(number) && (number as number) >= 0 && (number as number) < 65_536))
      throw bad(file, `entry ${i + 1} has a value that is no whole number from 0 to 65535`);
    if (number === null && hex === null) throw bad(file, `entry ${i + 1} has neither a value nor a colour`);
    return { name: one.name, value: number as number | null, colour: hex };
  });
}

function ofColours(lines: readonly string[], file: string, form: RegExp): Entry[] {
  return lines.flatMap((line, i): Entry[] => {
    if (line === '' || line.startsWith('#')) return [];
    const found = form.exec(line);
    const rgb = found?.slice(2, 5).map(Number) ?? [];
    if (!found || rgb.some((part) => part > 255)) throw bad(file, `line ${i + 1} is no name with a colour`);
    return [{ name: found[1].trim(), value: null, colour: Buffer.from(rgb).toString('hex') }];
  });
}

const bad = (file: string, why: string): AtelierError =>
  new AtelierError(
    'bad_legend',
    `${file} ${why}. A legend says which class each value or colour of the masks stands for.`,
  );
