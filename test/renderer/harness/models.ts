import type { MarkerFacts } from '../../../src-main/shared/marker.ts';
import type { HubOffer, HubVariant } from '../../../src-main/shared/work/hub.ts';

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

const hubVariant = (key: string, bytes: number, have = 0): HubVariant => ({
  ...{ key, files: 8, bytes, have, whole: have === bytes },
  folder: `/home/ada/.local/share/atelier/models/HuggingFaceTB/1a2b3c4d5e6f/SmolLM2-135M-Instruct${key === 'full' ? '' : `-${key}`}`,
});
const hubVariants = [
  hubVariant('full', 542_300_000, 120_000_000),
  hubVariant('fp16', 271_900_000),
  hubVariant('safetensors', 271_400_000),
  hubVariant('int8', 139_100_000, 139_100_000),
  hubVariant('q4', 184_200_000),
];

/** What the hub is found to have. */
export const hubOffer: HubOffer = {
  id: 'HuggingFaceTB/SmolLM2-135M-Instruct',
  commit: '1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b',
  host: 'models.example',
  page: 'https://models.example/HuggingFaceTB/SmolLM2-135M-Instruct',
  licence: 'apache-2.0',
  licenceLink: null,
  locked: false,
  task: 'text-generation',
  variants: hubVariants,
  chosen: hubVariants[0],
};
