import type { Draft } from './draft.ts';
import type { ObjectEditor } from './editor.ts';
import type { Point, Size } from './geometry.ts';
import { drawBits, drawShape, type Look, type Pen } from './paint.ts';
import type { Item } from './scene.ts';
import { gripsOf, type ObjectShape } from './shapes.ts';
import { toCanvas, type View } from './view.ts';

export interface OverlayLook {
  /** Canvas pixels to one of the page. */
  ratio: number;
  look(of: number, suggested: boolean): Look;
  pen: number | null;
  accent: string;
  surface: string;
  text: string;
  warn: string;
  cross: boolean;
  /** Where the pointer is, in pixels of the image; null where it is elsewhere. */
  pointer: Point | null;
  /** Keys move it: it shows with every tool. */
  steered: boolean;
  /** Words at a shape: its class, and what is wrong with it. */
  word(key: number): string;
  wrong(view: View, canvas: Size): { key: number; shape: ObjectShape; word: string }[];
  suggested(key: number): boolean;
}

/** What changes with the pointer: selected shapes, what is being drawn, words, the cross. */
export function drawOverlay(pen: Pen, editor: ObjectEditor, view: View, canvas: Size, as: OverlayLook): void {
  const { ratio } = as;
  const { draft } = editor;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (const { shape, word } of as.wrong(view, canvas)) tag(pen, shape, view, word, as.warn, as);
  for (const key of editor.selected) {
    const item = editor.scene.item(key);
    if (item && !item.hidden && !(draft?.kind === 'mask' && draft.key === key)) {
      const shape = (draft?.kind === 'changed' ? draft.shapes.get(key) : undefined) ?? item.shape;
      selected(pen, editor, item, shape, view, as);
    }
  }
  if (draft) drawDraft(pen, editor, draft, view, as);
  if (as.pointer) drawPointer(pen, editor, view, canvas, as, as.pointer);
  pen.lineWidth = ratio;
}

function selected(pen: Pen, editor: ObjectEditor, item: Item, shape: ObjectShape, view: View, as: OverlayLook): void {
  const { ratio } = as;
  const look = as.look(item.class, as.suggested(item.key));
  drawShape(pen, shape, view, { ...look, line: 2.5 * ratio, fill: 0.12 });
  if (editor.selected.size === 1 && !item.locked) {
    for (const { grip, point } of gripsOf(shape)) {
      const [x, y] = toCanvas(view, point);
      const held = editor.grip && JSON.stringify(editor.grip) === JSON.stringify(grip);
      const radius = (grip.at === 'edge' ? 2.5 : held ? 5.5 : 4) * ratio;
      pen.fillStyle = held ? as.accent : as.surface;
      pen.strokeStyle = look.colour;
      pen.lineWidth = 1.5 * ratio;
      pen.globalAlpha = grip.at === 'edge' ? 0.7 : 1;
      pen.beginPath();
      if (grip.at === 'box') pen.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      else pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
      pen.globalAlpha = 1;
    }
  }
  if (editor.selected.size <= 20) tag(pen, shape, view, as.word(item.key), look.colour, as);
}

/** A word over a shape's upper left corner. */
function tag(pen: Pen, shape: ObjectShape, view: View, word: string, colour: string, as: OverlayLook): void {
  if (word === '') return;
  const { ratio } = as;
  pen.font = `500 ${12 * ratio}px ui-sans-serif, system-ui, sans-serif`;
  const [x, y] = toCanvas(view, [shape.box[0], shape.box[1]]);
  const width = pen.measureText(word).width + 10 * ratio;
  const top = Math.max(0, y - 21 * ratio);
  const left = Math.max(0, x);
  pen.fillStyle = as.surface;
  pen.fillRect(left, top, width, 18 * ratio);
  pen.fillStyle = colour;
  pen.fillRect(left, top, 3 * ratio, 18 * ratio);
  pen.fillStyle = as.text;
  pen.fillText(word, left + 6 * ratio, top + 13 * ratio);
}

