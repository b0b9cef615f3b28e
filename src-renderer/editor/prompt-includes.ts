import type { ExpandedPlace } from '../../src-main/shared/prompt/expand.ts';
import { includeRef } from '../../src-main/shared/prompt/includes.ts';
import { format } from '../words/format.ts';
import { m } from '../words/messages.ts';
import type { monaco as Monaco } from './monaco.ts';
import { aroundCaret, fenced, foundAt, worldOf } from './prompt-world.ts';

const place = /(\\?)\{\{>[^{}\n]*\}\}/g;

/** The id of the prompt that is included where the caret is; null where none is, or none is known. */
export function includedAt(model: Monaco.editor.ITextModel, position: Monaco.Position): string | null {
  return includeAt(model, position)?.known?.included.prompt ?? null;
}

function includeAt(model: Monaco.editor.ITextModel, position: Monaco.Position) {
  const here = foundAt(place, model, position);
  if (!here) return null;
  const known = worldOf(model)?.checked?.places.find(
    (one): one is Extract<ExpandedPlace, { kind: 'include' }> => one.kind === 'include' && one.source === here.found[0],
  );
  return { ...here, known };
}

/** `{{> name@3}}`: names and versions are offered, what is included is shown. */
export function registerIncludes({ languages }: typeof Monaco, languageId: string): void {
  languages.registerCompletionItemProvider(languageId, {
    triggerCharacters: ['>', '@', ' '],
    provideCompletionItems(model, position) {
      const { before, after, range } = aroundCaret(model, position);
      const open = /\{\{>[ \t]*([^{}]*)$/.exec(before)?.[1];
      if (open === undefined) return { suggestions: [] };
      const close = /^[^{}]*\}\}/.test(after) ? '' : '}}';
      const prompts = worldOf(model)?.prompts ?? [];
      const at = /^(.*)@\d*$/.exec(open)?.[1].trim();
      const versioned = at === undefined ? undefined : prompts.find(({ include }) => include === at);
      if (versioned) {
        const typed = open.length - open.lastIndexOf('@') - 1;
        return {
          suggestions: Array.from({ length: versioned.versions }, (_, i) => versioned.versions - i).map((n, i) => ({
            label: String(n),
            kind: languages.CompletionItemKind.Constant,
            detail: m.version_number({ n: format.integer(n) }),
            sortText: String(i).padStart(7, '0'),
            insertText: `${n}${close}`,
            range: range(typed),
          })),
        };
      }
      const gap = /\{\{>$/.test(before) ? ' ' : '';
      return {
        suggestions: prompts.map(({ name, include, versions }) => ({
          label: name,
          kind: languages.CompletionItemKind.File,
          detail: versions > 0 ? m.version_number({ n: format.integer(versions) }) : m.draft(),
          filterText: gap + name,
          insertText: gap + include + close,
          range: range(open.length),
        })),
      };
    },
  });
  languages.registerHoverProvider(languageId, {
    provideHover(model, position) {
      const here = includeAt(model, position);
      if (!here?.known) return null;
      const { included, text } = here.known;
      const { version } = includeRef(here.found[0].slice(3, -2));
      const said =
        version === null
          ? m.include_as_it_stands({ name: included.name })
          : m.include_version({ name: included.name, n: format.integer(version) });
      return {
        range: here.range,
        contents: [{ value: fenced(`${said}\n\n${text}`) }, { value: m.include_open_hint() }],
      };
    },
  });
}
