import type { ErrorFacts } from '../../src-main/shared/errors.ts';
import { data } from './errors/data.ts';
import { devices } from './errors/devices.ts';
import { documents } from './errors/documents.ts';
import { labels } from './errors/labels.ts';
import { models } from './errors/models.ts';
import { prompts } from './errors/prompts.ts';
import { recipes } from './errors/recipes.ts';
import { remote } from './errors/remote.ts';
import { runs } from './errors/runs.ts';
import { studies } from './errors/studies.ts';
import { workspace } from './errors/workspace.ts';
import { locale } from './locale.svelte.ts';
import { m } from './messages.ts';

/** What went wrong, by code. The main process writes its messages in English, with names and places in them. */
const headlines: Readonly<Record<string, () => string>> = {
  ...data,
  ...devices,
  ...documents,
  ...labels,
  ...models,
  ...prompts,
  ...recipes,
  ...remote,
  ...runs,
  ...studies,
  ...workspace,
};

export interface ErrorWords {
  headline: string;
  details: readonly string[];
}

/** In English the message itself, which names what and where; in other languages its kind, with the message among the details. */
export function errorText(error: ErrorFacts): ErrorWords {
  const translated = headlines[error.code];
  if (locale.current === 'en' && error.message) return { headline: error.message, details: error.details };
  if (!translated) return { headline: error.message || m.error_internal(), details: error.details };
  return { headline: translated(), details: error.message ? [error.message, ...error.details] : error.details };
}
