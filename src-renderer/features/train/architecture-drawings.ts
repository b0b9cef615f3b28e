/** A small picture of each kind of net, on 48 × 32: `lines` are stroked, `shapes` are filled. */
export interface Drawing {
  lines: string;
  shapes: string;
}

const dot = (x: number, y: number, r = 2): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
const box = (x: number, y: number, width: number, height: number): string => `M${x} ${y}h${width}v${height}h${-width}z`;
const line = (x1: number, y1: number, x2: number, y2: number): string => `M${x1} ${y1}L${x2} ${y2}`;
/** From one place to another on the same height, over what lies between. */
const arc = (x1: number, x2: number, y: number, top: number): string =>
  `M${x1} ${y}C${x1} ${top} ${x2} ${top} ${x2} ${y}`;
/** A box of this height, its middle at the picture's. */
const bar = (x: number, height: number, width = 4): string => box(x, 16 - height / 2, width, height);

type Column = readonly [x: number, ...ys: number[]];

/** Columns of dots, each joined with all of the next. */
function network(...columns: readonly Column[]): Drawing {
  const joints = columns.slice(1).flatMap(([x2, ...to], i) => {
    const [x1, ...from] = columns[i];
    return from.flatMap((y1) => to.map((y2) => line(x1, y1, x2, y2)));
  });
  return { lines: joints.join(''), shapes: columns.flatMap(([x, ...ys]) => ys.map((y) => dot(x, y))).join('') };
}

/** States that go along a series, each with its value below. */
function chain(memory: boolean): Drawing {
  const xs = [8, 24, 40];
  const values = xs.map((x) => line(x, 30, x, 22));
  const along = line(2, 18, 46, 18);
  return {
    lines: [...values, along, ...(memory ? [line(2, 7, 46, 7), ...xs.map((x) => line(x, 14, x, 7))] : [])].join(''),
    shapes: xs.map((x) => box(x - 4, 14, 8, 8)).join(''),
  };
}

const grid = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => box(10 + 10 * column, 2 + 10 * row, 8, 8)));

const drawings: Readonly<Record<string, Drawing>> = {
  linear: network([12, 5, 16, 27], [36, 10, 22]),
  mlp: network([8, 8, 24], [24, 4, 12, 20, 28], [40, 10, 22]),
  cnn: {
    lines: [box(2, 4, 24, 24), line(13, 8, 33, 11), line(13, 17, 33, 15)].join(''),
    shapes: [box(6, 8, 7, 9), box(33, 11, 4, 4), bar(42, 24, 3)].join(''),
  },
  vgg: { lines: '', shapes: [bar(3, 28), bar(9, 28), bar(18, 18), bar(24, 18), bar(33, 10), bar(39, 10)].join('') },
  resnet: {
    lines: [line(1, 22, 47, 22), arc(3, 17, 22, 3), arc(17, 31, 22, 3), arc(31, 45, 22, 3)].join(''),
    shapes: [box(7, 18, 6, 8), box(21, 18, 6, 8), box(35, 18, 6, 8)].join(''),
  },
  mobilenet: {
    lines: [line(4, 16, 44, 16), arc(4, 44, 16, -2)].join(''),
    shapes: [bar(8, 8), bar(17, 22), bar(26, 22), bar(35, 8)].join(''),
  },
  vit: {
    lines: [...grid, line(14, 6, 34, 16), line(14, 26, 34, 16), line(14, 6, 14, 26)].join(''),
    shapes: [grid[0], grid[5], grid[6]].join(''),
  },
  cnn1d: {
    lines: ['M2 20L8 10L14 24L20 14L26 22L32 8L38 18L46 12', 'M11 4v-2h18v2M11 28v2h18v-2'].join(''),
    shapes: [dot(14, 24), dot(20, 14), dot(26, 22)].join(''),
  },
  lstm: chain(true),
  gru: chain(false),
  transformer: {
    lines: [
      arc(6, 18, 24, 14),
      arc(18, 30, 24, 14),
      arc(30, 42, 24, 14),
      arc(6, 30, 24, 6),
      arc(18, 42, 24, 6),
      arc(6, 42, 24, -4),
    ].join(''),
    shapes: [6, 18, 30, 42].map((x) => dot(x, 25, 2.5)).join(''),
  },
  textcnn: {
    lines: ['M2 9v-4h25v4', 'M11 23v4h16v-4', line(27, 5, 42, 13), line(27, 27, 42, 19)].join(''),
    shapes: [2, 11, 20].map((x) => box(x, 11, 7, 10)).join('') + box(40, 13, 6, 6),
  },
  recommender: {
    lines: [line(10, 5, 38, 16), line(10, 16, 38, 5), line(10, 16, 38, 27), line(10, 27, 38, 16)].join(''),
    shapes: [5, 16, 27].flatMap((y) => [dot(10, y, 3), box(35, y - 3, 6, 6)]).join(''),
  },
  autoencoder: {
    lines: [line(8, 2, 24, 13), line(8, 30, 24, 19), line(24, 13, 40, 2), line(24, 19, 40, 30)].join(''),
    shapes: [bar(4, 28), bar(14, 14), bar(22, 6), bar(30, 14), bar(40, 28)].join(''),
  },
  gpt: {
    lines: [arc(6, 42, 20, 2), arc(18, 42, 20, 7), arc(30, 42, 20, 12), box(38, 20, 8, 8)].join(''),
    shapes: [6, 18, 30].map((x) => box(x - 4, 20, 8, 8)).join(''),
  },
  bert: {
    lines: [arc(6, 24, 20, 4), arc(42, 24, 20, 4), box(20, 20, 8, 8)].join(''),
    shapes: [6, 42].map((x) => box(x - 4, 20, 8, 8)).join(''),
  },
  dcgan: {
    lines: [box(19, 11, 10, 10), line(12, 16, 19, 16), line(29, 16, 36, 16)].join(''),
    shapes: [
      'M2 13L12 6V26L2 19z',
      'M46 13L36 6V26L46 19z',
      ...[box(21, 13, 2, 2), box(25, 13, 2, 2), box(23, 16, 2, 2), box(21, 18, 2, 1)],
    ].join(''),
  },
};

/** A net for texts looks as its like for columns; one that is new shows as a net. */
export const drawingOf = (architecture: string): Drawing =>
  drawings[architecture] ?? drawings[architecture.replace(/^text-/, '')] ?? drawings.mlp;
