import type { Handlers } from './answer.ts';
import { appHandlers } from './app.ts';
import { datasetHandlers } from './datasets.ts';
import type { Desk } from './desk.ts';
import { documentHandlers } from './documents.ts';
import { exportHandlers } from './exports.ts';
import { gridHandlers } from './grids.ts';
import { importHandlers } from './imports.ts';
import { jobHandlers } from './jobs.ts';
import { labelFileHandlers } from './label-files.ts';
import { labelModelHandlers } from './label-models.ts';
import { labelHandlers } from './labels.ts';
import { promptHandlers } from './prompts.ts';
import { remoteHandlers } from './remotes.ts';
import { runHandlers } from './runs.ts';
import { studyHandlers } from './studies.ts';
import { synonymHandlers } from './synonyms.ts';
import { tokenizerHandlers } from './tokenizers.ts';
import { workspaceHandlers } from './workspace.ts';

/** The whole table. A channel of the contract without a handler does not compile. */
export function handlersFor(desk: Desk): Handlers {
  return {
    ...appHandlers(desk),
    ...workspaceHandlers(desk),
    ...importHandlers(desk),
    ...datasetHandlers(desk),
    ...labelHandlers(desk),
    ...labelFileHandlers(desk),
    ...labelModelHandlers(desk),
    ...runHandlers(desk),
    ...studyHandlers(desk),
    ...tokenizerHandlers(desk),
    ...synonymHandlers(desk),
    ...promptHandlers(desk),
    ...remoteHandlers(desk),
    ...gridHandlers(desk),
    ...documentHandlers(desk),
    ...exportHandlers(desk),
    ...jobHandlers(desk),
  };
}
