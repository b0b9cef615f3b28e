import { format } from '../../../words/format.ts';
import { m } from '../../../words/messages.ts';
import type { MarkLook } from './mark-look.ts';
import type { SpanEditor } from './span-editor.svelte.ts';

const longest = 120;

/** What a screen reader says of where one is: the chosen span, what is chosen of the text, or the word at the caret with what is marked there. */
export function saidOf(editor: SpanEditor, look: MarkLook): string {
  const cut = (start: number, end: number) => editor.text.slice(start, Math.min(end, start + longest));
  const { chosen, choice, caret, index } = editor;
  if (chosen) {
    const words = chosen.suggested ? m.span_says_suggested : m.span_says;
    return words({
      text: cut(chosen.shape.start, chosen.shape.end),
      name: look.name(chosen.class),
      at: format.integer(index.place(chosen.key) + 1),
      of: format.integer(index.all.length),
    });
  }
  if (choice.start < choice.end) return m.span_says_chosen({ text: cut(choice.start, choice.end) });
  if (caret >= editor.text.length) return m.span_end();
  const { start, end } = editor.moves.at(caret) ?? { start: caret, end: editor.moves.sign(caret, 1) };
  const names = index.touching(caret, caret + 1).map((span) => look.name(span.class));
  return [cut(start, end), ...names].join(', ');
}
