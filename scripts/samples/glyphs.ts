import { Random } from '../../src-main/shared/random.ts';

/**
 * The sample data set "glyphs": ten hand-drawn-looking shapes at 28 × 28 grey pixels. Drawn from formulas, so that it belongs to nobody,
 * and the same on every machine. Place, size, turn, slant, outline, contrast, noise and a covering patch vary: enough for a
 * convolutional net to be clearly better than a fully connected one.
 */
export const side = 28;

type Point = readonly [x: number, y: number];
/** Signed distance to the shape's edge, negative inside; the shape fills about the unit circle, y points down. */
type Shape = (p: Point) => number;

const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);
const box = (x: number, y: number, w: number, h: number): number => {
  const dx = Math.abs(x) - w;
  const dy = Math.abs(y) - h;
  return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
};

/** Distance to a closed polygon (Quilez, "2D distance functions"). */
function polygon(corners: readonly Point[]): Shape {
  return ([x, y]) => {
    let nearest = Infinity;
    let inside = false;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
      const [ax, ay] = corners[i];
      const [bx, by] = corners[j];
      const [ex, ey] = [bx - ax, by - ay];
      const t = Math.min(1, Math.max(0, ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey)));
      nearest = Math.min(nearest, length(x - ax - t * ex, y - ay - t * ey));
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside ? -nearest : nearest;
  };
}

const around = (count: number, radius: (i: number) => number): Point[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 2 * Math.PI - Math.PI / 2;
    return [radius(i) * Math.cos(angle), radius(i) * Math.sin(angle)];
  });

/** x³-free heart: two arcs and a tip, as a fine polygon. */
const heart: Point[] = Array.from({ length: 40 }, (_, i) => {
  const t = (i / 40) * 2 * Math.PI;
  const x = 16 * Math.sin(t) ** 3;
  const y = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
  return [x / 17, -(y + 2.5) / 15];
});

/** Class names in label order, each with its shape. */
const shapes: readonly (readonly [name: string, shape: Shape])[] = [
  ['circle', ([x, y]) => length(x, y) - 0.85],
  ['square', ([x, y]) => box(x, y, 0.75, 0.75)],
  ['triangle', polygon(around(3, () => 1))],
  ['star', polygon(around(10, (i) => (i % 2 ? 0.45 : 1.05)))],
  ['cross', ([x, y]) => Math.min(box(x, y, 0.9, 0.28), box(x, y, 0.28, 0.9))],
  ['ring', ([x, y]) => Math.abs(length(x, y) - 0.68) - 0.2],
  [
    'arrow',
    polygon([
      [0, -1],
      [0.7, -0.15],
      [0.26, -0.15],
      [0.26, 0.9],
      [-0.26, 0.9],
      [-0.26, -0.15],
      [-0.7, -0.15],
    ]),
  ],
  ['heart', polygon(heart)],
  ['moon', ([x, y]) => Math.max(length(x, y) - 0.95, 0.75 - length(x - 0.5, y))],
  ['wave', ([x, y]) => Math.max(Math.abs(y - 0.42 * Math.sin(4.2 * x)) * 0.6 - 0.16, Math.abs(x) - 1)],
];

export const classNames: readonly string[] = shapes.map(([name]) => name);

/** Not drawn as outlines: they would be taken for each other. */
const alwaysFilled = new Set(['circle', 'ring', 'wave']);

/** Grey is kept in sixteenths, which a person cannot tell from more and a file a third the size. */
const levels = 15;

export function drawGlyph(label: number, random: Random): Uint8Array {
  const [name, shape] = shapes[label];
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const radius = between(7.5, 11);
  const slack = 13.5 - radius;
  const [cx, cy] = [side / 2 + between(-slack, slack) * 0.42, side / 2 + between(-slack, slack) * 0.42];
  const turn = between(-0.35, 0.35);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const slant = between(-0.15, 0.15);
  const squeeze = between(0.88, 1.14);
  const stroke = !alwaysFilled.has(name) && random.uniform() < 0.25 ? between(0.13, 0.2) : 0;
  const paper = between(0, 0.2);
  const ink = between(paper + 0.4, 1);
  const noise = between(0.02, 0.1);
  const patch =
    random.uniform() < 0.45 ? { x: between(0, 20), y: between(0, 20), w: between(4, 8), h: between(4, 8) } : null;
  const pixels = new Uint8Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [px, py] = [column + 0.5, row + 0.5];
      const [dx, dy] = [(px - cx) / radius, (py - cy) / radius];
      const [rx, ry] = [cos * dx + sin * dy, cos * dy - sin * dx];
      let distance = shape([(rx + slant * ry) * squeeze, ry / squeeze]);
      if (stroke > 0) distance = Math.abs(distance + stroke) - stroke;
      let cover = Math.min(1, Math.max(0, 0.5 - distance * radius));
      if (patch && px > patch.x && px < patch.x + patch.w && py > patch.y && py < patch.y + patch.h) cover = 0;
      const grey = paper + (ink - paper) * cover + noise * random.normal();
      pixels[row * side + column] = Math.round(Math.min(1, Math.max(0, grey)) * levels) * (255 / levels);
    }
  }
  return pixels;
}

/** `count` glyphs, every class as often, shuffled. The seed's stream tells the train set (0) from the test set (1). */
export function drawGlyphs(count: number, stream: number): { pixels: Uint8Array; labels: Uint8Array } {
  const order = Uint8Array.from({ length: count }, (_, i) => i % shapes.length);
  new Random(20260101, stream).shuffle(order);
  const pixels = new Uint8Array(count * side * side);
  order.forEach((label, i) => pixels.set(drawGlyph(label, new Random(20260102, stream, i)), i * side * side));
  return { pixels, labels: order };
}

/** The two files of an IDX pair, not yet compressed. */
export function idxFiles(count: number, stream: number): { images: Uint8Array; labels: Uint8Array } {
  const { pixels, labels } = drawGlyphs(count, stream);
  const header = (type: number, dims: number[]): Buffer => {
    const bytes = Buffer.alloc(4 + 4 * dims.length);
    bytes.writeUInt32BE(type);
    dims.forEach((dim, i) => bytes.writeUInt32BE(dim, 4 + 4 * i));
    return bytes;
  };
  return {
    images: Buffer.concat([header(0x803, [count, side, side]), pixels]),
    labels: Buffer.concat([header(0x801, [count]), labels]),
  };
}

export const sets = [
  { name: 'train', count: 5000, stream: 0 },
  { name: 'test', count: 1000, stream: 1 },
] as const;
