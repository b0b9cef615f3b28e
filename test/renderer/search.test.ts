import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { planStudy } from '../../src-main/jobs/studies/study-plan.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import { newId } from '../../src-main/shared/ids.ts';
import { SearchWish } from '../../src-renderer/features/train/search-wish.svelte.ts';
import type { FormField } from '../../src-renderer/features/train/form-fields.ts';
import { TrainForm } from '../../src-renderer/features/train/train.svelte.ts';
import { Tuning } from '../../src-renderer/features/train/tuning.svelte.ts';
import { sampleManifest } from '../support/temp-workspace.ts';
import { fakeBridge } from './fake-bridge.ts';

const images: Manifest = sampleManifest({
  kind: 'images',
  columns: [],
  target: null,
  image: { height: 28, width: 28, channels: 1 },
});
const text = { name: 'review', type: 'text', role: 'feature', missing: 0, distinct: 6 } as const;
const texts: Manifest = sampleManifest({ columns: [text, ...sampleManifest().columns.slice(1)] });

async function open(manifest: Manifest): Promise<TrainForm> {
  const detail = { summary: { id: newId('dataset') }, version: { id: newId('version'), manifest } };
  const form = new TrainForm(fakeBridge({ 'architectures.list': () => architectures, 'datasets.get': () => detail }));
  await form.load();
  await form.open(newId('dataset'));
  return form;
}
const field = (form: TrainForm, key: string): FormField => form.fields.find((one) => one.field.key === key)!;
const planned = (form: TrainForm, tuning: Tuning, wish: Record<string, unknown> = {}) =>
  planStudy(tuning.study(form, wish), { manifest: form.detail!.version.manifest, architectures }).plan;

/** Of how a run is done, and of nothing that it learns. */
const notSearched = ['seed', 'device', 'threads', 'keepBest', 'keepEvery', 'norms', 'precision'];

describe('"tune this"', () => {
  it.each([
    ['tables', sampleManifest()],
    ['images', images],
    ['texts', texts],
  ])('stands beside every setting of every net for %s, with a range that a study takes', async (_, manifest) => {
    const form = await open(manifest);
    const nets = form.groups.flatMap(({ architectures: all }) => all);
    expect(nets.length).toBeGreaterThan(2);
    for (const net of nets) {
      form.choose(net.id);
      for (const one of form.fields) {
        const tuning = new Tuning();
        const name = `${net.id} ${one.field.key}`;
        const single = one.field.kind === 'choice' && one.field.choices.length < 2;
        expect([name, tuning.can(one)]).toEqual([name, !notSearched.includes(one.field.key) && !single]);
        if (!tuning.can(one)) continue;
        tuning.begin(one);
        expect([name, tuning.range(one)]).not.toEqual([name, null]);
        // What has no result that could get better is not searched.
        if (net.learns === 'generation') continue;
        expect(Object.keys(planned(form, tuning).space), name).toHaveLength(1);
      }
    }
  });

  it('tries first what the form says, holds the rest, and searches a setting only where its condition holds', async () => {
    const form = await open(images);
    form.choose('cnn');
    form.type(field(form, 'epochs'), '3');
    const tuning = new Tuning();
    for (const key of ['learningRate', 'optimizer', 'weightDecay']) tuning.begin(field(form, key));
    const [decay, optimizer] = [field(form, 'weightDecay'), field(form, 'optimizer')];
    const choices = tuning.conditions(decay, form.fields);
    expect(choices.every(({ other }) => other.field.key === 'optimizer')).toBe(true);
    tuning.setCondition(
      decay,
      form.fields,
      choices.find(({ value }) => value === 'adamw')!,
    );
    expect(tuning.condition(decay, form.fields)?.value).toBe('adamw');
    // What depends on another one is itself none to depend on.
    tuning.begin(field(form, 'augment.flip'));
    expect(tuning.conditions(optimizer, form.fields)).toEqual([]);
    const study = tuning.study(form, {})!;
    expect(study.start).toEqual([{ lr: undefined, learningRate: 0.001, optimizer: 'adam', 'augment.flip': 0 }]);
    const { space, settings } = planned(form, tuning);
    expect(space.weight_decay).toMatchObject({ when: { optimizer: 'adamw' } });
    expect(settings).toMatchObject({ architecture: 'cnn', epochs: 3 });
    expect(settings).not.toHaveProperty('lr');
    // Back to one value: nothing can depend on it any more.
    tuning.end(optimizer);
    expect(tuning.condition(decay, form.fields)).toBeNull();
  });

  it('tries other nets beside, and this one’s own settings only with it', async () => {
    const form = await open(images);
    form.choose('cnn');
    const tuning = new Tuning();
    for (const key of ['learningRate', 'dropout']) tuning.begin(field(form, key));
    tuning.nets.add('mlp').add('cnn').add('gpt');
    expect(tuning.others(form)).toEqual(['mlp']);
    const { space, settings } = planned(form, tuning);
    expect(space.architecture).toMatchObject({ choices: ['cnn', 'mlp'] });
    expect(space['dropout'] ?? space['set.dropout']).toMatchObject({ when: { architecture: 'cnn' } });
    expect(space.lr).not.toHaveProperty('when');
    expect(settings).not.toHaveProperty('architecture');
  });
});

describe('what a search is to find', () => {
  it('goes by one metric or several, within limits, until something ends it', async () => {
    const form = await open(images);
    form.choose('cnn');
    const tuning = new Tuning();
    tuning.begin(field(form, 'learningRate'));
    const wish = new SearchWish();
    const known = wish.known('classification', ['lr']);
    expect(wish.goals(known)).toEqual(['validation/accuracy']);
    expect(wish.said(known)).toMatchObject({ metrics: ['validation/accuracy'], pruner: 'median', trials: 30 });
    wish.addGoal(known);
    wish.addLimit(known);
    expect(wish.isWrong).toBe(true);
    wish.limits[0].typed = '1,5';
    wish.limits.push({ metric: 'export/latency_ms', most: true, typed: '2' });
    wish.budget.trials = '';
    expect(wish.ends).toBe(false);
    wish.budget.withoutBetter = '12';
    wish.budget.minutes = '0,5';
    expect([wish.ends, wish.isWrong]).toEqual([true, false]);
    const said = wish.said(known);
    expect(said).toEqual({
      metrics: ['validation/accuracy', 'export/size_bytes'],
      limits: ['export/size_bytes <= 1500', 'export/latency_ms <= 2'],
      sampler: 'auto',
      pruner: 'none',
      timeout: 30,
      until_no_better: 12,
      workers: 1,
    });
    expect(planned(form, tuning, said)).toMatchObject({ directions: ['maximize', 'minimize'] });
    wish.removeGoal(known, 1);
    wish.setGoal(known, 0, 'validation/f1');
    expect(wish.goals(known)).toEqual(['validation/f1']);
    for (const wrong of ['0', 'x', '1.5', '20000']) {
      wish.budget.withoutBetter = wrong;
      expect([wrong, wish.isWrong]).toEqual([wrong, true]);
    }
  });

  it('does not go by the loss where that is another one from trial to trial', () => {
    const wish = new SearchWish();
    expect(wish.known('regression', ['huber_delta'])).not.toContain('validation/loss');
    expect(wish.known('regression', ['lr'])).toContain('validation/loss');
    expect(wish.known('language', ['lr'])).not.toContain('export/size_bytes');
  });
});
