/** What an act needs of the labelling that it is done in. */
import type { Readable } from '../../db/connection.ts';
import { getVersion } from '../../db/datasets.ts';
import { findLabelling, type Labelling } from '../../db/labellings.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { VersionId } from '../../shared/ids.ts';
import { isMarkedKind } from '../../shared/labels.ts';
import type { MarkedKind } from '../../shared/marks.ts';
import { samplesIdentity } from './identity.ts';

/** Throws `other_samples` where that version has others than this labelling. */
export function requireSamplesOf(store: Readable, log: Labelling, version: VersionId): void {
  const { manifest } = getVersion(store, version);
  if (findLabelling(store, samplesIdentity(manifest), log.target, log.kind, log.pass) === log.id) return;
  throw new AtelierError(
    'other_samples',
    'That version has other samples than those that were labelled. Choose one of theirs.',
  );
}

/** Throws `kind_unfit` where what is in a sample has classes, and not the sample. */
export function requireClasses({ kind }: Labelling): void {
  if (!isMarkedKind(kind)) return;
  throw new AtelierError(
    'kind_unfit',
    'In this labelling the things in a sample have classes, not the sample. Open the labelling of classes.',
  );
}

/** Throws `kind_unfit` where samples have classes, and nothing is marked in them. */
export function requireMarks({ kind }: Labelling): MarkedKind {
  if (isMarkedKind(kind)) return kind;
  throw new AtelierError(
    'kind_unfit',
    'In this labelling samples have classes, and nothing is marked in them. Open one of objects, spans or segments.',
  );
}

/** Throws `blind_pass`. */
export function requireFirstPass({ pass }: Labelling): void {
  if (pass === 1) return;
  throw new AtelierError(
    'blind_pass',
    'A second pass is made without suggestions, so that it says what its maker sees. Ask for them in the first pass.',
  );
}
