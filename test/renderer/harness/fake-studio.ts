import { packed } from '../../support/packed.ts';
import { anonymityOf, privacyOf } from './privacy.ts';
import type {
  AppInfo,
  Channel,
  DoctorReport,
  Input,
  Offered,
  Output,
  Reply,
  StudioBridge,
  StudioEvent,
  TrainEstimate,
} from '../../../src-main/shared/contract.ts';
import type { Job } from '../../../src-main/shared/job.ts';
import type { EvaluateResult } from '../../../src-main/shared/work/evaluate.ts';
import type { ImportOffer } from '../../../src-main/shared/work/import.ts';
import type { Forecast } from '../../../src-main/shared/forecast.ts';
import { AtelierError } from '../../../src-main/shared/errors.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { LanguageModelRef } from '../../../src-main/shared/prompt/prompt.ts';
import { markedKinds } from '../../../src-main/shared/labels.ts';
import { allSettings } from '../../../src-main/shared/run-fields.ts';
import { settingsImportance } from '../../../src-main/search/importance/settings.ts';
import { runsOfPage, type MetricPoint, type TrainedRun } from '../../../src-main/shared/run.ts';
import { synonymsRef } from '../../../src-main/shared/augment/synonyms.ts';
import { tokenizerRef } from '../../../src-main/shared/text.ts';
import type { Preferences } from '../../../src-main/shared/settings.ts';
import { devices } from './devices.ts';
import { makeDatasets, now, page, profileOf, random, wide } from './data.ts';
import { FakeLabelling } from './labels.ts';
import { calls, FakeMarks, letters, soundOf } from './marks.ts';
import { hubOffer, markerFacts } from './models.ts';
import type { MarkEdit } from '../../../src-main/shared/marks.ts';
import { openedRecipe, previewOf, stepInfos } from './recipes.ts';
import { reviews } from './texts.ts';
import { architectures, makeExports, makeJobs, makeRuns, makeUse, pointsAt } from './runs.ts';
import { textEpochs, textOf } from './language.ts';
import { predictionEpochs, predictionsOf } from './predictions.ts';
import { makeGrids } from './grids.ts';
import { makeDocuments } from './documents.ts';
import { remoteFound, remoteModels, remoteState } from './remotes.ts';
import { checkedHere, makePrompts, maskChoices, promptHits, translatorsOwn } from './prompts.ts';
import { makeStudies } from './studies.ts';
import { sendStudy } from '../../../src-main/shared/sent-study.ts';
import type { Study } from '../../../src-main/shared/study.ts';
import { evaluationOf, makeUntargeted, pictureEpochs, pictureOf } from './untargeted.ts';
import { weightReport } from './weights.ts';

/** By the batch alone: enough to see it change, and to ask for too much. */
function forecastOf({ batchSize, device, threads = 0 }: Input<'train.forecast'> & object): Forecast {
  const fits = batchSize <= 16_384;
  const peak = 110e6 + 1.7e6 * batchSize;
  return {
    device: device === 'auto' ? 'cpu' : device,
    threads: threads || 4,
    parameters: 100_000,
    samples: 32_561,
    secondsPerEpoch: fits ? { expected: 4.23, low: 3.8, high: 4.65 } : null,
    secondsToBegin: 0.6,
    peakMemory: fits
      ? { expected: peak, low: 0.9 * peak, high: 1.2 * peak }
      : { expected: peak, low: 0.5 * peak, high: 2 * peak },
    ownMemory: 100e6,
    freeMemory: 24e9,
  };
}

function millionPoints(): MetricPoint[] {
  const rnd = random(1);
  return Array.from({ length: 1_000_000 }, (_, i) => ({
    key: 'train/loss',
    step: i + 1,
    epoch: i / 50_000,
    value: 2 * Math.exp(-i / 200_000) + rnd() * 0.3 + (i === 777_777 ? 4 : 0),
    time: i / 500,
  }));
}

interface Options {
  scenario: string;
  theme: string;
  locale: string;
}

