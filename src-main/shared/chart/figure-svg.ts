import {
  baseOf,
  figureTicks,
  placeOn,
  ringOpacity,
  wholeView,
  type BarLayer,
  type CellLayer,
  type ColumnLayer,
  type Figure,
  type FigureLayer,
  type FigureView,
  type LineLayer,
  type PointLayer,
} from './figure.ts';
import { escapeXml, printed, px, svgDocument, svgText, textWidth, type SvgTheme } from './svg.ts';

export interface FigureDrawing extends Figure {
  width: number;
  height: number;
  view?: FigureView;
  theme?: Partial<SvgTheme>;
}

interface Frame {
  left: (share: number) => number;
  down: (share: number) => number;
}

const legendRow = 18;

/** A figure as a standalone SVG document. Colours are written as they are given. */
export function figureSvg({
  title,
  x,
  y,
  layers,
  width,
  height,
  view = wholeView,
  theme: given,
}: FigureDrawing): string {
  const theme = { ...printed, ...given };
  const named = layers.filter(({ name }) => name !== undefined);
  const rows = named.length > 0 ? legendPlaces(named, width - 32) : [];
  const yTicks = figureTicks(y, view.y, Math.max(3, Math.floor((height - 84) / 40)));
  const widest = Math.max(...yTicks.map(({ label }) => textWidth(label)), 0);
  const margin = {
    left: Math.min(160, Math.max(56, widest + 20)),
    right: 24,
    top: 48 + (rows.length > 0 ? rows.length * legendRow + 6 : 0),
    bottom: 44,
  };
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const xTicks = figureTicks(x, view.x, Math.max(2, Math.floor(inner.width / 80)));
  const frame: Frame = {
    left: (share) => margin.left + ((share - view.x.from) / (view.x.to - view.x.from)) * inner.width,
    down: (share) => margin.top + (1 - (share - view.y.from) / (view.y.to - view.y.from)) * inner.height,
  };
  const bottom = margin.top + inner.height;
  const across = `x1="${margin.left}" x2="${margin.left + inner.width}"`;
  const parts = [
    ...rows.flatMap((row, r) => row.map(({ layer, left }) => legendEntry(layer, left, 40 + r * legendRow, theme))),
    `<g fill="${theme.faint}" font-size="11">`,
    ...yTicks.flatMap(({ at, label }) => [
      `<line ${across} y1="${px(frame.down(at))}" y2="${px(frame.down(at))}" stroke="${theme.grid}"/>`,
      svgText({ x: margin.left - 8, y: frame.down(at) + 4 }, label, 'text-anchor="end"'),
    ]),
    ...xTicks.map(({ at, label }) => svgText({ x: frame.left(at), y: bottom + 16 }, label, 'text-anchor="middle"')),
    `<line ${across} y1="${px(bottom)}" y2="${px(bottom)}" stroke="${theme.grid}"/>`,
    svgText({ x: margin.left + inner.width / 2, y: bottom + 34 }, x.name, 'text-anchor="middle"'),
    svgText({ x: 16, y: margin.top - 8 }, y.name),
    '</g>',
    `<clipPath id="plot"><rect x="${px(margin.left)}" y="${px(margin.top)}" width="${px(inner.width)}" height="${px(inner.height)}"/></clipPath>`,
    '<g clip-path="url(#plot)">',
    ...layers.map((layer) => drawn(layer, { x, y }, frame)),
    '</g>',
  ];
  return svgDocument({ title, width, height, theme }, parts);
}

function drawn(layer: FigureLayer, axes: Pick<Figure, 'x' | 'y'>, frame: Frame): string {
  const across = placeOn(axes.x);
  const up = placeOn(axes.y);
  // What lies beyond the axis stands at its edge.
  const at = (x: number, y: number): [number, number] | null => {
    const [a, b] = [across(x), up(y)];
    return Number.isNaN(a) || Number.isNaN(b) ? null : [frame.left(a), frame.down(Math.min(1, Math.max(0, b)))];
  };
  if (layer.kind === 'points') return points(layer, at);
  if (layer.kind === 'lines') return lines(layer, at);
  if (layer.kind === 'bars') return bars(layer, across, up, frame);
  if (layer.kind === 'columns') return columns(layer, at, frame, baseOf(axes.y));
  return cells(layer, frame);
}

type Placed = (x: number, y: number) => [number, number] | null;

