import { spaces, sqlText } from '../cells.ts';
import { matches, without } from './onnx/strings.ts';
import { scripted } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import {
  isSegmented,
  stopWordChanges,
  stopWordLanguages,
  stopWordRemover,
  wordPattern,
  writtenStopWords,
} from './stop-words/words.ts';
import { changedTexts } from './texts.ts';

/**
 * Takes a language's commonest words out of texts (the lists of stopwords-iso), written small, capitalised or in capitals, and more words that
 * are given. Chinese and Japanese are cut into words by ICU, for which ONNX has no operator: an exported file takes what comes out then.
 */
export const stopWords: StepKind = {
  kind: 'stop-words',
  group: 'text',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'language', kind: 'choice', default: 'en', choices: stopWordLanguages },
    { key: 'also', kind: 'text', default: '' },
  ],
  functions: {
    stop_words_removed: {
      text(settings) {
        const { language, also } = JSON.parse(settings) as { language: string; also: string };
        return stopWordRemover(language, also);
      },
    },
  },
  outcome(state, settings) {
    const [language, also] = [String(settings.language), String(settings.also)];
    const wanted = sqlText(JSON.stringify({ language, also }));
    return changedTexts(
      state,
      settings,
      [
        scripted(
          (text) => `stop_words_removed(${text}, ${wanted})`,
          () => stopWordChanges(language, also),
        ),
      ],
      isSegmented(language)
        ? null
        : (g, text) =>
            matches(g, without(g, text, wordPattern, writtenStopWords(language, also)), `[^${spaces}]+`, ' '),
    );
  },
};