class Failure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** window.studio without a main process: invented data, jobs that tick, the same answers each time. */
export function fakeStudio({ scenario, theme, locale }: Options): StudioBridge {
  const empty = scenario === 'empty';
  const datasets = empty ? [] : [...makeDatasets(), reviews(), letters()];
  const runs = empty ? [] : [...makeRuns(datasets), ...makeUntargeted(datasets)];
  // As many as people have after a year, and one of a million points.
  if (scenario === 'many') {
    for (let i = 0; i < 1500; i++) {
      const { summary, points } = runs[i % 36];
      const createdAt = now - (1540 - i) * 3_600_000;
      runs.unshift({
        points,
        summary: { ...summary, id: newId('run', createdAt), createdAt, name: `${summary.name} (${i})` },
      });
    }
    runs[runs.length - 3].points = millionPoints();
  }
  if (!empty) datasets.push(calls());
  if (scenario === 'wide') datasets.push(wide());
  const exports = empty ? [] : makeExports(runs);
  let jobs: Job[] = empty ? [] : makeJobs(runs);
  let preferences: Preferences = {
    theme: theme as Preferences['theme'],
    locale: locale as Preferences['locale'],
    trainingsAtOnce: 'auto',
    notifyTraining: 'queue',
    recentWorkspaces: [],
    layout: {},
  };
  const studies = empty ? [] : makeStudies(runs);
  const listeners = new Set<(events: StudioEvent[]) => void>();
  const emit = (...events: StudioEvent[]) => listeners.forEach((listener) => listener(structuredClone(events)));
  const { prompts, models } = makePrompts(Date.now());
  const kindOf = (wanted: LanguageModelRef) =>
    models.find(({ ref }) => JSON.stringify(ref) === JSON.stringify(wanted))?.kind ?? 'writes';
  const documents = makeDocuments(Date.now());
  const { grid, page: gridPage, answer, test, evaluations, comparison } = makeGrids(prompts[0], Date.now());
  const promptOf = (id: string) => {
    const found = prompts.find(({ summary }) => summary.id === id);
    if (!found) throw new Failure('no_such_prompt', `There is no prompt ${id}.`);
    return found;
  };
  const studyOf = (id: string) => studies.find(({ detail }) => detail.id === id)!;
  const settle = (id: string, status: Study['status'], reason: Study['reason']) => {
    const one = studyOf(id);
    one.detail = { ...one.detail, status, reason };
    emit({ type: 'changed', noun: 'studies' });
    return null;
  };
  const offers = new Map<string, ImportOffer>();
  let labelling: FakeLabelling | null = null;
  let marks: FakeMarks | null = null;
  const nothingSaid = { samples: [], classes: [], marks: [], manyMarks: false, can: { undo: true, redo: false } };

  const versionOf = (id: string) => {
    for (const one of datasets) if (one.manifests.has(id as never)) return one;
    throw new Failure('no_such_dataset', `There is no dataset version ${id}.`);
  };
  const runOf = (id: string) => {
    const found = runs.find((run) => run.summary.id === id);
    if (!found) throw new Failure('no_such_run', `There is no run ${id}.`);
    return found;
  };
  function offer(value: ImportOffer): Offered {
    const id = `offer-${offers.size}`;
    offers.set(id, value);
    return { id, found: [value], sources: [], runs: false, model: null };
  }
  const tableOffer: ImportOffer = {
    kind: 'table',
    file: 'penguins.csv',
    sheet: null,
    suggestedName: 'penguins',
    files: 1,
    folders: 0,
    bytes: 15_241,
    columns: ['species', 'island', 'bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g', 'sex'],
    target: 'species',
    referable: false,
  };

  /** A job that takes `seconds` and then does `end`. */
  function work(kind: Job['kind'], title: string, seconds: number, end: (job: Job) => void): Job {
    const job: Job = {
      id: newId('job'),
      kind,
      title,
      status: 'running',
      createdAt: Date.now(),
      startedAt: Date.now(),
      finishedAt: null,
      progress: { done: 0, total: 4000, unit: 'samples', rate: 0, remaining: null, stage: 'reading' },
      error: null,
      dataset: null,
      run: null,
      again: null,
      place: null,
    };
    jobs = [job, ...jobs];
    let tick = 0;
    const timer = setInterval(() => {
      if (job.status !== 'running') return clearInterval(timer);
      tick++;
      const share = Math.min(1, tick / (seconds * 5));
      const [total, unit] = kind === 'provider' ? ([312_456_789, 'bytes'] as const) : ([4000, 'samples'] as const);
      const stages = { selftest: ['testing webgpu', 'testing webgpu'], provider: ['downloading', 'checking'] };
      const [first, second] = stages[kind as keyof typeof stages] ?? ['reading', 'writing'];
      job.progress = {
        done: Math.round(total * share),
        total,
        unit,
        rate: total / seconds,
        remaining: seconds * (1 - share),
        stage: share < 0.5 ? first : second,
      };
      if (share === 1) {
        clearInterval(timer);
        job.status = 'finished';
        job.finishedAt = Date.now();
        end(job);
      }
      emit({ type: 'jobs', jobs: [job] });
    }, 200);
    emit({ type: 'jobs', jobs: [job] });
    return job;
  }

  // The run that is under way goes on.
  if (!empty && scenario === 'full') {
    const live = runs[37];
    const all = pointsAt(38, 1800, 90, 1.05).filter((point) => point.step > 540);
    let step = 540;
    setInterval(() => {
      const job = jobs.find((one) => one.id === live.summary.job);
      if (!job || job.status !== 'running' || step >= 1800) return;
      step += 4;
      const fresh = all.filter((point) => point.step > step - 4 && point.step <= step);
      live.points.push(...fresh);
      job.progress = { ...job.progress!, done: step * 64, remaining: (1800 - step) / 17 };
      emit({ type: 'jobs', jobs: [job] }, { type: 'metrics', run: live.summary.id, points: fresh });
    }, 250);
  }

  const answers: { [C in Exclude<Channel, 'imports.offer'>]: (input: Input<C>) => Output<C> | Promise<Output<C>> } = {
    'app.info': (): AppInfo => ({
      version: '0.1.0',
      workspace: { name: 'Atelier', path: '/home/ada/Atelier' },
      recentWorkspaces: ['/home/ada/Atelier', '/home/ada/Documents/field work', '/mnt/models/2026'],
      systemLocales: ['en-GB', 'en'],
      runtime: 'Electron 45.4.1',
    }),
    'app.doctor': (): DoctorReport => ({
      onnxruntime: '1.30.0',
      providers: ['cpu', 'webgpu'],
      devices,
      cores: 8,
      threads: 4,
      versions: [
        ['Atelier', '0.1.0'],
        ['Node', '24.21.0'],
        ['SQLite', '3.51.0'],
        ['DuckDB', '1.5.6'],
        ['sharp', '0.35.5'],
      ],
      runtime: 'Electron 45.4.1',
      workspace: '/home/ada/Atelier',
    }),
    'app.integrity': () => 'ok',
    'train.forecast': async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return request && forecastOf(request);
    },
    'devices.offerProvider': () => ({
      version: '1.30.0',
      bytes: 312_456_789,
      have: 45_000_000,
      host: 'packages.example',
      folder: '/home/ada/.local/share/atelier/onnxruntime/1.30.0',
      installed: false,
      lacks: 'cuda_no_cudnn',
    }),
    'devices.getProvider': () => work('provider', 'CUDA (ONNX Runtime 1.30.0)', 20, () => {}).id,
    'devices.test': () => work('selftest', 'CPU, WebGPU, CUDA', 20, () => {}).id,
    'preferences.get': () => preferences,
    'preferences.set': (input) => (preferences = { ...preferences, ...structuredClone(input) } as Preferences),
    'workspace.choose': () => null,
    'workspace.openRecent': () => null,
    'workspace.reveal': () => null,
    'imports.choose': () => offer(tableOffer),
    'imports.paste': () => offer(tableOffer),
    'imports.into': ({ dataset }) =>
      work(
        'import',
        datasets.find(({ detail }) => detail.summary.id === dataset)?.detail.summary.name ?? '',
        1,
        () => undefined,
      ).id,
    'datasets.export': ({ version, format }) => {
      const found = datasets.find((one) => one.manifests.has(version));
      return {
        path: `/home/ada/${format}`,
        files: 3,
        bytes: 1234,
        samples: found?.detail.summary.samples ?? 0,
        annotations: 0,
        lost: [],
      };
    },
    'imports.all': () => [work('import', 'penguins', 1, () => undefined).id],
    'imports.start': ({ offer: id, name }) => {
      const what = offers.get(id);
      if (!what) throw new Failure('no_data', 'This offer has gone stale. Drop the files again.');
      return work('import', name ?? what.suggestedName, 3, (job) => {
        job.dataset = datasets[0]?.detail.summary.id ?? null;
        emit({ type: 'changed', noun: 'datasets' });
      }).id;
    },
    'sample.start': () => work('import', 'glyphs', 6, () => {}).id,
    'datasets.list': () => datasets.map((one) => ({ ...one.detail.summary, archived: one.archived })),
    'datasets.get': ({ id, version }) => {
      const found = datasets.find((one) => one.detail.summary.id === id);
      if (!found) throw new Failure('no_such_dataset', `There is no dataset ${id}.`);
      const chosen = found.detail.versions.find((one) => one.id === version) ?? found.detail.versions.at(-1)!;
      return {
        ...found.detail,
        version: { ...found.detail.version, ...chosen, manifest: found.manifests.get(chosen.id)! },
      };
    },
    'datasets.rename': ({ id, name }) => {
      datasets.find((one) => one.detail.summary.id === id)!.detail.summary.name = name;
      return null;
    },
    'datasets.archive': ({ id, archived }) => {
      datasets.find((one) => one.detail.summary.id === id)!.archived = archived;
      return null;
    },
    'datasets.stopSamples': () => null,
    'datasets.stopProfile': () => null,
    'recipes.stopPreview': () => null,
    'datasets.profile': ({ version }) => {
      const found = versionOf(version);
      return profileOf(found.manifests.get(version) ?? found.detail.version.manifest);
    },
    'datasets.samples': (query) => page(versionOf(query.version), query),
    'datasets.bars': ({ bars }) =>
      bars.map((one) => {
        const count =
          one.kind === 'numbers' ? one.edges.length - 1 : one.kind === 'values' ? one.values.length : one.count;
        return Array.from({ length: count }, (_, i) => Math.max(0, count - 2 * i));
      }),
    'datasets.pick': ({ version, samples }) => {
      const pages = samples.map((offset) => page(versionOf(version), { version, offset, limit: 1 }));
      const pixels = pages.flatMap((one) => (one.pixels ? [...one.pixels] : []));
      return {
        total: samples.length,
        indices: samples,
        splits: pages.flatMap(({ splits }) => splits),
        labels: pages.flatMap(({ labels }) => labels),
        ...(pages[0]?.rows ? { rows: pages.flatMap(({ rows }) => rows ?? []) } : {}),
        ...(pixels.length > 0
          ? {
              pixels: Uint8Array.from(pixels),
              names: samples.map((n) => `train/2024-05-17 greenhouse, camera ${n % 3}/IMG_20240517_${n}_full.jpeg`),
            }
          : {}),
      };
    },
    'datasets.privacy': ({ version }) => privacyOf(versionOf(version).detail.version.manifest),
    'datasets.anonymity': ({ columns, wanted }) => anonymityOf(columns, wanted),
    'datasets.score': () => null,
    'datasets.leaks': () => ({ held: 300, findings: [], notes: [] }),
    'runs.quality': () => ({
      basis: 'held',
      folds: null,
      samples: 300,
      inSample: 0,
      accuracy: 0.97,
      labelErrors: { count: 0, samples: [] },
      noise: 0,
      hard: { count: 0, samples: [] },
      ambiguous: [],
      outliers: { count: 0, samples: [] },
    }),
    'datasets.previewSplit': ({ version, split }) => {
      const { samples, classes } = versionOf(version).detail.version.manifest;
      const divided = (n: number): [number, number, number] => {
        const [validation, test] = [Math.round(n * split.validation), Math.round(n * split.test)];
        return [n - validation - test, validation, test];
      };
      const [train, validation, test] = divided(samples);
      return {
        splits: { train, validation, test },
        classes: classes.map(({ name, count }) => ({ name, counts: divided(count) })),
        groups: split.how === 'grouped' ? Math.ceil(samples / 12) : null,
        begins: null,
        notes: [],
      };
    },
    'datasets.spectrograms': ({ samples }) => ({
      frames: 16,
      mels: 8,
      mean: new Array<number>(8).fill(-8),
      std: new Array<number>(8).fill(2),
      noise: new Array(8).fill({ power: 90, bins: 3 }),
      rows: Float32Array.from({ length: 128 * samples.length }, (_, i) => Math.sin(i / 9)),
    }),
    'datasets.sound': ({ sample }) => soundOf(sample),
    'datasets.original': () => {
      throw new AtelierError('no_original', 'The file that this image came from was not kept.');
    },
    'app.licences': () => [
      {
        name: 'onnx',
        version: '1.0.0',
        licence: 'MIT',
        homepage: null,
        inside: null,
        text: 'Permission is hereby granted',
      },
    ],
    'datasets.originals': () => null,
    'datasets.relink': () => null,
    'datasets.revise': (input) => {
      const found = versionOf(input.version);
      return work('revise', found.detail.summary.name, 2, (job) => {
        const id = newId('version');
        const before = found.detail.version.manifest;
        const target = input.target === undefined ? before.target : input.target;
        found.manifests.set(id, {
          ...before,
          target,
          columns: before.columns.map((column) => ({
            ...column,
            ...input.columns?.find((one) => one.name === column.name),
            ...(column.name === target ? { role: 'target' as const } : {}),
          })),
        });
        const version = {
          id,
          number: found.detail.versions.length + 1,
          createdAt: Date.now(),
          change: 'changed',
          samples: before.samples,
        };
        found.detail.versions.push(version);
        Object.assign(found.detail.summary, { latestVersion: id, versions: found.detail.versions.length, target });
        job.dataset = found.detail.summary.id;
        emit({ type: 'changed', noun: 'datasets' });
      }).id;
    },
    'labels.marks': ({ samples }) => marks!.of(samples),
    'labels.mark': ({ samples: [{ sample, edits }] }) => marks!.edit(sample, edits as MarkEdit[]),
    'labels.open': ({ version, kind = 'single' }) => {
      const found = versionOf(version);
      if (markedKinds.includes(kind)) {
        if (marks?.state.kind !== kind)
          marks = new FakeMarks(found.detail.summary.id, version, kind, found.detail.version.manifest.samples);
        return marks.state;
      }
      labelling ??= new FakeLabelling(found.detail.summary.id, version, found.detail.version.manifest);
      return labelling.state;
    },
    'labels.set': ({ samples, label }) => labelling!.set(samples, label),
    'labels.accept': () => nothingSaid,
    'labels.acceptMarks': () => nothingSaid,
    'labels.suggest': () => ({
      ...nothingSaid,
      unknown: [],
      doubts: {
        samples: new Int32Array(0),
        entropy: new Float32Array(0),
        margin: new Float32Array(0),
        leastConfidence: new Float32Array(0),
      },
    }),
    'labels.suggestions': () => ({
      samples: Int32Array.from({ length: 42 }, (_, i) => i % 17),
      confidence: Float64Array.from({ length: 42 }, (_, i) => 0.9 + (i % 10) / 100),
      types: new Uint8Array(42),
    }),
    'labels.chooseModel': () => ({ file: '1', name: 'yolo11n-cells.onnx' }),
    'labels.modelFacts': () => markerFacts,
    'labels.suggestMarks': () => ({
      ...nothingSaid,
      ...{ facts: markerFacts, suggestions: 0, pictures: 0, unknown: [], unread: [] },
    }),
    'labels.clickMask': () => null,
    'labels.learn': () => labelling!.learn(),
    'labels.stopLearning': () => null,
    'labels.rule': () => nothingSaid,
    'labels.class': () => nothingSaid,
    'labels.undo': () => nothingSaid,
    'labels.redo': () => nothingSaid,
    'labels.history': ({ sample }) => {
      if (!labelling) return [];
      const line = { entry: 2, at: now - 90_000, who: 'person', act: 'edit' as const };
      const after = labelling.label(sample);
      return after.state === 'new' ? [] : [{ ...line, before: after, after }];
    },
    'labels.agreement': () => labelling!.agreement(),
    'labels.answers': ({ sample }) => labelling!.answers(sample),
    'labels.settle': () => nothingSaid,
    'labels.export': () => null,
    'labels.exportJudged': () => null,
    'labels.import': () => null,
    'labels.freeze': ({ version }) => versionOf(version).detail.version,
    'recipes.steps': () => stepInfos,
    'recipes.preview': ({ version, recipe, at }) => previewOf(versionOf(version).detail.version.manifest, recipe, at),
    'recipes.save': () => ({ path: '/home/ada/adult.recipe.yaml' }),
    'recipes.open': () => openedRecipe,
    'architectures.list': () => architectures,
    'synonyms.choose': () => synonymsRef({ name: 'synonyms', entries: 3, blob: 'c'.repeat(64) }),
    'synonyms.read': () => [
      ['film', 'movie', 'picture'],
      ['good', 'fine', 'great'],
      ['bad', 'poor'],
    ],
    'tokenizers.choose': () => tokenizerRef({ name: 'bert-base-uncased', vocabulary: 30_522, blob: 'b'.repeat(64) }),
    'train.estimate': ({ version, architecture, architectureSettings }): TrainEstimate => {
      const { image, columns, classes } = versionOf(version).detail.version.manifest;
      const layers: TrainEstimate['layers'] = [];
      const widths = (text: unknown) => String(text).split(',').filter(Boolean).map(Number);
      let features = image ? image.height * image.width * image.channels : columns.length * 4;
      layers.push({
        name: 'input',
        shape: image ? [image.channels, image.height, image.width] : [features],
        parameters: 0,
      });
      if (architecture !== 'mlp' && architecture !== 'linear' && image) {
        let [channels, side] = [image.channels, image.height];
        const each = architecture === 'cnn' ? 1 : Number(architectureSettings.perStage ?? 6);
        for (const width of widths(architectureSettings.channels ?? '16,32,64')) {
          for (let n = 0; n < each; n++) {
            const shape = [width, side, side];
            layers.push({ name: `conv 3×3 · ${width}`, shape, parameters: channels * width * 9 + width });
            if (architecture !== 'cnn') layers.push({ name: 'batch norm', shape, parameters: 2 * width });
            channels = width;
          }
          side = Math.floor(side / 2);
          layers.push({ name: 'max pool 2×2', shape: [width, side, side], parameters: 0 });
        }
        features = channels * side * side;
        layers.push({ name: 'flatten', shape: [features], parameters: 0 });
      }
      for (const width of widths(architectureSettings.hidden ?? '')) {
        layers.push({ name: `dense ${width}`, shape: [width], parameters: features * width + width });
        features = width;
      }
      const out = classes.length || 1;
      layers.push({ name: `output ${out}`, shape: [out], parameters: features * out + out });
      return { layers, parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0) };
    },
    'runs.start': () => runs[37].summary.id,
    'runs.crossValidate': ({ folds }) => runs.slice(0, folds).map(({ summary }) => summary.id),
    'runs.queue': () => runs[37].summary.id,
    'runs.pause': () => null,
    'runs.resume': () => null,
    'runs.resumeFailed': () => 0,
    'runs.addEpochs': () => null,
    'runs.checkpoints': () => [
      { name: 'last', bytes: 3_712_004, savedAt: now - 90_000, step: 1240, epoch: 20 },
      { name: 'best', bytes: 3_712_004, savedAt: now - 200_000, step: 1116, epoch: 18 },
    ],
    'runs.weights': ({ checkpoint, since, kind }) => weightReport(checkpoint, since, kind),
    'runs.prune': () => 3_712_004,
    'runs.move': () => null,
    'queue.get': () => ({ held: false, atOnce: 'auto' }),
    'queue.hold': () => null,
    'runs.some': ({ ids }) =>
      runs
        .filter(({ summary }) => ids.includes(summary.id))
        .map(({ summary }) => ({ ...summary, settings: JSON.stringify(summary.settings) })),
    'runs.list': (input) => {
      const from = runs.findIndex(({ summary }) => summary.id === input?.olderThan) + 1;
      return runs
        .slice(from, from + runsOfPage)
        .map(({ summary }) => ({ ...summary, settings: JSON.stringify(summary.settings) }));
    },
    'runs.metricKeys': () => [...new Set(runs.flatMap((run) => Object.keys(run.summary.metrics)))].sort(),
    'runs.column': ({ key }) => ({
      key,
      runs: runs.map((run) => run.summary.id),
      values: runs.map((run) => run.summary.metrics[key] ?? null),
    }),
    'runs.curves': ({ runs: ids }) => ({
      keys: [...new Set(ids.flatMap((run) => runOf(run).points.map(({ key }) => key)))].sort(),
      trainSamples: ids.map(() => null),
    }),
    'runs.provenance': ({ ids }) =>
      ids.map((run) => ({
        run,
        recipe: runOf(run).summary.origin === null ? [] : null,
        code: { atelier: '0.1.0', onnxruntime: '1.27.0', platform: 'linux-x64' },
        looks: { count: 1, last: null },
      })),
    'runs.importance': ({ runs: ids, metric }) => {
      const outcomes = ids.map(runOf).flatMap(({ summary }) => {
        const value = summary.metrics[metric];
        return value === undefined ? [] : [{ value, settings: allSettings(summary.settings) }];
      });
      const working = settingsImportance(outcomes);
      for (;;) {
        const { done, value } = working.next();
        if (done) return { metric, without: ids.length - outcomes.length, ...value };
      }
    },
    'runs.tag': () => null,
    'runs.get': ({ id }) => runOf(id).summary,
    'runs.allMetrics': ({ ids }) => {
      const all = ids.map((id) => Object.entries(runOf(id).summary.metrics));
      const names = [...new Set(all.flat().map(([name]) => name))];
      let end = 0;
      return {
        runs: ids,
        ends: Uint32Array.from(all, ({ length }) => (end += length)),
        names,
        places: Uint32Array.from(all.flat(), ([name]) => names.indexOf(name)),
        values: Float64Array.from(all.flat(), ([, value]) => value),
      };
    },
    'runs.metrics': ({ runs: ids, keys }) =>
      packed(
        ids.flatMap((id) => {
          const groups = Map.groupBy(runOf(id).points, (point) => point.key);
          return [...groups]
            .filter(([key]) => !keys || keys.includes(key))
            .map(([key, points]) => ({
              run: id,
              key,
              steps: points.map((point) => point.step),
              epochs: points.map((point) => point.epoch),
              values: points.map((point) => point.value),
              times: points.map((point) => point.time),
              total: points.length,
              sampledEvery: 1,
            }));
        }),
      ),
    'runs.stopEarly': ({ id }) => {
      const run = runOf(id).summary;
      Object.assign(run, {
        status: 'finished',
        stoppedEarly: true,
        finishedAt: Date.now(),
      } satisfies Partial<TrainedRun>);
      const job = jobs.find((one) => one.id === run.job);
      if (job) Object.assign(job, { status: 'finished', finishedAt: Date.now() });
      emit({ type: 'changed', noun: 'runs' }, { type: 'jobs', jobs });
      return null;
    },
    'runs.rename': () => null,
    'runs.note': () => null,
    'runs.archive': () => null,
    'runs.import': () => ({ runs: [], added: 3, grown: 1, unchanged: 2, points: 4000, refused: [], remarks: [] }),
    'runs.predict': () => ({ path: '/home/ada/predictions.csv', count: 1459 }),
    'runs.export': ({ ids }) => ({
      path: '/home/ada/runs.jsonl',
      runs: ids.length,
      points: 4000,
      files: 1,
      bytes: 9000,
    }),
    'runs.log': () =>
      [
        '12:04:11 onnxruntime 1.30.0, CPU, 4 threads',
        '12:04:11 compiled the training step: 41 nodes, 206,922 parameters',
        ...[...Array(20)].map(
          (_, i) =>
            `12:04:${String(13 + i).padStart(2, '0')} epoch ${i + 1}: train loss ${(1.2 / (i + 1)).toFixed(4)}, validation loss ${(1.3 / (i + 1)).toFixed(4)}`,
        ),
      ].join('\n'),
    'runs.evaluate': async ({ id, split }): Promise<EvaluateResult> => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      const run = runOf(id).summary;
      const found = datasets.find((one) => one.detail.summary.id === run.dataset)!;
      const { classes, splits } = found.detail.version.manifest;
      const other = evaluationOf(run, split, splits[split]);
      if (other) return other;
      const rnd = random(id.length + split.length);
      const counts = classes.map((one, a) =>
        classes.map((_, p) => {
          const n = Math.round((one.count / found.detail.version.manifest.samples) * splits[split]);
          return a === p ? Math.round(n * (0.82 + rnd() * 0.17)) : rnd() < 0.4 ? Math.round(n * rnd() * 0.07) : 0;
        }),
      );
      return {
        samples: splits[split],
        metrics: { accuracy: 0.9134, loss: 0.2871, balanced_accuracy: 0.9012, macro_f1: 0.9077 },
        confusion: { classes: classes.map((one) => one.name), counts },
        errors: null,
      };
    },
    'runs.pictures': ({ id }) => pictureEpochs(runOf(id).summary),
    'runs.picture': ({ id, epoch }) => pictureOf(runOf(id).summary, epoch),
    'runs.predictionEpochs': ({ id }) => predictionEpochs(runOf(id).summary),
    'runs.predictions': ({ id, epoch }) => {
      const run = runOf(id).summary;
      const found = datasets.find((one) => one.detail.summary.id === run.dataset)!;
      return predictionsOf(run, found.detail.version.manifest.classes, epoch);
    },
    'runs.texts': ({ id }) => textEpochs(runOf(id).summary),
    'runs.text': ({ epoch }) => textOf(epoch),
    'studies.list': () => studies.map(({ detail }) => detail),
    'studies.get': ({ id }) => sendStudy(studyOf(id).detail),
    'studies.importance': ({ id }) => studyOf(id).importance,
    'studies.start': () => studies[0].detail.id,
    'studies.pause': ({ id }) => settle(id, 'paused', { code: 'by_person' }),
    'studies.resume': ({ id }) => settle(id, 'running', null),
    'studies.finish': ({ id }) => settle(id, 'finished', { code: 'stopped' }),
    'studies.rename': () => null,
    'studies.saveAs': () => ({ path: '/home/ada/study.csv' }),
    'prompts.list': () => prompts.map(({ summary }) => summary),
    'prompts.get': ({ id }) => promptOf(id),
    'prompts.create': () => prompts[0].summary.id,
    'prompts.undo': () => null,
    'prompts.redo': () => null,
    'prompts.edit': ({ id, text, changes, bench }) => {
      const typed = (text ?? '') + (changes?.made ?? []).map(({ inserted }) => inserted).join('');
      if (typed.includes('!')) throw new AtelierError('disk_full', 'The disk is full.');
      Object.assign(promptOf(id), text !== undefined && { text }, bench && { bench });
      return null;
    },
    'prompts.set': ({ id, ...change }) => {
      Object.assign(promptOf(id).summary, change);
      return null;
    },
    'prompts.save': ({ id }) => promptOf(id).summary.versions,
    'prompts.version': ({ id, number }) => {
      const { versions, text } = promptOf(id);
      return { ...versions.find((one) => one.number === number)!, text };
    },
    'prompts.annotate': () => null,
    'prompts.search': ({ text }) => promptHits(prompts[0], text),
    'prompts.restore': () => null,
    'prompts.check': ({ text }) => checkedHere(text),
    'documents.list': () => [documents.detail.summary],
    'documents.get': () => documents.detail,
    'documents.create': () => documents.detail.summary.id,
    'documents.rename': () => null,
    'documents.remove': () => null,
    'documents.removeOne': () => null,
    'documents.choose': () => null,
    'documents.add': () => newId('job'),
    'documents.setEncoder': () => null,
    'documents.embed': () => null,
    'documents.search': () => ({ passages: documents.found, lack: null }),
    'prompts.render': ({ text, model }) => ({
      text,
      tokens: 'remote' in model ? null : Math.ceil(text.length / 3),
      context: 'remote' in model ? null : 512,
      template: 'remote' in model ? null : false,
      bytes: 1_044_992,
      kind: kindOf(model),
      own:
        kindOf(model) === 'rewrites'
          ? translatorsOwn
          : text.includes('makers')
            ? { settings: { temperature: 0.6, topP: 0.9 }, leftOut: [] }
            : null,
      retrieved: null,
    }),
    'prompts.run': ({ id }) => promptOf(id).completions[0],
    'prompts.stop': () => null,
    'prompts.tokens': () => maskChoices,
    'prompts.import': () => null,
    'prompts.saveAs': () => null,
    'prompts.saveSuite': () => null,
    'grids.list': () => [grid],
    'grids.get': () => ({ summary: grid, names: ['who', 'thing', 'expected'] }),
    'grids.page': ({ offset, limit }) => gridPage(offset, limit),
    'grids.answer': ({ row, column }) => answer(row, column),
    'grids.chooseRows': () => null,
    'grids.create': () => grid.id,
    'grids.fill': () => newId('job'),
    'grids.set': () => null,
    'grids.rate': () => null,
    'grids.prefer': () => null,
    'grids.save': () => null,
    'grids.saveJudged': () => null,
    'grids.makeDataset': () => datasets[0].detail.summary.id,
    'evaluations.test': () => test,
    'evaluations.setTest': () => null,
    'evaluations.list': () => evaluations,
    'evaluations.get': ({ id }) => evaluations.find((one) => one.id === id)!,
    'evaluations.start': () => ({ grid: grid.id, job: newId('job') }),
    'evaluations.compare': () => comparison,
    'languageModels.list': () => [...models, ...remoteModels()],
    'remotes.get': () => remoteState,
    'remotes.enable': () => null,
    'remotes.put': ({ id }) => id ?? remoteState.endpoints[0].id,
    'remotes.remove': () => null,
    'remotes.setKey': () => 'session',
    'remotes.forgetKey': () => null,
    'remotes.agree': () => null,
    'remotes.models': () => remoteFound,
    'languageModels.add': () => null,
    'languageModels.ask': () => hubOffer,
    'languageModels.download': ({ name }) => work('download', name, 20, () => {}).id,
    'languageModels.remove': () => null,
    'languageModels.putBack': () => null,
    'exports.list': () => exports,
    'exports.start': ({ run }) =>
      work('export', runOf(run).summary.name, 3, (job) => {
        job.run = run;
        exports.unshift({ ...exports[0], id: newId('export'), run, createdAt: Date.now(), fileName: 'new-model.onnx' });
      }).id,
    'exports.use': ({ id }) => makeUse(exports.find((one) => one.id === id)!),
    'exports.reveal': () => null,
    'exports.saveAs': () => ({ path: '/home/ada/model.onnx' }),
    'jobs.list': () => jobs,
    'jobs.cancel': ({ id }) => {
      const job = jobs.find((one) => one.id === id);
      if (job) Object.assign(job, { status: 'cancelled', finishedAt: Date.now() });
      emit({ type: 'jobs', jobs });
      return null;
    },
    'jobs.log': () => 'reading adult.csv\nline 1204: 9 cells where the header has 13\nstep 214: loss NaN',
    'jobs.again': ({ id }) => work('import', jobs.find((job) => job.id === id)?.title ?? '', 2, () => undefined).id,
    'jobs.dismiss': ({ ids }) => {
      jobs = jobs.filter((job) => !ids.includes(job.id));
      return null;
    },
  };

  async function reply<T>(ask: () => T | Promise<T>): Promise<Reply<T>> {
    await new Promise((resolve) => setTimeout(resolve, 15));
    try {
      return { ok: true, value: structuredClone(await ask()) };
    } catch (error) {
      const code = error instanceof Failure ? error.code : 'internal';
      return { ok: false, error: { code, message: (error as Error).message, details: [] } };
    }
  }

  return {
    platform: 'linux',
    // As across processes: only what can be cloned goes through.
    invoke: (channel, input) => {
      const sent = structuredClone(input);
      return reply(() => (answers[channel] as (input: unknown) => never)(sent));
    },
    addDropped: () => reply(() => newId('job') as never),
    offerDropped: (files) =>
      reply(() => {
        if (files.some((file) => file.name.endsWith('.txt')))
          throw new Failure(
            'unsupported_type',
            'notes.txt is not a kind of file that can be imported. Drop a CSV, images or IDX files.',
          );
        if (files.every((file) => file.name.endsWith('.csv'))) return offer({ ...tableOffer, bytes: files[0].size });
        if (files.some((file) => file.name === 'lesions'))
          return offer({
            ...{ kind: 'image-folder', file: 'HAM_metadata.csv', sheet: null, suggestedName: 'lesions' },
            ...{ files: 10_015, folders: 7, bytes: 2_910_113_280, target: 'dx', referable: true },
            columns: ['dx', 'dx_type', 'sex', 'localization'],
            names: ['part_1/ISIC_0024306.jpg', 'part_1/ISIC_0024307.jpg', 'part_2/ISIC_0029306.jpg'],
            classTable: {
              ...{ files: ['HAM_metadata.csv'], column: 'dx', named: 'image_id', split: null },
              classes: ['akiec', 'bcc', 'bkl', 'df', 'mel', 'nv', 'vasc'],
            },
          });
        return offer({
          kind: 'image-folder',
          file: null,
          sheet: null,
          suggestedName: 'garden birds',
          files: 412,
          folders: 6,
          bytes: 88_213_400,
          columns: [],
          target: null,
          referable: true,
        });
      }),
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export { now };