function drawDraft(pen: Pen, editor: ObjectEditor, draft: Draft, view: View, as: OverlayLook): void {
  const { ratio } = as;
  const key = draft.kind === 'mask' ? draft.key : null;
  const its = (key === null ? null : editor.scene.item(key)?.class) ?? as.pen;
  if (its === null && draft.kind !== 'around') return;
  const look = { ...as.look(its ?? 0, false), line: 2 * ratio, fill: 0.12 };
  if (draft.kind === 'new') {
    drawShape(pen, draft.shape, view, look);
    const [, , width, height] = draft.shape.box;
    tag(pen, draft.shape, view, `${width} × ${height}`, look.colour, as);
  } else if (draft.kind === 'mask') drawBits(pen, draft.bits, view, look.colour, 0.5, true);
  else if (draft.kind === 'around') {
    const [x, y] = toCanvas(view, [draft.box[0], draft.box[1]]);
    pen.strokeStyle = as.accent;
    pen.lineWidth = ratio;
    pen.setLineDash([4 * ratio, 3 * ratio]);
    pen.strokeRect(x, y, draft.box[2] * view.scale, draft.box[3] * view.scale);
    pen.setLineDash([]);
  } else if (draft.kind === 'clicks') {
    if (draft.bits) drawBits(pen, draft.bits, view, look.colour, 0.5);
    for (const [x, y, inside] of draft.clicks) click(pen, toCanvas(view, [x, y]), inside, look.colour, as);
  } else if (draft.kind === 'points') {
    drawShape(pen, { type: 'keypoints', box: [0, 0, 0, 0], keypoints: draft.keypoints }, view, look);
  } else if (draft.kind === 'open') {
    const line = [...draft.ring, ...(draft.to ?? [])];
    pen.strokeStyle = look.colour;
    pen.lineWidth = 2 * ratio;
    pen.beginPath();
    for (let i = 0; i + 1 < line.length; i += 2) {
      const [x, y] = toCanvas(view, [line[i], line[i + 1]]);
      if (i === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    pen.stroke();
    for (let i = 0; i + 1 < draft.ring.length; i += 2) {
      const [x, y] = toCanvas(view, [draft.ring[i], draft.ring[i + 1]]);
      pen.fillStyle = i === 0 ? look.colour : as.surface;
      pen.beginPath();
      pen.arc(x, y, (i === 0 ? 5 : 3.5) * ratio, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    }
  }
}

/** What is meant is filled, with a plus; what is not is hollow, with a minus. */
function click(pen: Pen, [x, y]: Point, inside: boolean, colour: string, { ratio, surface, text }: OverlayLook): void {
  pen.lineWidth = 2 * ratio;
  pen.strokeStyle = inside ? surface : colour;
  pen.fillStyle = inside ? colour : surface;
  pen.beginPath();
  pen.arc(x, y, 7 * ratio, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
  pen.strokeStyle = inside ? surface : text;
  pen.lineWidth = 1.5 * ratio;
  pen.beginPath();
  pen.moveTo(x - 3.5 * ratio, y);
  pen.lineTo(x + 3.5 * ratio, y);
  if (inside) {
    pen.moveTo(x, y - 3.5 * ratio);
    pen.lineTo(x, y + 3.5 * ratio);
  }
  pen.stroke();
}

function drawPointer(pen: Pen, editor: ObjectEditor, view: View, canvas: Size, as: OverlayLook, pointer: Point): void {
  const { ratio } = as;
  const [x, y] = toCanvas(view, pointer);
  const brushing = editor.tool === 'brush' || editor.tool === 'eraser';
  if (brushing) {
    pen.strokeStyle = as.text;
    pen.lineWidth = ratio;
    pen.beginPath();
    pen.arc(x, y, editor.radius * view.scale, 0, 2 * Math.PI);
    pen.stroke();
  }
  if (as.steered || (as.cross && !brushing && editor.tool !== 'select')) {
    pen.fillStyle = as.accent;
    pen.globalAlpha = 0.6;
    pen.fillRect(Math.round(x), 0, ratio, canvas.height);
    pen.fillRect(0, Math.round(y), canvas.width, ratio);
    pen.globalAlpha = 1;
  }
}
