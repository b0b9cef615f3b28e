import { basename } from 'node:path';
import * as rows from '../../db/exports.ts';
import { getRun } from '../../db/runs.ts';
import type { ExportId, RunId } from '../../shared/ids.ts';
import type { ExportRecord } from '../../shared/run.ts';
import type { EvaluateResult } from '../../shared/work/evaluate.ts';
import type { HubOffer } from '../../shared/work/hub.ts';
import type { PredictResult } from '../../shared/work/predict.ts';
import type { Context } from '../context.ts';
import { exportRun, type ExportRequest } from '../exports.ts';
import { evaluateParams, predictParams, type EvaluateRequest, type PredictRequest } from '../models.ts';
import { askHub, downloadModel, type Downloaded, type HubWish } from '../prompts/hub.ts';
import type { SpawnUtility } from '../utility.ts';
import type { Started } from '../work.ts';

/** Models, of runs or in files: measured, used, given away, fetched. */
export class StudioModels {
  readonly #context: Context;
  readonly #spawn: SpawnUtility;

  constructor(context: Context, spawn: SpawnUtility) {
    this.#context = context;
    this.#spawn = spawn;
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
