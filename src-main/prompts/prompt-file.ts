import { isMap, parseDocument, stringify } from 'yaml';
import { documentsSettingSchema, usualDocumentsSetting, type DocumentsSetting } from '../shared/documents.ts';
import { AtelierError } from '../shared/errors.ts';
import { usualGeneration, type GenerationSettings } from '../shared/generation.ts';
import { generationSettingsSchema, mostPromptLength } from '../shared/prompt/prompt.ts';
import * as v from 'valibot';

/** A prompt as a file: YAML between two lines of "---", then its text. Without them all is text. */
export interface PromptFile {
  /** Null where the file says none. */
  name: string | null;
  tags: string[];
  variables: Record<string, string>;
  /** Those that are not as usual. */
  settings: Partial<GenerationSettings>;
  /** Where its passages come from; null where it says nothing. */
  documents: PromptFileDocuments | null;
  text: string;
}

/** As `DocumentsSetting`, but for the collection's name: ids are a workspace's own. */
export interface PromptFileDocuments extends Omit<DocumentsSetting, 'collection' | 'query'> {
  collection: string;
  question: string;
}

const mostHeadLength = 2 ** 20;
const known = ['name', 'tags', 'variables', 'settings', 'documents'];

export function writePromptFile({ name, tags, variables, settings, documents, text }: PromptFile): string {
  const head = {
    ...(name !== null && { name }),
    ...(tags.length > 0 && { tags }),
    ...(Object.keys(variables).length > 0 && { variables }),
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(documents && { documents }),
  };
  const yaml = Object.keys(head).length > 0 ? stringify(head, { lineWidth: 0 }) : '';
  return `---\n${yaml}---\n${text}${text.endsWith('\n') ? '' : '\n'}`;
}

/** Throws `not_a_prompt`, with what is wrong. @param where the file's name, for errors */
export function readPromptFile(content: string, where: string): PromptFile {
  const whole = content.replace(/^\ufeff/, '');
  const found = /^---[ \t]*\r?\n([^]*?)^---[ \t]*(?:\r?\n|$)/m.exec(whole);
  const headed = found?.index === 0;
  const text = (headed ? whole.slice(found[0].length) : whole).replace(/\r\n/g, '\n').replace(/\n$/, '');
  if (text.length > mostPromptLength) throw refuse(where, `its text is longer than ${mostPromptLength} characters`);
  const head = headed ? readHead(found[1], where) : {};
  const stray = Object.keys(head).find((key) => !known.includes(key));
  if (stray !== undefined) throw refuse(where, `"${stray}" is none of ${known.join(', ')}`);
  const { name = null, tags = [], variables = {}, settings = {}, documents = null } = head;
  if (name !== null && typeof name !== 'string') throw refuse(where, '"name" is no text');
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw refuse(where, '"tags" is no list of texts');
  }
  return {
    name,
    tags,
    variables: valuesOf(variables, where),
    settings: settingsOf(settings, where),
    documents: documents === null ? null : documentsOf(documents, where),
    text,
  };
}

function readHead(yaml: string, where: string): Record<string, unknown> {
  if (yaml.length > mostHeadLength) throw refuse(where, 'what stands before its text is too long');
  const document = parseDocument(yaml, { schema: 'core', prettyErrors: false, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem) throw refuse(where, problem.message);
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw refuse(where, 'what stands before its text is no list of names and values');
  try {
    return document.toJS({ maxAliasCount: 0 }) as Record<string, unknown>;
  } catch (error) {
    throw refuse(where, (error as Error).message);
  }
}

function valuesOf(variables: unknown, where: string): Record<string, string> {
  if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) {
    throw refuse(where, '"variables" is no list of names and values');
  }
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function settingsOf(settings: unknown, where: string): Partial<GenerationSettings> {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw refuse(where, '"settings" is no list of names and values');
  }
  const stray = Object.keys(settings).find((key) => !Object.hasOwn(usualGeneration, key));
  if (stray !== undefined) throw refuse(where, `there is no setting "${stray}"`);
  const parsed = v.safeParse(generationSettingsSchema, { ...usualGeneration, ...settings });
  if (parsed.success) return settings;
  const [issue] = parsed.issues;
  throw refuse(where, `the setting "${v.getDotPath(issue)}": ${issue.message}`);
}

const { query, count, maxTokens, least } = documentsSettingSchema.entries;
const documentsSchema = v.strictObject({
  collection: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  question: v.optional(query, usualDocumentsSetting.query),
  count: v.optional(count, usualDocumentsSetting.count),
  maxTokens: v.optional(maxTokens, usualDocumentsSetting.maxTokens),
  least,
});

function documentsOf(documents: unknown, where: string): PromptFileDocuments {
  const parsed = v.safeParse(documentsSchema, documents);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw refuse(where, `"documents"${v.getDotPath(issue) ? `, "${v.getDotPath(issue)}"` : ''}: ${issue.message}`);
}

const refuse = (where: string, why: string): AtelierError =>
  new AtelierError(
    'not_a_prompt',
    `${where} is no prompt: ${why}. A prompt file has YAML between two lines of "---" (${known.join(', ')}), then its text.`,
  );
