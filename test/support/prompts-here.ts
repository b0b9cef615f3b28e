import { join } from 'node:path';
import type { WriteStore } from '../../src-main/db/open.ts';
import type { Context } from '../../src-main/jobs/context.ts';
import { Events } from '../../src-main/jobs/events.ts';
import { Completions } from '../../src-main/jobs/prompts/completions.ts';
import type { SampleSource } from '../../src-main/jobs/prompts/draw.ts';
import { Grids } from '../../src-main/jobs/prompts/grids.ts';
import { Meanings } from '../../src-main/jobs/prompts/meaning.ts';
import { LanguageModels } from '../../src-main/jobs/prompts/model-list.ts';
import { Prompts } from '../../src-main/jobs/prompts/prompts.ts';
import { Rendering } from '../../src-main/jobs/prompts/rendering.ts';
import { Writers } from '../../src-main/jobs/prompts/writers.ts';
import { Remotes } from '../../src-main/jobs/remote/remotes.ts';
import type { SpawnUtility } from '../../src-main/jobs/utility.ts';

/** What a studio makes of a store for its prompts, with no documents, and with processes and tables as they are given. */
export function promptsHere(store: WriteStore, { spawn, samples }: { spawn: SpawnUtility; samples: SampleSource }) {
  const remotes = new Remotes({ spawn, file: join(store.folder, 'remote.json') });
  const context = { store, events: new Events(), remotes } as unknown as Context;
  const meanings = new Meanings(store, samples);
  const writers = new Writers(spawn);
  const documents = {
    search: () => {
      throw new Error('There are no documents here.');
    },
  };
  const languageModels = new LanguageModels(context);
  const rendering = new Rendering(context, meanings, documents, writers);
  return {
    languageModels,
    prompts: new Prompts(context, languageModels),
    rendering,
    completions: new Completions(context, meanings, rendering, writers),
    grids: new Grids(context, meanings, rendering),
  };
}
