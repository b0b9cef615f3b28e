import { normalized } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/**
 * Brings letters that are written in several ways into one (Unicode's NFC; NFKC also full-width letters, ligatures, circled numbers …), or takes
 * their accents off. ONNX has no operator for either, so
 * an exported file takes what comes out of this step.
 */
export const unicode: StepKind = {
  kind: 'unicode',
  group: 'text',
  model: 'before',
  onTarget: true,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'form', kind: 'choice', default: 'nfc', choices: ['nfc', 'nfkc', 'no-accents'] },
  ],
  functions: { unicode_nfkc: { text: () => (text) => text.normalize('NFKC') } },
  outcome: (state, settings) => changedTexts(state, settings, [normalized(forms[settings.form as string])], null),
};

const forms: Readonly<Record<string, (text: string) => string>> = {
  nfc: (text) => `nfc_normalize(${text})`,
  nfkc: (text) => `unicode_nfkc(${text}, '')`,
  'no-accents': (text) => `strip_accents(${text})`,
};
