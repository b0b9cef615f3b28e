import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/**
 * Brings letters that are written in several ways into one (Unicode's NFC), or takes their accents off. ONNX has no operator for either, so
 * an exported file takes what comes out of this step.
 */
export const unicode: StepKind = {
  kind: 'unicode',
  group: 'text',
  model: 'before',
  onTarget: true,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'form', kind: 'choice', default: 'nfc', choices: ['nfc', 'no-accents'] },
  ],
  outcome: (state, settings) =>
    changedTexts(
      state,
      settings,
      (text) => (settings.form === 'nfc' ? `nfc_normalize(${text})` : `strip_accents(${text})`),
      null,
    ),
};
