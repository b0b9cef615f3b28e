import type {
  Column,
  DatasetDetail,
  Manifest,
  SampleQuery,
  SamplePage,
  SplitName,
} from '../../../src-main/shared/dataset.ts';
import type { Profile } from '../../../src-main/shared/profile.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { DatasetId, VersionId } from '../../../src-main/shared/ids.ts';

/** Invented datasets, the same each time: enough of every kind to look at every screen. */
export const hour = 3_600_000;
export const now = Date.now();

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface FakeDataset {
  detail: DatasetDetail;
  manifests: Map<VersionId, Manifest>;
  archived: boolean;
  /** `whole`: cells are not cut, as in a page of one sample. */
  sample: (
    i: number,
    whole?: boolean,
  ) => { split: SplitName; label: string | null; cells?: (string | null)[]; pixels?: Uint8Array };
}

const blobs = { split: 'a'.repeat(64) };
export const hash = (n: number) => [...Array(64)].map((_, i) => ((n * 7 + i * 13) % 16).toString(16)).join('');

export function splitOf(i: number): SplitName {
  const x = random(i + 99)();
  return x < 0.7 ? 'train' : x < 0.85 ? 'validation' : 'test';
}

export function base(kind: Manifest['kind'], samples: number): Manifest {
  const train = Math.round(samples * 0.7);
  const validation = Math.round(samples * 0.15);
  return {
    kind,
    samples,
    columns: [],
    target: null,
    task: 'classification',
    classes: [],
    image: null,
    splits: { train, validation, test: samples - train - validation },
    splitSource: 'stratified',
    splitSeed: 1,
    blobs,
    sources: [],
    rejectedCount: 0,
    rejected: [],
    notes: [],
  };
}

export function dataset(
  name: string,
  age: number,
  manifest: Manifest,
  changes: string[],
  sample: FakeDataset['sample'],
): FakeDataset {
  const id: DatasetId = newId('dataset', now - age);
  const versions = changes.map((change, i) => ({
    id: newId('version', now - age + i * hour),
    number: i + 1,
    createdAt: now - age + i * hour,
    change,
    samples: manifest.samples,
  }));
  const last = versions[versions.length - 1];
  return {
    archived: false,
    sample,
    manifests: new Map(versions.map((version) => [version.id, manifest])),
    detail: {
      summary: {
        id,
        name,
        createdAt: now - age,
        archived: false,
        kind: manifest.kind,
        samples: manifest.samples,
        classes: manifest.classes.length,
        target: manifest.target,
        latestVersion: last.id,
        versions: versions.length,
      },
      version: {
        id: last.id,
        dataset: id,
        number: last.number,
        createdAt: last.createdAt,
        change: last.change,
        manifest,
      },
      source: name,
      versions,
    },
  };
}

const glyphNames = ['circle', 'ring', 'square', 'frame', 'cross', 'plus', 'triangle', 'bars', 'diamond', 'dots'];

/** A glyph of 28 × 28, jittered and noisy. */
function glyph(i: number): Uint8Array {
  const rnd = random(i * 31 + 7);
  const kind = i % 10;
  const cx = 14 + (rnd() - 0.5) * 5;
  const cy = 14 + (rnd() - 0.5) * 5;
  const r = 6 + rnd() * 4;
  const turn = (rnd() - 0.5) * 0.6;
  const out = new Uint8Array(784);
  for (let y = 0; y < 28; y++)
    for (let x = 0; x < 28; x++) {
      const dx = ((x - cx) * Math.cos(turn) + (y - cy) * Math.sin(turn)) / r;
      const dy = (-(x - cx) * Math.sin(turn) + (y - cy) * Math.cos(turn)) / r;
      const d = Math.hypot(dx, dy);
      const box = Math.max(Math.abs(dx), Math.abs(dy));
      const inside = [
        1 - d,
        0.18 - Math.abs(d - 0.82),
        0.9 - box,
        0.15 - Math.abs(box - 0.8),
        box < 1 ? 0.2 - Math.min(Math.abs(dx - dy), Math.abs(dx + dy)) / 1.4 : -1,
        box < 1 ? 0.2 - Math.min(Math.abs(dx), Math.abs(dy)) : -1,
        Math.min(0.8 - dy, dy + 0.9 - Math.abs(dx) * 1.7),
        box < 1 ? 0.17 - Math.abs(((dx + 1.2) % 0.8) - 0.4) : -1,
        0.9 - Math.abs(dx) - Math.abs(dy),
        0.24 - Math.hypot(Math.abs(dx) - 0.55, Math.abs(dy) - 0.55),
      ][kind];
      const ink = Math.min(1, Math.max(0, 0.5 + inside * r * 0.8));
      out[y * 28 + x] = Math.min(255, ink * 235 + rnd() * 26);
    }
  return out;
}

