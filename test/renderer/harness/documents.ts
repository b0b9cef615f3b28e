import type { CollectionDetail, FoundPassage } from '../../../src-main/shared/documents.ts';
import { newId } from '../../../src-main/shared/ids.ts';

/** A collection with a document that could not be read, and what is found in it. */
export function makeDocuments(now: number): { detail: CollectionDetail; found: FoundPassage[] } {
  const document = (name: string, change: Partial<CollectionDetail['documents'][number]> = {}) => ({
    id: newId('document', now),
    name,
    path: `/home/ada/manuals/${name}`,
    addedAt: now,
    kind: 'markdown' as const,
    sha256: 'a'.repeat(64),
    bytes: 48_213,
    pages: null,
    characters: 46_100,
    passages: 52,
    error: null,
    ...change,
  });
  const documents = [
    document('notes.md'),
    document('pump-manual.pdf', { kind: 'pdf', pages: 112, passages: 264, bytes: 2_431_002 }),
    document('scan.pdf', {
      kind: 'pdf',
      passages: 0,
      error: { code: 'no_text', message: 'scan.pdf has 3 pages without any text.', details: [] },
    }),
  ];
  const [notes, manual] = documents;
  const passage = (of: typeof notes, change: Partial<FoundPassage>): FoundPassage => ({
    document: of.id,
    name: of.name,
    number: 0,
    page: null,
    headings: [],
    start: 0,
    end: 100,
    text: '',
    score: 0.0328,
    likeness: 0.42,
    words: 1,
    letters: 1,
    ...change,
  });
  const found = [
    passage(manual, {
      page: 31,
      text: 'Change the filter once a year, or as soon as the pressure gauge shows more than 2.5 bar.\nSwitch the pump off, close both valves and wait for ten minutes before the housing is opened. Keep the old gasket only where it shows no cracks; otherwise take the new one that comes with the filter.\nClose the housing by hand.',
    }),
    passage(notes, {
      number: 4,
      headings: ['Maintenance', 'Filter'],
      text: 'Filters are in the blue cupboard. The last one was changed in March.',
      score: 0.0161,
      likeness: 0.17,
      words: 2,
      letters: null,
    }),
  ];
  const summary = {
    id: newId('collection', now),
    encoder: null,
    name: 'Manuals',
    createdAt: now,
    documents: 2,
    passages: 316,
    bytes: 2_479_215,
    failed: 1,
  };
  return { detail: { summary, documents }, found };
}
