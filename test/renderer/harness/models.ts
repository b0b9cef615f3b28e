import type { MarkerFacts } from '../../../src-main/shared/marker.ts';

/** What a chosen model is found to be. */
export const markerFacts: MarkerFacts = {
  name: 'yolo11n-cells.onnx',
  input: { name: 'images', shape: [1, 3, 640, 640], type: 'float', width: 640, height: 640, open: false },
  outputs: [{ name: 'output0', shape: [1, 7, 8400], type: 'float' }],
  count: 3,
  classes: ['Platelets', 'RBC', 'WBC'],
  classSource: 'file',
  settings: {
    ...{ layout: 'yolo', fit: 'middle', scale: 'unit', channels: 'rgb', first: 0 },
    ...{ score: 0.25, overlap: 0.7, across: false, shape: 'box' },
  },
  sources: {
    ...{ layout: 'file', fit: 'file', scale: 'file', channels: 'file', first: 'guess' },
    ...{ score: 'guess', overlap: 'guess', across: 'guess', shape: 'guess' },
  },
  shapes: ['box'],
};
