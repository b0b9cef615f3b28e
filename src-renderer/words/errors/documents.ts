import { m } from '../messages.ts';

/** Of documents that are asked. */
export const documents = {
  encrypted_document: m.error_encrypted_document,
  unreadable_document: m.error_unreadable_document,
  unknown_encoding: m.error_unknown_encoding,
  document_too_slow: m.error_document_too_slow,
  no_text: m.error_document_no_text,
  no_documents: m.error_no_documents,
  no_document_read: m.error_no_document_read,
  no_such_collection: m.error_no_such_collection,
  empty_question: m.error_empty_question,
  passages_too_long: m.error_passages_too_long,
  other_documents: m.error_other_documents,
  question_too_long: m.error_question_too_long,
  document_too_large: m.error_file_too_large,
  no_such_document: m.error_gone,
};