const flowerNames = ['daisy', 'dandelion', 'rose', 'sunflower', 'tulip'];
const flowerHues = [
  [240, 240, 235],
  [240, 205, 60],
  [200, 40, 70],
  [235, 160, 30],
  [190, 80, 190],
];
function flower(i: number): Uint8Array {
  const rnd = random(i * 17 + 3);
  const hue = flowerHues[i % 5];
  const [gx, gy, r, petals, phase] = [24 + rnd() * 16, 24 + rnd() * 16, 14 + rnd() * 8, 5 + (i % 4), rnd() * 6];
  const sky = rnd() * 40;
  const out = new Uint8Array(64 * 64 * 3);
  for (let y = 0; y < 64; y++)
    for (let x = 0; x < 64; x++) {
      const d = Math.hypot(x - gx, y - gy);
      const a = Math.atan2(y - gy, x - gx);
      const petal = d < r * (0.72 + 0.28 * Math.cos(petals * a + phase));
      const heart = d < r * 0.28;
      const noise = rnd() * 24;
      const k = (y * 64 + x) * 3;
      const shade = 1 - d / r / 3;
      for (let c = 0; c < 3; c++)
        out[k + c] = heart
          ? [150, 105, 40][c] + noise
          : petal
            ? Math.min(255, hue[c] * shade + noise)
            : [48 + sky * 0.4, 88 + (y / 64) * 40 - sky * 0.4, 44 + sky * 0.3][c] + noise;
    }
  return out;
}

function glyphs(): FakeDataset {
  const manifest: Manifest = {
    ...base('images', 4000),
    image: { height: 28, width: 28, channels: 1 },
    classes: glyphNames.map((name) => ({ name, count: 400 })),
    splitSource: 'given',
    sources: [
      { name: 'train-images-idx3-ubyte.gz', bytes: 2_104_233, sha256: hash(1) },
      { name: 'train-labels-idx1-ubyte.gz', bytes: 3_211, sha256: hash(2) },
      { name: 't10k-images-idx3-ubyte.gz', bytes: 412_907, sha256: hash(3) },
      { name: 't10k-labels-idx1-ubyte.gz', bytes: 702, sha256: hash(4) },
    ],
  };
  return dataset('glyphs', 30 * hour, manifest, ['imported from 4 IDX files'], (i) => ({
    split: splitOf(i),
    label: glyphNames[i % 10],
    pixels: glyph(i),
  }));
}

