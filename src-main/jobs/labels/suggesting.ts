import { getVersion } from '../../db/datasets.ts';
import type { Labelling } from '../../db/labellings.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LabellingId, VersionId } from '../../shared/ids.ts';
import {
  blank,
  type LabellingState,
  type LabelOutcome,
  type LabelRule,
  type SampleLabel,
  type Suggested,
} from '../../shared/labels.ts';
import type { Context } from '../context.ts';
import type { ModelRef } from '../models.ts';
import { unheard, type Started } from '../work.ts';
import type { Logs } from './logs.ts';
import type { LabelReader } from './opening.ts';
import { requireClasses, requireFirstPass, requireSamplesOf } from './requirements.ts';
import { checkedClasses, usedClasses, type GiveLabels } from './said.ts';
import { modelName, ruleCondition, suggestionsOf, suggestParams, todoIn, whoOf } from './suggest.ts';

interface Acts {
  give: GiveLabels;
  state(id: LabellingId): Promise<LabellingState>;
}

/** Classes that are suggested for whole samples: by a model, by a rule, or from the labels themselves. Never in a second pass, which is blind. */
export class Suggesting {
  readonly #context: Context;
  readonly #logs: Logs;
  readonly #reader: LabelReader;
  readonly #acts: Acts;

  constructor(context: Context, logs: Logs, reader: LabelReader, acts: Acts) {
    this.#context = context;
    this.#logs = logs;
    this.#reader = reader;
    this.#acts = acts;
  }

  /** For samples that nobody has looked at. Where the model knows classes that are not here, it suggests none of those. */
  async byModel(id: LabellingId, version: VersionId, model: ModelRef): Promise<Started<Suggested>> {
    const { store, queue } = this.#context;
    const log = this.#suggestible(id);
    requireSamplesOf(store, log, version);
    const todo = todoIn(await this.#acts.state(id));
    if (todo.length === 0)
      throw new AtelierError(
        'nothing_to_do',
        'Somebody has looked at every sample: there is none to suggest anything for.',
      );
    const { job, result } = queue.submit({
      kind: 'prelabel',
      title: modelName(store, model),
      dataset: log.dataset,
      params: suggestParams(store, version, model, todo, log.kind),
    });
    const given = result.then(async (found) => {
      const { labels, unknown } = suggestionsOf(found, usedClasses(this.#logs.classes(log)), log.kind);
      const outcome = await this.#acts.give(id, whoOf(model), labels);
      const { samples, entropy, margin, leastConfidence } = found;
      return { ...outcome, unknown, doubts: { samples, entropy, margin, leastConfidence } };
    });
    return { job, result: unheard(given) };
  }

  /** For the texts that a rule fits. */
  async byRule(id: LabellingId, version: VersionId, rule: LabelRule): Promise<LabelOutcome> {
    const { store } = this.#context;
    const log = this.#suggestible(id);
    requireSamplesOf(store, log, version);
    const classes = checkedClasses([rule.class], log.kind, this.#logs.classes(log));
    const { manifest } = getVersion(store, version);
    const found = await this.#reader.matching(workspaceFiles.blobs(store.folder), manifest, [ruleCondition(rule)]);
    const suggestion: SampleLabel = { ...blank, state: 'suggested', classes };
    return this.#acts.give(id, `rule:${rule.pattern}`, new Map(Array.from(found, (sample) => [sample, suggestion])));
  }

  /**
   * What follows from the labels, in the place of what followed before: see `LearntLabels`. `classes`: ids; those that show are given back, 0 for
   * none.
   */
  fromLabels(id: LabellingId, samples: Int32Array, classes: Int32Array, confidence: Float32Array): Int32Array {
    return this.#logs.startLearning(this.#suggestible(id)).replace(samples, classes, confidence);
  }

  #suggestible(id: LabellingId): Labelling {
    const log = this.#logs.get(id);
    requireClasses(log);
    requireFirstPass(log);
    return log;
  }
}