function points({ shape, x, y, colour, colours }: PointLayer, at: Placed): string {
  const r = x.length > 500 ? 3 : 4;
  const faint = ringOpacity(x.length);
  const hazy = faint < 1 ? ` stroke-opacity="${px(faint)}"` : '';
  const out: string[] = [];
  if (shape === 'unseen') return '';
  for (let i = 0; i < x.length; i++) {
    const place = at(x[i], y[i]);
    if (!place) continue;
    const paint = escapeXml(colours?.[i] ?? colour);
    const [left, top] = [px(place[0]), px(place[1])];
    if (shape === 'disc') out.push(`<circle cx="${left}" cy="${top}" r="${r}" fill="${paint}" fill-opacity="0.75"/>`);
    else if (shape === 'ring')
      out.push(`<circle cx="${left}" cy="${top}" r="${r}" fill="none" stroke="${paint}" stroke-width="1.5"${hazy}/>`);
    else
      out.push(
        `<path d="M${px(place[0] - r)} ${px(place[1] - r)}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}" stroke="${paint}" stroke-width="1.5"/>`,
      );
  }
  return out.join('');
}

function lines({ lines: all, step, width = 1.5, opacity = 1, dashed, colour }: LineLayer, at: Placed): string {
  const paths = all.map(({ x, y }) => {
    let d = '';
    let before: [number, number] | null = null;
    for (let i = 0; i < x.length; i++) {
      const place = at(x[i], y[i]);
      if (place) {
        if (!before) d += `M${px(place[0])} ${px(place[1])}`;
        else if (step) d += `H${px(place[0])}V${px(place[1])}`;
        else d += `L${px(place[0])} ${px(place[1])}`;
      }
      before = place;
    }
    return d;
  });
  return `<path d="${paths.join('')}" fill="none" stroke="${escapeXml(colour)}" stroke-width="${width}" stroke-opacity="${opacity}"${dashed ? ' stroke-dasharray="3 3"' : ''} stroke-linejoin="round"/>`;
}

function bars(
  { from, to, y, colour }: BarLayer,
  across: (value: number) => number,
  up: (value: number) => number,
  frame: Frame,
): string {
  const out: string[] = [];
  for (let i = 0; i < from.length; i++) {
    const [left, right] = [frame.left(across(from[i])), frame.left(across(to[i]))];
    const [top, bottom] = [frame.down(up(y[i] + 0.35)), frame.down(up(y[i] - 0.35))];
    out.push(
      `<rect x="${px(left)}" y="${px(top)}" width="${px(Math.max(1, right - left))}" height="${px(bottom - top)}"/>`,
    );
  }
  return `<g fill="${escapeXml(colour)}">${out.join('')}</g>`;
}

function columns({ from, to, y, opacities, colour }: ColumnLayer, at: Placed, frame: Frame, base: number): string {
  const out: string[] = [];
  const bottom = frame.down(base);
  for (let i = 0; i < from.length; i++) {
    const [start, end] = [at(from[i], y[i]), at(to[i], y[i])];
    if (!start || !end) continue;
    const [top, height] = [Math.min(start[1], bottom), Math.abs(bottom - start[1])];
    const faint = opacities ? ` fill-opacity="${px(opacities[i])}"` : '';
    out.push(
      `<rect x="${px(start[0] + 0.5)}" y="${px(top)}" width="${px(Math.max(1, end[0] - start[0] - 1))}" height="${px(height)}"${faint}/>`,
    );
  }
  return `<g fill="${escapeXml(colour)}">${out.join('')}</g>`;
}

function cells({ columns, rows, colours }: CellLayer, frame: Frame): string {
  const out: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const colour = colours[row * columns + column];
      if (colour === null) continue;
      const [left, right] = [frame.left(column / columns), frame.left((column + 1) / columns)];
      const [bottom, top] = [frame.down(row / rows), frame.down((row + 1) / rows)];
      // A hair wider: no ground shows between neighbours.
      out.push(
        `<rect x="${px(left)}" y="${px(top)}" width="${px(right - left + 0.4)}" height="${px(bottom - top + 0.4)}" fill="${escapeXml(colour)}"/>`,
      );
    }
  }
  return out.join('');
}

/** Entries run on like words. */
function legendPlaces(layers: readonly FigureLayer[], width: number): { layer: FigureLayer; left: number }[][] {
  const rows: { layer: FigureLayer; left: number }[][] = [[]];
  let left = 16;
  for (const layer of layers) {
    const room = 36 + textWidth(layer.name!);
    if (left > 16 && left + room > width) {
      rows.push([]);
      left = 16;
    }
    rows.at(-1)!.push({ layer, left });
    left += room;
  }
  return rows;
}

function legendEntry({ kind, colour, name }: FigureLayer, left: number, y: number, theme: SvgTheme): string {
  const mark =
    kind === 'lines'
      ? `<line x1="${px(left)}" x2="${px(left + 12)}" y1="${y}" y2="${y}" stroke="${escapeXml(colour)}" stroke-width="2"/>`
      : `<circle cx="${px(left + 6)}" cy="${y}" r="4" fill="${escapeXml(colour)}"/>`;
  return `${mark}<text x="${px(left + 18)}" y="${y + 4}" fill="${theme.text}" font-size="12">${escapeXml(name!)}</text>`;
}