function flowers(): FakeDataset {
  const manifest: Manifest = {
    ...base('images', 412),
    image: { height: 64, width: 64, channels: 3 },
    classes: flowerNames.map((name, i) => ({ name, count: [118, 97, 61, 84, 52][i] })),
    sources: [{ name: 'field photographs', bytes: 38_220_114, sha256: hash(5) }],
    rejectedCount: 5,
    rejected: [
      {
        where: 'rose/IMG_2231.jpg',
        code: 'image_damaged',
        message: 'The image ends early: 41 % of its rows are missing.',
      },
      { where: 'rose/IMG_2240.jpg', code: 'image_empty', message: 'The file has 0 bytes.' },
      { where: 'tulip/notes.png', code: 'not_an_image', message: 'The name ends in .png, but this is a text file.' },
      {
        where: 'tulip/panorama.tif',
        code: 'image_too_large',
        message: '20,000 × 4,000 pixels; the most is 16,384 a side.',
      },
      { where: 'daisy/Thumbs.db', code: 'unsupported_type', message: 'Not an image format that can be read.' },
    ],
    notes: [
      { code: 'resized', message: '412 images of different sizes were scaled to 64 × 64, cropped at the centre.' },
    ],
  };
  return dataset(
    'field flowers',
    5 * hour,
    manifest,
    ['imported from a folder of 5 classes', 'split: seed 1 → 7'],
    (i) => ({
      split: splitOf(i),
      label: i % 97 === 50 ? null : flowerNames[i % 5],
      pixels: flower(i),
    }),
  );
}

const number = (name: string, min: number, mean: number, max: number, distinct: number, missing = 0): Column => ({
  name,
  type: 'number',
  role: 'feature',
  missing,
  distinct,
  min,
  mean,
  max,
});
const category = (name: string, top: [string, number][], distinct: number, missing = 0): Column => ({
  name,
  type: 'category',
  role: 'feature',
  missing,
  distinct,
  top: top.map(([value, count]) => ({ value, count })),
});

const workclass = ['Private', 'Self-emp-not-inc', 'Local-gov', 'State-gov', 'Self-emp-inc', 'Federal-gov'];
const education = ['HS-grad', 'Some-college', 'Bachelors', 'Masters', 'Assoc-voc', '11th', 'Doctorate'];
const occupation = ['Prof-specialty', 'Craft-repair', 'Exec-managerial', 'Adm-clerical', 'Sales', 'Other-service'];

