import { playedSound } from '../datasets/audio/stored.ts';
import { previewSplit } from '../datasets/divide/preview.ts';
import { offerImport } from '../datasets/import.ts';
import { matchMarks } from '../datasets/annotations/match-marks.ts';
import { versionMarks } from '../datasets/annotations/marks.ts';
import { labelFile } from '../datasets/label-file.ts';
import { versionLabels } from '../datasets/label-version.ts';
import { keepTokenizer } from '../datasets/keep-tokenizer.ts';
import { keepSynonyms, readSynonyms } from '../datasets/synonym-list.ts';
import { readOriginal } from '../datasets/images/original.ts';
import { checkOriginals } from '../datasets/originals/check.ts';
import { measureAnonymity } from '../datasets/privacy/anonymity.ts';
import { scanPrivacy } from '../datasets/privacy/scan.ts';
import { Profiler } from '../datasets/profile/profiler.ts';
import { SampleReader } from '../datasets/reader.ts';
import { previewSpectrograms } from '../datasets/encode/audio/preview.ts';
import { openRecipeFile } from '../datasets/recipes/file/open.ts';
import { Previewer } from '../datasets/recipes/previewer.ts';
import { agreement } from '../evaluation/agreement.ts';
import { compareEvaluations } from '../evaluation/text/compare-evaluations.ts';
import { findDevices } from '../runtime/device.ts';
import { weightHistograms } from '../runtime/weight-histograms.ts';
import type { ReaderProgress, ReaderRequest, ReaderResponse } from '../shared/reading.ts';
import { answerEach } from './port/answer-each.ts';
import { openPort } from './port/port.ts';
import { clickMask } from './work/marker/click-masker.ts';
import { markerFacts } from './work/marker/marker-model.ts';
import { modelUse } from './work/model-use.ts';

const port = openPort<ReaderRequest, ReaderResponse | ReaderProgress>();
const reader = new SampleReader();
const profiler = new Profiler();
const previewer = new Previewer();

function answer(request: ReaderRequest) {
  switch (request.type) {
    case 'samples':
      return reader.page(request.blobs, request.manifest, request.query);
    case 'pick':
      return reader.pick(request.blobs, request.manifest, request.samples);
    case 'bars':
      return reader.bars(request.blobs, request.manifest, request.filter, request.bars);
    case 'split':
      return previewSplit(request.blobs, request.manifest, request.split);
    case 'original':
      return readOriginal(request.blobs, request.manifest, request.sample, request.newest);
    case 'originals':
      return checkOriginals(request.blobs, request.manifest, request.newest);
    case 'sound':
      return playedSound(request.blobs, request.manifest, request.sample);
    case 'spectrograms':
      return previewSpectrograms(request.blobs, request.manifest, request.options, request.samples);
    case 'stop':
      return reader.stop(request.manifest);
    case 'profile':
      return profiler.profile(request.blobs, request.manifest, (steps) => port.post({ id: request.id, ...steps }));
    case 'stop-profile':
      return profiler.stop(request.manifest);
    case 'offer':
      return offerImport(request.paths);
    case 'tokenizer':
      return keepTokenizer(request.blobs, request.path);
    case 'keep-synonyms':
      return keepSynonyms(request.blobs, request.path);
    case 'synonyms':
      return readSynonyms(request.blobs, request.blob);
    case 'recipe':
      return previewer.preview(request.blobs, request.manifest, request.recipe, request.at, (steps) =>
        port.post({ id: request.id, ...steps }),
      );
    case 'stop-recipe':
      return previewer.stop(request.manifest);
    case 'recipe-file':
      return openRecipeFile(request.path, request.manifest);
    case 'privacy':
      return scanPrivacy(request.blobs, request.manifest);
    case 'anonymity':
      return measureAnonymity(request.blobs, request.manifest, request.columns, request.wanted);
    case 'labels':
      return versionLabels(request.blobs, request.manifest, request.target);
    case 'label-file':
      return labelFile(request.path, request.kind);
    case 'marks':
      return versionMarks(request.blobs, request.manifest, request.kind);
    case 'match-marks':
      return matchMarks(request);
    case 'compare-tests':
      return compareEvaluations(request.first, request.second);
    case 'agreement':
      return agreement(request.question);
    case 'marker':
      return markerFacts(request);
    case 'click-mask':
      return clickMask(request);
    case 'model-use':
      return modelUse(request);
    case 'weights':
      return weightHistograms(request.question, request.path, request.sincePath);
    case 'matching':
      return reader.matching(request.blobs, request.manifest, request.filter);
    case 'devices':
      return findDevices();
  }
}

answerEach(port, answer);
