import type { SampleAnnotations, Span } from '../../shared/annotation.ts';
import type { SplitName } from '../../shared/dataset.ts';
import { readConll, conllLayout, type ConllLayout, type Sentence } from '../annotations/conll-file.ts';
import { detokenize } from '../annotations/detokenize.ts';
import { folderOf, splitOfName, splitOfPath } from '../annotations/image-files.ts';
import { readText, whileThere } from '../annotations/reading.ts';
import { SchemeGuess, spansOf, tagsOf } from '../annotations/tags.ts';
import type { AnnotatedText } from '../annotations/annotated-set.ts';
import { storeAnnotatedTexts } from '../annotations/text-set.ts';
import { contentName, readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { Rejects, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const headLength = 1 << 16;
const maxBytes = 256 << 20;
const maxAsked = 64;
const textNames = /\.(conll\w*|iob\d?|bio\w*|bmes|ner|tsv|txt|train|dev|valid|test\w?)$/i;

/** Tokens with tags, a token a line: what CoNLL's tasks left as the form for named entities. */
export const conll: Importer = {
  async offer(source) {
    const files = await conllFiles(source);
    if (files.length === 0) return [];
    return [
      {
        kind: 'conll',
        suggestedName: source.suggestedName,
        files: files.length,
        folders: 0,
        bytes: await totalBytes(files.map(({ file }) => file)),
        columns: [],
        target: null,
      },
    ];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const read = [];
      const sentences: { file: FoundFile; split: SplitName | null; sentence: Sentence }[] = [];
      const guess = new SchemeGuess();
      const files = await conllFiles(source);
      for (const [n, { file, layout }] of files.entries()) {
        context.signal.throwIfAborted();
        context.progress({ stage: 'reading', unit: 'files', done: n, total: files.length });
        const { text, source: from } = await readText(file, maxBytes);
        read.push(from);
        const split = splitOfFile(file);
        for (const sentence of readConll(text, file.relative, layout, rejects)) {
          guess.add(sentence.tags);
          sentences.push({ file, split, sentence });
        }
      }
      const { scheme } = guess;
      let repaired = 0;
      const texts = function* (): Generator<AnnotatedText> {
        for (const { file, split, sentence } of sentences) {
          const { tokens, tags, columns, extra } = sentence;
          const { text, offsets } = detokenize(tokens);
          const spans = spansOf(tags);
          if (tagsOf(tokens.length, spans, scheme).tags.some((tag, i) => tag !== tags[i])) repaired++;
          const annotations = spans.map(({ first, last, class: name }): Span => ({
            type: 'span',
            class: name,
            start: offsets[2 * first],
            end: offsets[2 * last + 1],
          }));
          const sample: SampleAnnotations = { annotations, tokens: offsets };
          if (columns.length > 0) sample.tokenColumns = columns;
          if (extra) sample.extra = extra;
          yield { text, cells: [file.relative], split, sample };
        }
      };
      const [{ layout }] = files;
      return storeAnnotatedTexts(
        source,
        {
          texts: texts(),
          columns: [{ name: 'file', type: 'category', role: 'ignored', note: 'identifier' }],
          header: () => ({ classes: [], scheme, extra: { conll: { ...layout } } }),
          read,
          rejects,
          notes: () => notesOf(scheme, repaired),
        },
        params,
        context,
      );
    }),
};

async function conllFiles(source: Source): Promise<{ file: FoundFile; layout: ConllLayout }[]> {
  const alone = source.files.length === 1;
  const named = source.files.filter((file) => alone || textNames.test(contentName(file)));
  const found: { file: FoundFile; layout: ConllLayout }[] = [];
  for (const file of named.slice(0, maxAsked)) {
    const head = await readHead(file, headLength);
    const layout = head.includes(0) ? null : conllLayout(new TextDecoder().decode(head), head.length < headLength);
    if (layout) found.push({ file, layout });
  }
  return found;
}

/** CoNLL-2003's own files are called eng.train, eng.testa (to validate on) and eng.testb. */
function splitOfFile({ relative }: FoundFile): SplitName | null {
  const ending = /\.(train|testa|testb|dev|valid|test)$/i.exec(relative)?.[1].toLowerCase();
  if (ending === 'testa') return 'validation';
  if (ending === 'testb') return 'test';
  return splitOfName(ending ? `${ending}.x` : relative) ?? splitOfPath(folderOf(relative));
}

function notesOf(scheme: string, repaired: number): { code: string; message: string }[] {
  const notes = [
    {
      code: 'dialect',
      message: `Read as CoNLL, tags as ${scheme.toUpperCase()}. Blanks between tokens were put where they are usual; the tokens are kept.`,
    },
  ];
  if (repaired > 0) {
    notes.push({
      code: 'tags_repaired',
      message: `In ${plural(repaired, 'sentence', 'sentences')} tags do not follow ${scheme.toUpperCase()}; they were read as conlleval reads them: what does not go on a span begins one.`,
    });
  }
  return notes;
}
