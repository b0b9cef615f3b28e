import type { MarkerSettings, MarkerWish, SettingSource } from '../shared/marker.ts';
import type { Layout } from './layout.ts';

const usual = {
  yolo: { fit: 'middle', scale: 'unit', channels: 'rgb' },
  objectness: { fit: 'middle', scale: 'unit', channels: 'rgb' },
  'end-to-end': { fit: 'middle', scale: 'unit', channels: 'rgb' },
  // YOLOX' own data loader: the upper left corner, as OpenCV reads it, unscaled.
  grids: { fit: 'corner', scale: 'bytes', channels: 'bgr' },
  detr: { fit: 'stretch', scale: 'imagenet', channels: 'rgb' },
  'detr-sigmoid': { fit: 'stretch', scale: 'unit', channels: 'rgb' },
  'boxes-scores': { fit: 'stretch', scale: 'unit', channels: 'rgb' },
  detections: { fit: 'stretch', scale: 'unit', channels: 'rgb' },
  semantic: { fit: 'stretch', scale: 'imagenet', channels: 'rgb' },
  'class-map': { fit: 'stretch', scale: 'imagenet', channels: 'rgb' },
} as const;

const isBackground = (name: string): boolean => /^[_\s]*(background|bg|void|unlabell?ed|none|n\/a)[_\s]*$/i.test(name);
export { isBackground };

/** How a model is used: as wished, else as its file says, else as is usual for models of its layout. */
export function settingsOf(
  layout: Layout,
  wish: MarkerWish,
  file: { metadata: Readonly<Record<string, string>>; names: readonly string[] | null; open: boolean },
): { settings: MarkerSettings; sources: Record<keyof MarkerSettings, SettingSource> } {
  const guess: MarkerSettings = {
    layout: layout.kind,
    ...usual[layout.kind],
    // One that takes pictures of any size scales them itself, and none of them out of shape.
    ...(layout.kind === 'detections' && file.open && { fit: 'corner' as const }),
    first: firstOf(layout, file.names),
    score: layout.kind === 'semantic' || layout.kind === 'class-map' ? 0 : 0.25,
    overlap: layout.kind === 'grids' || layout.kind === 'objectness' ? 0.45 : 0.7,
    across: false,
    shape: canMask(layout) ? 'mask' : 'box',
  };
  const isUltralytics = file.metadata.author === 'Ultralytics';
  const said = isUltralytics ? (['fit', 'scale', 'channels'] as const) : [];
  const ultralytics = { fit: 'middle', scale: 'unit', channels: 'rgb' } as const;
  const sources = {} as Record<keyof MarkerSettings, SettingSource>;
  const settings: Record<string, unknown> = { ...guess };
  for (const key of Object.keys(guess) as (keyof MarkerSettings)[]) {
    sources[key] = 'guess';
    if (said.includes(key as never)) [settings[key], sources[key]] = [ultralytics[key as 'fit'], 'file'];
    if (wish[key] !== undefined) [settings[key], sources[key]] = [wish[key], 'wish'];
  }
  if (settings.shape === 'mask' && !canMask(layout)) [settings.shape, sources.shape] = ['box', 'guess'];
  // What is said by outputs' shapes alone, without a doubt.
  if (sources.layout === 'guess') sources.layout = 'file';
  return { settings: settings as unknown as MarkerSettings, sources };
}

export function canMask(layout: Layout): boolean {
  if (layout.kind === 'semantic' || layout.kind === 'class-map') return true;
  if (layout.kind === 'detections') return layout.masks !== null;
  return 'protos' in layout && layout.protos !== null;
}

/** torchvision's and TensorFlow's detectors count "background" as 0, though names may leave it out. */
function firstOf(layout: Layout, names: readonly string[] | null): 0 | 1 {
  if (layout.kind !== 'detections') return 0;
  const counted =
    layout.upright || (layout.boxes === 'boxes' && layout.labels === 'labels' && layout.scores === 'scores');
  return counted && !(names && isBackground(names[0])) ? 1 : 0;
}
