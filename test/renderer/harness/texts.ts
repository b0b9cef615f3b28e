import { shownText, type Manifest } from '../../../src-main/shared/dataset.ts';
import { base, dataset, hash, hour, random, splitOf, type FakeDataset } from './data.ts';

const beginnings = [
  'The plot never quite gets going,',
  'I laughed twice in two hours;',
  '一部让人难忘的电影，',
  'From the first frame to the last it is a delight:',
  'Great acting cannot save',
  'My children asked to see it again, and',
];
const ends = [
  'and by the second act I was counting the ceiling tiles.',
  'the music alone is worth the ticket.',
  '结尾却有些仓促。',
  'what a waste of a splendid cast…',
  'so did I 😀',
  'nobody in the row behind us stayed for the credits.',
];

/** Reviews of films, short and very long. */
export function reviews(): FakeDataset {
  const samples = 24_904;
  const manifest: Manifest = {
    ...base('table', samples),
    columns: [
      {
        name: 'sentiment',
        type: 'category',
        role: 'target',
        missing: 0,
        distinct: 2,
        top: [
          { value: 'positive', count: 12_500 },
          { value: 'negative', count: 12_404 },
        ],
      },
      {
        name: 'review',
        type: 'text',
        role: 'feature',
        missing: 3,
        distinct: 24_871,
        text: {
          sampled: 12_301,
          characters: { mean: 1310.4, median: 972, p95: 3376, max: 13_704 },
          words: { mean: 267.3, median: 201, p95: 691, max: 2818 },
          histogram: {
            from: 11,
            width: 46,
            counts: [212, 903, 1803, 2306, 1622, 1090, 861, 702, 548, 477, 391, 322, 260, 214, 178, 412],
          },
          vocabulary: 88_214,
          repeated: 41_052,
        },
      },
      { name: 'title', type: 'text', role: 'ignored', missing: 0, distinct: 9120, note: 'text' },
      { name: 'votes', type: 'number', role: 'feature', missing: 12, distinct: 804, min: 0, mean: 31.2, max: 9120 },
    ],
    target: 'sentiment',
    classes: [
      { name: 'negative', count: 12_404 },
      { name: 'positive', count: 12_500 },
    ],
    sources: [{ name: 'reviews.csv', bytes: 33_974_305, sha256: hash(9) }],
    notes: [{ code: 'dialect', message: 'Read as UTF-8, delimiter comma, with a header line.' }],
  };
  return dataset('film reviews', 3 * hour, manifest, ['imported from reviews.csv'], (i, whole) => {
    const rnd = random(i + 7);
    const pick = (list: string[]) => list[Math.floor(rnd() * list.length)];
    const label = i % 2 ? 'positive' : 'negative';
    const text = Array.from({ length: 1 + Math.floor(rnd() * rnd() * 30) }, (_, n) =>
      `${pick(beginnings)} ${pick(ends)}${n % 4 === 3 ? '\n\n' : ''}`.trimStart(),
    ).join(' ');
    const review = whole ? text : text.slice(0, shownText);
    const cells = [label, i === 5 ? null : review, `Film no. ${i % 9120}`, String(Math.floor(rnd() * rnd() * 400))];
    return { split: splitOf(i), label, cells };
  });
}
