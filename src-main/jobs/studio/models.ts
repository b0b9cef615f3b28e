import { basename } from 'node:path';
import { getVersion } from '../../db/datasets.ts';
import * as rows from '../../db/exports.ts';
import { getRun } from '../../db/runs.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { ExportId, RunId } from '../../shared/ids.ts';
import type { ModelUse } from '../../shared/model-use.ts';
import type { ExportRecord } from '../../shared/run.ts';
import type { EvaluateResult } from '../../shared/work/evaluate.ts';
import type { HubOffer } from '../../shared/work/hub.ts';
import type { PredictResult } from '../../shared/work/predict.ts';
import type { Context } from '../context.ts';
import { exportRun, type ExportRequest } from '../exports.ts';
import { evaluateParams, predictParams, trainedRun, type EvaluateRequest, type PredictRequest } from '../models.ts';
import { askHub, downloadModel, type Downloaded, type HubWish } from '../prompts/hub.ts';
import type { Reader } from '../reader.ts';
import type { SpawnUtility } from '../utility.ts';
import type { Started } from '../work.ts';

/** Models, of runs or in files: measured, used, given away, fetched. */
export class StudioModels {
  readonly #context: Context;
  readonly #spawn: SpawnUtility;
  readonly #reader: Reader;

  constructor(context: Context, spawn: SpawnUtility, reader: Reader) {
    this.#context = context;
    this.#spawn = spawn;
    this.#reader = reader;
  }

  evaluate(request: EvaluateRequest): Started<EvaluateResult> {
    const { store, queue } = this.#context;
    const params = evaluateParams(store, store.folder, request);
    return queue.submit({ kind: 'evaluate', params, ...this.#named(request.model) });
  }
  predict(request: PredictRequest): Started<PredictResult> {
    const { store, queue } = this.#context;
    const params = predictParams(store, store.folder, request);
    return queue.submit({ kind: 'predict', params, ...this.#named(request.model) });
  }

  export(request: ExportRequest): Started<ExportRecord> {
    return exportRun(this.#context, request);
  }
  listExports(run?: RunId): ExportRecord[] {
    return rows.listExports(this.#context.store, run);
  }
  getExport(id: ExportId): ExportRecord {
    return rows.getExport(this.#context.store, id);
  }

  /** What an exported file takes and gives, and programs that use it. Throws `no_such_export`, `model_unreadable`, `broken_model`. */
  use(id: ExportId): Promise<ModelUse> {
    const { store } = this.#context;
    const { path, fileName, run } = rows.getExport(store, id);
    const { manifest } = getVersion(store, trainedRun(store, run).version);
    return this.#reader.modelUse({ path, fileName, blobs: workspaceFiles.blobs(store.folder), manifest });
  }

  /** What a model of Hugging Face's hub is and how large, before anything of it is downloaded. */
  askHub(wish: HubWish): Promise<HubOffer> {
    return askHub(this.#spawn, wish);
  }
  /** Downloads it into the list of language models. */
  download(wish: HubWish): Started<Downloaded> {
    return downloadModel(this.#context, wish);
  }

  #named(model: EvaluateRequest['model']): { title: string; run?: RunId } {
    if ('run' in model) return { title: getRun(this.#context.store, model.run).name, run: model.run };
    return { title: basename(model.onnx) };
  }
}
