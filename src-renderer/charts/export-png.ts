import { resolveColour } from './colours.ts';
import type { ChartInstance } from './echarts.ts';

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

  const rows = Math.ceil(entries.length / 4);
  const head = 32 + rows * 20;
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height + head * scale;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.fillStyle = surface;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, head * scale);
  pen.scale(scale, scale);
  pen.textBaseline = 'middle';
  const font = resolveColour('var(--font-text)');
  pen.font = `600 13px ${font}`;
  pen.fillStyle = resolveColour('var(--text)');
  pen.fillText(title, 16, 18);
  pen.font = `12px ${font}`;
  const column = (picture.width / scale - 32) / 4;
  entries.forEach((entry, i) => {
    const left = 16 + (i % 4) * column;
    const top = 42 + Math.floor(i / 4) * 20;
    pen.fillStyle = resolveColour(entry.colour);
    pen.fillRect(left, top - 1, 12, 2);
    pen.fillStyle = resolveColour('var(--text-muted)');
    pen.fillText(entry.name, left + 18, top, column - 24);
  });

  const link = document.createElement('a');
  link.href = canvas.toDataURL('image/png');
  link.download = `${title.replace(/[^\p{L}\p{N} _-]+/gu, '-').trim() || 'chart'}.png`;
  link.click();
}
