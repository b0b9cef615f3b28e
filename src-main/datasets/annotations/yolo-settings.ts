import type { Extra } from '../../shared/annotation.ts';
import type { SplitName } from '../../shared/dataset.ts';
import type { FoundFile, Source } from '../source.ts';
import { folderOf, splitOfPath, type ImageFiles } from './image-files.ts';
import { isNumber, readText, type ReadText } from './reading.ts';
import { classNames, readDataYaml, type YamlValue } from './yolo-yaml.ts';

const maxListBytes = 64 << 20;

/** What a set says of itself: in data.yaml, classes.txt, *.names, and lists of files. */
export interface YoloSettings {
  names: string[];
  /** Keypoints: how many, and of how many numbers each. */
  points: [number, number] | null;
  splits(file: FoundFile): SplitName | null;
  read: ReadText['source'][];
  extra?: Extra;
}

export async function readYoloSettings(
  source: Source,
  images: ImageFiles,
  settings: readonly FoundFile[],
): Promise<YoloSettings> {
  const read: ReadText['source'][] = [];
  const listed = new Map<FoundFile, SplitName>();
  const folders: [string, SplitName][] = [];
  let names: string[] = [];
  let points: YoloSettings['points'] = null;
  for (const file of settings) {
    const { text, source: from } = await readText(file, 1 << 20);
    read.push(from);
    if (!/\.ya?ml$/i.test(file.relative)) {
      const lines = text.split(/\r\n?|\n/).map((line) => line.trim());
      while (lines.at(-1) === '') lines.pop();
      if (names.length === 0) names = lines;
      continue;
    }
    const yaml = readDataYaml(text);
    const called = classNames(yaml.get('names'));
    if (called.length > 0) names = called;
    const shape = yaml.get('kpt_shape');
    if (Array.isArray(shape) && isCount(shape[0]) && (shape[1] === 2 || shape[1] === 3)) points = [shape[0], shape[1]];
    for (const [key, split] of [
      ['train', 'train'],
      ['val', 'validation'],
      ['valid', 'validation'],
      ['test', 'test'],
    ] as const) {
      for (const path of paths(yaml.get(key))) {
        if (!/\.txt$/i.test(path)) folders.push([path, split]);
        const list = source.files.find(({ relative }) => relative === path || relative.endsWith(`/${path}`));
        if (!list) continue;
        const found = await readText(list, maxListBytes);
        read.push(found.source);
        for (const line of found.text.split(/\r\n?|\n/)) {
          const image = line.trim() === '' ? null : images.find(line.trim(), list.relative);
          if (image) listed.set(image, split);
        }
      }
    }
  }
  return {
    names,
    points,
    read,
    ...(points && { extra: { kpt_shape: points } }),
    splits(file) {
      const folder = `/${folderOf(file.relative)}/`;
      const named = folders.filter(([path]) => folder.includes(`/${path}/`));
      // One folder of all is no division.
      return (
        listed.get(file) ??
        (new Set(named.map(([, split]) => split)).size === 1 ? named[0][1] : null) ??
        splitOfPath(folderOf(file.relative))
      );
    },
  };
}

const isCount = (value: YamlValue | undefined): value is number => isNumber(value) && value > 0 && value < 1000;

const paths = (value: YamlValue | undefined): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value])
    .map((path) =>
      String(path)
        .replaceAll('\\', '/')
        .replace(/^(\.{0,2}\/)+/, '')
        .replace(/\/+$/, ''),
    )
    .filter((path) => path !== '' && path !== '.');
