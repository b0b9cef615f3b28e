import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detokenize } from '../../../src-main/datasets/annotations/detokenize.ts';
import { spansOf, tagsOf } from '../../../src-main/datasets/annotations/tags.ts';
import type { Span, TagScheme } from '../../../src-main/shared/annotation.ts';
import { annotated, roundTrip, type Annotated } from '../../support/data-annotated.ts';
import { writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const bio = 'EU B-ORG\nrejects O\nGerman B-MISC\ncall O\n. O\n\nPeter B-PER\nBlackburn I-PER\n';
/** As the task of 2003 had it: four columns, IOB1, a mark for each document. */
const conll2003 = `-DOCSTART- -X- -X- O

U.N. NNP I-NP I-ORG
official NN I-NP O
Ekeus NNP I-NP I-PER
Smith NNP I-NP B-PER
heads VBZ I-VP O
( ( O O
Baghdad NNP I-NP I-LOC
) ) O O
. . O O

"	NN O O
`.replace('"\t', '" ');

importerContract('conll', {
  kind: 'conll',
  samples: 20,
  classes: [],
  async write(folder) {
    await writeFiles(folder, { 'source/a.conll': Array.from({ length: 10 }, () => bio).join('\n') });
    return ['source'];
  },
});

const marked = ({ samples }: Annotated, texts: string[]) =>
  samples.map(({ marks }, i) =>
    marks.annotations.map((one) => [one.class, texts[i].slice((one as Span).start, (one as Span).end)]),
  );

describe('CoNLL', () => {
  it('becomes texts as people write them, with spans of characters', async () => {
    const set = await annotated({ 'eng.train': conll2003 });
    const text = 'U.N. official Ekeus Smith heads (Baghdad).';
    expect(marked(set, [text, '"'])).toEqual([
      [
        ['ORG', 'U.N.'],
        ['PER', 'Ekeus'],
        ['PER', 'Smith'],
        ['LOC', 'Baghdad'],
      ],
      [],
    ]);
    expect(set.header).toMatchObject({ scheme: 'iob1', extra: { conll: { columns: 4, token: 0, separator: ' ' } } });
    expect(set.manifest.columns.map(({ name, type }) => [name, type])).toEqual([
      ['file', 'category'],
      ['text', 'text'],
    ]);
    expect(set.manifest.annotations).toMatchObject({ total: 4, types: { span: 4 }, annotated: 1 });
  });

  it.each([
    ['BIO', bio],
    ['IOB1 of four columns', conll2003],
    ['BIOES', 'a B-X\nb I-X\nc E-X\nd S-Y\n\ne O\n'],
    ['BILOU', 'a B-X\nb L-X\nd U-Y\n\ne O\n'],
    ['BMES, in Chinese', '我 B-LOC\n爱 M-LOC\n北 E-LOC\n京 S-PER\n\n。 O\n'],
    ['tabs, counted, with comments', '# id 1\n1\tNew York\tB-LOC\n2\tis\tO\n\n# id 2\n1\tbig\tO\n2\t.\tO\n'],
  ])('%s comes out again as it went in', async (_, text) => {
    const set = await annotated({ 'train.conll': text });
    expect(set.manifest.rejected).toEqual([]);
    const again = await roundTrip(set, 'conll');
    expect(again.result.lost).toEqual([]);
    const parts = await Promise.all(
      ['train', 'val', 'test'].map((split) => readFile(join(again.out, `${split}.conll`), 'utf8').catch(() => '')),
    );
    const blocks = (whole: string) =>
      whole
        .split(/\n\n+/)
        .map((part) => part.trim())
        .filter((part) => part !== '' && !part.startsWith('-DOC'));
    expect(parts.flatMap(blocks).sort()).toEqual(blocks(text).sort());
    expect(parts.join('').includes('-DOCSTART- -X- -X- O')).toBe(text.includes('-DOCSTART-'));
  });

  it('honours files of splits', async () => {
    const set = await annotated({ 'eng.train': bio, 'eng.testa': bio, 'eng.testb': bio });
    expect(set.manifest).toMatchObject({ splitSource: 'given', splits: { train: 2, validation: 2, test: 2 } });
  });

  it('lists lines that do not fit, and says where tags break their scheme', async () => {
    const set = await annotated({ 'a.txt': `${bio}\nx O O\ny\nz I-LOC\nw I-LOC\n\n${bio}\n${bio}` });
    expect(set.manifest.rejected.map(({ code, where }) => [code, where])).toEqual([
      ['bad_token', 'a.txt: line 10'],
      ['bad_token', 'a.txt: line 11'],
    ]);
    expect(set.manifest.notes.map(({ code }) => code)).toEqual(['dialect', 'tags_repaired', 'rejected']);
    expect(set.samples[2].marks.annotations).toMatchObject([{ class: 'LOC', start: 0, end: 3 }]);
  });

  it('plain prose is none', async () => {
    await expect(annotated({ 'a.txt': 'One line of words O\nand another one\n'.repeat(20) })).rejects.toThrow();
  });

  survivesHostileInput('CoNLL', () => Promise.resolve({ name: 'a.conll', bytes: Buffer.from(bio.repeat(3)) }), 1);
});

describe('tags', () => {
  const spans = [
    { first: 0, last: 2, class: 'A' },
    { first: 3, last: 3, class: 'A' },
    { first: 5, last: 6, class: 'B' },
  ];
  it.each<[TagScheme, string]>([
    ['bio', 'B-A I-A I-A B-A O B-B I-B'],
    ['iob1', 'I-A I-A I-A B-A O I-B I-B'],
    ['bioes', 'B-A I-A E-A S-A O B-B E-B'],
    ['bilou', 'B-A I-A L-A U-A O B-B L-B'],
    ['bmes', 'B-A M-A E-A S-A O B-B E-B'],
  ])('%s is written and read', (scheme, words) => {
    const tags = words.split(' ');
    expect(tagsOf(7, spans, scheme)).toEqual({ tags, left: 0 });
    expect(spansOf(tags)).toEqual(spans);
  });

  it('of spans inside others are left out, and counted', () => {
    expect(
      tagsOf(
        3,
        [
          { first: 0, last: 2, class: 'A' },
          { first: 1, last: 1, class: 'B' },
        ],
        'bio',
      ),
    ).toEqual({ tags: ['B-A', 'I-A', 'I-A'], left: 1 });
  });
});

describe('blanks between tokens', () => {
  it.each([
    ['He said , " go ! " ( now ) .', 'He said, "go!" (now).'],
    ["It 's n't 5 %", "It'sn't 5%"],
    ['北 京 is big', '北京 is big'],
    ['$ 5 million', '$5 million'],
  ])('%s', (tokens, text) => {
    const words = tokens.split(' ');
    const made = detokenize(words);
    expect(made.text).toBe(text);
    words.forEach((word, i) => expect(made.text.slice(made.offsets[2 * i], made.offsets[2 * i + 1])).toBe(word));
  });
});
