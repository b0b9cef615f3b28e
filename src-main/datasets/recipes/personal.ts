import { formKinds, personalKinds, type PersonalKind } from '../../shared/privacy.ts';
import { AtelierError } from '../../shared/errors.ts';
import { sqlText } from '../cells.ts';
import { concealed, concealedChange, manners, type Manner } from '../privacy/conceal.ts';
import { suspicious } from '../privacy/detect.ts';
import { loadNames } from '../privacy/kinds/name.ts';
import { scripted } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';
import { chosen } from './values.ts';

interface Wanted {
  kinds: PersonalKind[];
  how: Manner;
  salt: string;
}

/**
 * Masks, hashes or removes what personal data is found in texts (see `privacy/`). A column of numbers has to be named, and becomes one of
 * categories. An exported file takes what comes out of this step: the salt stays with the recipe.
 */
export const personal: StepKind = {
  kind: 'personal',
  group: 'privacy',
  model: 'before',
  onTarget: true,
  looksAtRows: false,
  fields: [
    { key: 'columns', kind: 'columns', for: 'any', default: [] },
    { key: 'kinds', kind: 'choices', default: [...formKinds], choices: personalKinds },
    { key: 'how', kind: 'choice', default: 'mask', choices: manners },
    { key: 'salt', kind: 'text', default: '', random: true, only: { key: 'how', is: ['hash'] } },
  ],
  functions: {
    personal_concealed: {
      text(settings) {
        const { kinds, how, salt } = JSON.parse(settings) as Wanted;
        const concealment = { kinds: new Set(kinds), how, salt };
        return (text) => concealed(text, concealment);
      },
    },
  },
  async load({ kinds }) {
    if ((kinds as PersonalKind[]).includes('name')) await loadNames();
  },
  fit(_, { how, salt }) {
    if (how !== 'hash' || String(salt).length >= leastSalt) return Promise.resolve(null);
    throw new AtelierError(
      'invalid_settings',
      `salt has fewer than ${leastSalt} characters: whoever guesses it can try every phone number. Give a longer one, and keep it secret.`,
    );
  },
  outcome(state, settings) {
    const named = (settings.columns as string[]).length > 0;
    const { kinds, how, salt } = settings as unknown as Wanted;
    const wanted = sqlText(JSON.stringify({ kinds, how, salt: how === 'hash' ? salt : '' }));
    return changedTexts(
      state,
      settings,
      [
        scripted(
          (text) =>
            `CASE WHEN regexp_matches(${text}, ${sqlText(suspicious(kinds))}) THEN personal_concealed(${text}, ${wanted}) ELSE ${text} END`,
          () => {
            const concealment = { kinds: new Set(kinds), how, salt };
            return (text) => [concealedChange(text, concealment)];
          },
        ),
      ],
      null,
      chosen(state, settings, named ? 'any' : 'text', true),
    );
  },
};

const leastSalt = 8;
