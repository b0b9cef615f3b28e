import { splitNames } from '../../src-main/shared/dataset.ts';
import { constructsOf } from '../../src-main/shared/prompt/constructs.ts';
import { examplesKeys } from '../../src-main/shared/prompt/examples.ts';
import type { ExpandedPlace } from '../../src-main/shared/prompt/expand.ts';
import { format } from '../words/format.ts';
import { m } from '../words/messages.ts';
import type { monaco as Monaco } from './monaco.ts';
import { aroundCaret, fenced, foundAt, worldOf } from './prompt-world.ts';

const place = /(\\?)\{\{#examples(?=[\s}])[^{}\n]*\}\}/g;
const mostCell = 80;

type ExamplesPlace = Extract<ExpandedPlace, { kind: 'examples' }>;

/** The columns of the block that the caret is in: null outside of blocks. */
function columnsAt(model: Monaco.editor.ITextModel, position: Monaco.Position): string[] | null {
  const text = model.getValue();
  if (!text.includes('{{#examples')) return null;
  const offset = model.getOffsetAt(position);
  const blocks = constructsOf(text).filter((one) => one.kind === 'examples');
  const nth = blocks.findIndex((one) => one.body !== null && offset >= one.bodyFrom && offset <= one.to);
  if (nth < 0) return null;
  return (placesOf(model)[nth] as ExamplesPlace | undefined)?.all ?? [];
}

/** As they were when the keys rested last, in the order of the blocks. */
const placesOf = (model: Monaco.editor.ITextModel): ExamplesPlace[] =>
  (worldOf(model)?.checked?.places ?? []).filter((one) => one.kind === 'examples');

/** `{{#examples dataset="…" …}}`: datasets, columns and the rest are offered, the first rows are shown. */
export function registerExamples({ languages }: typeof Monaco, languageId: string): void {
  const { CompletionItemKind, CompletionItemInsertTextRule } = languages;
  languages.registerCompletionItemProvider(languageId, {
    triggerCharacters: ['{', '#', '"', '=', ' '],
    provideCompletionItems(model, position) {
      const { before, after, range } = aroundCaret(model, position);
      const suggestions: Monaco.languages.CompletionItem[] = [];
      const tag = /\{\{#examples(\s[^{}]*)$/.exec(before)?.[1];
      if (tag !== undefined) {
        const value = /\s(\w+)=("?)([^"\s]*|(?<==")[^"]*)$/.exec(tag);
        if (value) {
          const [, key, quote, typed] = value;
          const close = quote === '' || after.startsWith('"') ? '' : '"';
          const tables = worldOf(model)?.tables ?? [];
          const offered: { label: string; detail?: string }[] =
            key === 'dataset'
              ? tables.map(({ name, samples }) => ({
                  label: name,
                  detail: m.samples_count({ count: samples, n: format.integer(samples) }),
                }))
              : key === 'split'
                ? splitNames.map((label) => ({ label }))
                : key === 'by'
                  ? (
                      placesOf(model).find(({ source }) => source.includes(`{{#examples${tag.slice(0, 12)}`))?.all ?? []
                    ).map((label) => ({ label }))
                  : [];
          for (const one of offered) {
            const needs = quote === '' && /\s/.test(one.label) ? '"' : '';
            suggestions.push({
              ...one,
              kind: key === 'dataset' ? CompletionItemKind.Struct : CompletionItemKind.Value,
              insertText: needs + one.label + needs + close,
              range: range(typed.length),
            });
          }
        } else {
          const typed = /\s(\w*)$/.exec(tag)?.[1];
          if (typed === undefined) return { suggestions };
          const given = new Set([...tag.matchAll(/\s(\w+)=/g)].map(([, key]) => key));
          for (const key of examplesKeys.filter((one) => !given.has(one))) {
            const number = key === 'count' || key === 'seed';
            suggestions.push({
              label: key,
              kind: CompletionItemKind.Property,
              insertText: number ? `${key}=` : `${key}="$0"`,
              insertTextRules: number ? undefined : CompletionItemInsertTextRule.InsertAsSnippet,
              command: number ? undefined : { id: 'editor.action.triggerSuggest', title: '' },
              range: range(typed.length),
            });
          }
        }
        return { suggestions };
      }
      const open = /\{\{\s*([^{}]*)$/.exec(before)?.[1];
      if (open === undefined || open.startsWith('>')) return { suggestions };
      const columns = open.startsWith('#') ? null : columnsAt(model, position);
      const close = /^\s*\}\}/.test(after) ? '' : '}}';
      if (columns) {
        for (const name of columns) {
          suggestions.push({
            label: name,
            kind: CompletionItemKind.Field,
            detail: m.column(),
            insertText: name + close,
            range: range(open.length),
          });
        }
        return { suggestions };
      }
      const rest = /^\}\}/.test(after) ? 2 : 0;
      const whole = { ...range(open.length), endColumn: position.column + rest };
      suggestions.push(
        {
          label: '> …',
          kind: CompletionItemKind.Snippet,
          detail: m.include_offer(),
          sortText: '~1',
          filterText: `${open}>`,
          insertText: '> $0}}',
          insertTextRules: CompletionItemInsertTextRule.InsertAsSnippet,
          command: { id: 'editor.action.triggerSuggest', title: '' },
          range: whole,
        },
        {
          label: '#examples …',
          kind: CompletionItemKind.Snippet,
          detail: m.examples_offer(),
          sortText: '~2',
          filterText: open.startsWith('#') ? '#examples' : `${open}#examples`,
          insertText: '#examples dataset="$1" count=4 seed=1}}\n$0\n{{/examples}}',
          insertTextRules: CompletionItemInsertTextRule.InsertAsSnippet,
          range: whole,
        },
      );
      return { suggestions };
    },
  });
  languages.registerHoverProvider(languageId, {
    provideHover(model, position) {
      const here = foundAt(place, model, position);
      const drawn = here && placesOf(model).find(({ source }) => source.includes(here.found[0]))?.drawn;
      if (!drawn) return null;
      const line = (cells: readonly string[]) =>
        cells.map((cell) => cell.replace(/\s+/g, ' ').slice(0, mostCell)).join(' │ ');
      const said = m.examples_drawn({
        name: drawn.dataset,
        n: format.integer(drawn.number),
        split: drawn.split,
        seed: String(drawn.seed),
      });
      const rows = [line(drawn.columns), ...drawn.rows.map(({ cells }) => line(cells))];
      const more = drawn.count > drawn.rows.length ? ['…'] : [];
      return { range: here.range, contents: [{ value: fenced([said, '', ...rows, ...more].join('\n')) }] };
    },
  });
}
