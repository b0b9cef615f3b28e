import { resolveColour } from './colours.ts';
import type { ChartInstance } from './echarts.ts';
import { saveAs } from './save-as.ts';

interface Entry {
  name: string;
  colour: string;
}

/** The chart as it stands, with its title and legend, at twice the pixels; handed to the system as a download. */
export async function exportPng(chart: ChartInstance, title: string, entries: readonly Entry[]): Promise<void> {
  const scale = 2;
  const surface = resolveColour('var(--surface)');
  const picture = new Image();
  picture.src = chart.getDataURL({ type: 'png', pixelRatio: scale, backgroundColor: surface });
  await picture.decode();

  const canvas = document.createElement('canvas');
  const font = resolveColour('var(--font-text)');
  const width = picture.width / scale - 32;
  // Entries run on like words, and begin a new line where the next has no room.
  const measure = canvas.getContext('2d');
  if (measure) measure.font = `12px ${font}`;
  let at = { left: 16, row: 0 };
  const places = entries.map((entry) => {
    const room = Math.min(width, 18 + (measure?.measureText(entry.name).width ?? 100));
    if (at.left > 16 && at.left + room > width + 16) at = { left: 16, row: at.row + 1 };
    const place = { ...at };
    at = { ...at, left: at.left + room + 20 };
    return place;
  });
  const head = 32 + (entries.length > 0 ? at.row + 1 : 0) * 20;
  canvas.width = picture.width;
  canvas.height = picture.height + head * scale;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.fillStyle = surface;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, head * scale);
  pen.scale(scale, scale);
  pen.textBaseline = 'middle';
  pen.font = `600 13px ${font}`;
  pen.fillStyle = resolveColour('var(--text)');
  pen.fillText(title, 16, 18);
  pen.font = `12px ${font}`;
  entries.forEach((entry, i) => {
    const { left } = places[i];
    const top = 42 + places[i].row * 20;
    pen.fillStyle = resolveColour(entry.colour);
    pen.fillRect(left, top - 1, 12, 2);
    pen.fillStyle = resolveColour('var(--text-muted)');
    pen.fillText(entry.name, left + 18, top, width - 18);
  });

  saveAs(canvas.toDataURL('image/png'), title, 'png');
}

/** A drawing of its own as PNG, at twice the pixels. */
export async function svgToPng(svg: string, title: string): Promise<void> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width * 2;
  canvas.height = picture.height * 2;
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  saveAs(canvas.toDataURL('image/png'), title, 'png');
}
