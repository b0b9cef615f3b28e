import type { EncoderLack } from '../../../../src-main/shared/documents.ts';
import { m } from '../../../words/messages.ts';

/** Why a search went by letters. */
export function lackText({ why, name, message = '' }: EncoderLack): string {
  switch (why) {
    case 'gone':
      return m.documents_lack_gone({ name });
    case 'unfinished':
      return m.documents_lack_unfinished({ name });
    case 'changed':
      return m.documents_lack_changed({ name });
    case 'failed':
      return m.documents_lack_failed({ name, message });
  }
}