function adult(): FakeDataset {
  const samples = 32_549;
  const columns: Column[] = [
    number('age', 17, 38.5816, 90, 73),
    category(
      'workclass',
      [
        ['Private', 22_696],
        ['Self-emp-not-inc', 2541],
        ['Local-gov', 2093],
        ['State-gov', 1298],
        ['Self-emp-inc', 1116],
        ['Federal-gov', 960],
      ],
      8,
      1836,
    ),
    { ...number('fnlwgt', 12_285, 189_778.4, 1_484_705, 21_648), role: 'ignored', note: 'identifier' },
    category(
      'education',
      [
        ['HS-grad', 10_501],
        ['Some-college', 7291],
        ['Bachelors', 5355],
        ['Masters', 1723],
        ['Assoc-voc', 1382],
        ['11th', 1175],
        ['Doctorate', 413],
      ],
      16,
    ),
    number('education-num', 1, 10.0807, 16, 16),
    category(
      'marital-status',
      [
        ['Married-civ-spouse', 14_976],
        ['Never-married', 10_683],
        ['Divorced', 4443],
      ],
      7,
    ),
    category(
      'occupation',
      [
        ['Prof-specialty', 4140],
        ['Craft-repair', 4099],
        ['Exec-managerial', 4066],
        ['Adm-clerical', 3770],
        ['Sales', 3650],
        ['Other-service', 3295],
      ],
      14,
      1843,
    ),
    category(
      'sex',
      [
        ['Male', 21_790],
        ['Female', 10_759],
      ],
      2,
    ),
    number('capital-gain', 0, 1077.65, 99_999, 119),
    number('capital-loss', 0, 87.3038, 4356, 92),
    number('hours-per-week', 1, 40.4375, 99, 94),
    category(
      'native-country',
      [
        ['United-States', 29_158],
        ['Mexico', 643],
        ['Philippines', 198],
      ],
      41,
      583,
    ),
    {
      ...category(
        'income',
        [
          ['<=50K', 24_712],
          ['>50K', 7837],
        ],
        2,
      ),
      role: 'target',
    },
  ];
  const manifest: Manifest = {
    ...base('table', samples),
    columns,
    target: 'income',
    classes: [
      { name: '<=50K', count: 24_712 },
      { name: '>50K', count: 7837 },
    ],
    sources: [{ name: 'adult.csv', bytes: 3_974_305, sha256: hash(6) }],
    rejectedCount: 12,
    rejected: [...Array(12)].map((_, i) => ({
      where: `line ${1204 + i * 377}`,
      code: 'ragged_row',
      message: `${9 + (i % 4)} cells where the header has 13.`,
    })),
    notes: [
      { code: 'dialect', message: 'Read as UTF-8, separated by commas, with a header row.' },
      { code: 'rejected', message: '12 rows were left out: they do not have 13 cells.' },
      { code: 'target_guessed', message: '“income” was taken as the target: the last column, with 2 distinct values.' },
    ],
  };
  const sample: FakeDataset['sample'] = (i) => {
    const rnd = random(i * 11 + 5);
    const pick = (list: string[]) => list[Math.floor(rnd() * rnd() * list.length)];
    const rich = rnd() < 0.24;
    return {
      split: splitOf(i),
      label: rich ? '>50K' : '<=50K',
      cells: [
        String(17 + Math.floor(rnd() * 60)),
        rnd() < 0.06 ? null : pick(workclass),
        String(12_285 + Math.floor(rnd() * 400_000)),
        pick(education),
        String(1 + Math.floor(rnd() * 16)),
        pick(['Married-civ-spouse', 'Never-married', 'Divorced']),
        rnd() < 0.06 ? null : pick(occupation),
        rnd() < 0.67 ? 'Male' : 'Female',
        rnd() < 0.92 ? '0' : String(Math.floor(rnd() * 15_000)),
        rnd() < 0.95 ? '0' : String(1500 + Math.floor(rnd() * 900)),
        String(20 + Math.floor(rnd() * 40)),
        rnd() < 0.9 ? 'United-States' : 'Mexico',
        rich ? '>50K' : '<=50K',
      ],
    };
  };
  return dataset('adult census', 52 * hour, manifest, ['imported from adult.csv', 'fnlwgt: feature → ignored'], sample);
}

function sensors(): FakeDataset {
  const manifest: Manifest = {
    ...base('table', 8760),
    task: null,
    splitSource: 'random',
    columns: [
      { name: '时间', type: 'text', role: 'ignored', missing: 0, distinct: 8760, note: 'identifier' },
      number('温度 °C', -12.4, 11.83, 36.1, 441),
      number('湿度 %', 14, 68.2, 100, 87, 31),
      number('功率 kW', 0.2, 3.4172, 11.9, 1170),
    ],
    sources: [{ name: '传感器读数 2025.csv', bytes: 412_330, sha256: hash(7) }],
    notes: [
      { code: 'dialect', message: 'Read as GB 18030, separated by semicolons, with a header row; decimal comma.' },
    ],
  };
  return dataset('传感器读数 2025', 2 * hour, manifest, ['imported from 传感器读数 2025.csv'], (i) => {
    const rnd = random(i + 400);
    return {
      split: splitOf(i),
      label: null,
      cells: [
        new Date(Date.UTC(2025, 0, 1) + i * hour).toISOString().slice(0, 16).replace('T', ' '),
        (11.8 + rnd() * 8 - 4).toFixed(1).replace('.', ','),
        rnd() < 0.01 ? null : String(40 + Math.floor(rnd() * 60)),
        (rnd() * 8).toFixed(2).replace('.', ','),
      ],
    };
  });
}

