import { AtelierError } from '../../shared/errors.ts';
import type { ImportParams, ImportResult } from '../../shared/work/import.ts';
import { audioHeadBytes, audioType, namedAudio } from '../audio/file-type.ts';
import { factsOf } from '../audio/facts.ts';
import { chooseRate, Reading } from '../audio/reading.ts';
import { SoundWriter } from '../audio/store.ts';
import {
  arrange,
  arrangeByName,
  noClass,
  someNames,
  withNameHint,
  withoutClass,
  type Member,
} from '../class-folders.ts';
import { KnownSounds } from '../grow/known-sounds.ts';
import { readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';

/** Sounds told apart by the folder they lie in: one folder per class, perhaps inside train/ and test/. Without such folders they have no classes. */
export const audioFolder: Importer = {
  async offer(source) {
    const sounds = await audioFiles(source);
    if (sounds.length === 0) return [];
    const { members } = labelled(sounds);
    return [
      {
        kind: 'audio-folder',
        suggestedName: source.suggestedName,
        files: sounds.length,
        folders: new Set(members.flatMap(({ className }) => (className === '' ? [] : [className]))).size,
        bytes: await totalBytes(sounds),
        columns: [],
        target: null,
        names: someNames(sounds),
      },
    ];
  },

  async read(source, params, context) {
    const sounds = await audioFiles(source);
    const { members, strays } =
      params.classFrom === undefined ? labelled(sounds) : arrangeByName(sounds, params.classFrom);
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    for (const { relative } of strays) {
      rejects.add(relative, 'no_class', noClass(relative, params.classFrom));
    }
    const found = { source, members, passedOver: source.files.length - sounds.length };
    return withNameHint(await storeSounds(found, rejects, params, context), members);
  },
};

/** Sounds with their classes, wherever they came from, as a version. `passedOver`: files that are no sounds. */
export async function storeSounds(
  { source, members, passedOver }: { source: Source; members: Member[]; passedOver: number },
  rejects: Rejects,
  params: ImportParams,
  context: ReadContext,
): Promise<ImportResult> {
  const before = params.into?.manifest.kind === 'audio' ? params.into.manifest : undefined;
  const known = before ? await KnownSounds.open(params.blobs, before) : null;
  // What is stored is of one rate.
  const rate = before?.audio?.rate ?? params.sampleRate ?? (await chooseRate(members, context.signal));
  const reading = new Reading(source, members, rate, known);
  const writer = await SoundWriter.open(params.blobs);
  try {
    await reading.run(writer, rejects, context);
    context.signal.throwIfAborted();
    const set = reading.labelled(rejects, passedOver);
    const manifest = await writer.finish(set, factsOf(reading.heard, rate), {
      seed: params.splitSeed,
      contents: reading.contents,
      before,
    });
    return { suggestedName: source.suggestedName, manifest };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Throws `audio_without_classes` for a single sound: that is no dataset. */
function labelled(sounds: FoundFile[]): { members: Member[]; strays: FoundFile[] } {
  const arranged = arrange(sounds);
  if (arranged.members.length > 0) return arranged;
  if (sounds.length > 1) return { members: sounds.map(withoutClass), strays: [] };
  throw new AtelierError(
    'audio_without_classes',
    `${sounds[0].relative} is a sound without a label. Training needs to know the class of each: put the sounds of every class into a folder named after it, and drop the folder that holds these folders.`,
  );
}

/** Files called sounds; where none is, those that are without being called so. */
async function audioFiles(source: Source): Promise<FoundFile[]> {
  const named = source.files.filter((file) => namedAudio(file.relative));
  if (named.length > 0) return named;
  const found: FoundFile[] = [];
  for (const [i, file] of source.files.entries()) {
    if (i === 200 && found.length === 0) break;
    if (audioType(await readHead(file, audioHeadBytes))) found.push(file);
  }
  return found;
}
