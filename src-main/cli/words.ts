import { m } from '../shared/messages/messages.js';

type Message = (inputs: object, options: { locale: 'en' }) => string;
const messages = m as unknown as Readonly<Record<string, Message | undefined>>;

/** `batchNorm`, `class-token` → `batch_norm`, `class_token`. */
const snake = (key: string): string =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();

const look = (key: string): string => messages[key]?.({}, { locale: 'en' }) ?? '';

/** The window's words, in English as all of the command line. */
export const word = look;
export const architectureName = (id: string): string => look(`architecture_${snake(id)}`);
export const architectureHelp = (id: string): string => look(`architecture_${snake(id)}_help`);
export const stepName = (kind: string): string => look(`step_${snake(kind)}`);
export const stepHelp = (kind: string): string => look(`step_${snake(kind)}_help`);
export const settingName = (key: string): string => look(`setting_${snake(key)}`);
export const settingHelp = (key: string): string => look(`setting_${snake(key)}_help`);