/** A thousand columns, as of sensors that are read together. */
export function wide(): FakeDataset {
  const width = 1000;
  const columns: Column[] = Array.from({ length: width }, (_, i) =>
    i % 10 === 9
      ? {
          name: `state_${i}`,
          type: 'category',
          role: 'feature',
          missing: 0,
          distinct: 3,
          top: ['idle', 'running', 'stopped'].map((value, k) => ({ value, count: 12_000 - 5000 * k })),
        }
      : number(`sensor_${i}`, 0, 50 + (i % 7), 100, 18_000),
  );
  const label: Column = {
    name: 'fault',
    type: 'category',
    role: 'target',
    missing: 0,
    distinct: 2,
    top: [
      { value: 'no', count: 19_000 },
      { value: 'yes', count: 1000 },
    ],
  };
  const manifest: Manifest = {
    ...base('table', 20_000),
    target: label.name,
    classes: label.top!.map(({ value, count }) => ({ name: value, count })),
    columns: [...columns, label],
  };
  const rnd = random(77);
  const rows = Array.from({ length: 60 }, () => [
    ...columns.map(({ type }) =>
      type === 'number' ? (rnd() * 100).toFixed(3) : ['idle', 'running'][rnd() < 0.5 ? 0 : 1],
    ),
    rnd() < 0.05 ? 'yes' : 'no',
  ]);
  return dataset('plant sensors', hour, manifest, ['imported from plant sensors.csv'], (i) => ({
    split: splitOf(i),
    label: rows[i % rows.length][width],
    cells: rows[i % rows.length],
  }));
}

export const makeDatasets = (): FakeDataset[] => [adult(), glyphs(), flowers(), sensors()];

/** What the manifest itself tells. */
export function profileOf({ samples, columns }: Manifest): Profile {
  return {
    samples,
    looked: samples,
    columns: columns.map(({ name, type, missing, distinct, top }) => ({
      name,
      type,
      missing,
      distinct,
      distinctEstimated: false,
      ...(top ? { top: { values: top } } : {}),
      warnings: [],
    })),
    associations: { columns: [], values: [] },
    leaks: [],
  };
}

export function page(found: FakeDataset, query: SampleQuery): SamplePage {
  const manifest = found.manifests.get(query.version) ?? found.detail.version.manifest;
  let order = [...Array(manifest.samples).keys()];
  for (const condition of query.filter ?? []) {
    order = order.filter((i) => {
      const one = found.sample(i);
      if (condition.kind === 'split') return condition.splits.includes(one.split);
      if (condition.kind === 'class') return one.label !== null && condition.classes.includes(one.label);
      if (condition.kind !== 'values') throw new Error(`The harness cannot filter by ${condition.kind}.`);
      const cell = one.cells?.[manifest.columns.findIndex(({ name }) => name === condition.column)];
      return cell !== null && cell !== undefined && condition.values.includes(cell);
    });
  }
  const sort = query.sort;
  if (sort) {
    const at = manifest.columns.findIndex((column) => column.name === sort.column);
    const numeric = manifest.columns[at]?.type === 'number';
    const keys = new Map(order.map((i) => [i, found.sample(i).cells?.[at] ?? '']));
    order.sort((a, b) => {
      const [x, y] = [keys.get(a)!, keys.get(b)!];
      const d = numeric ? Number(x) - Number(y) : x.localeCompare(y);
      return sort.descending ? -d : d;
    });
  }
  const indices = order.slice(query.offset, query.offset + query.limit);
  const samples = indices.map((i) => found.sample(i, query.limit === 1));
  const bytes = samples[0]?.pixels?.length ?? 0;
  const pixels = bytes > 0 ? new Uint8Array(bytes * samples.length) : undefined;
  samples.forEach((one, k) => one.pixels && pixels?.set(one.pixels, k * bytes));
  return {
    total: order.length,
    indices,
    splits: samples.map((one) => one.split),
    labels: samples.map((one) => one.label),
    ...(samples[0]?.cells ? { rows: samples.map((one) => one.cells!) } : {}),
    ...(pixels ? { pixels } : {}),
  };
}
