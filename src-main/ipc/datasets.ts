import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';

type Noun =
  | 'datasets.list'
  | 'datasets.get'
  | 'datasets.rename'
  | 'datasets.archive'
  | 'datasets.samples'
  | 'datasets.stopSamples'
  | 'datasets.profile'
  | 'datasets.original'
  | 'datasets.sound'
  | 'datasets.revise'
  | 'datasets.previewSplit'
  | 'datasets.pick'
  | 'datasets.leaks'
  | 'recipes.steps'
  | 'recipes.preview';

export function datasetHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'datasets.list': () => desk.studio.listDatasets(),
    'datasets.get': ({ id, version }) => desk.studio.getDataset(id, version),
    'datasets.rename': ({ id, name }) => {
      desk.studio.renameDataset(id, name);
      return null;
    },
    'datasets.archive': ({ id, archived }) => {
      desk.studio.archiveDataset(id, archived);
      return null;
    },
    'datasets.samples': (query) => desk.studio.samples(query),
    'datasets.original': ({ version, sample }) => desk.studio.original(version, sample),
    'datasets.sound': ({ version, sample }) => desk.studio.sound(version, sample),
    'datasets.stopSamples': ({ version }) => desk.studio.stopSamples(version),
    'datasets.profile': ({ version }) => desk.studio.profile(version),
    'datasets.revise': (request) => desk.studio.revise(request).job,
    'recipes.steps': () => desk.studio.recipeSteps,
    'recipes.preview': ({ version, recipe, at }) => desk.studio.previewRecipe(version, recipe, at),
    'datasets.pick': ({ version, samples }) => desk.studio.pick(version, samples),
    'datasets.leaks': ({ version, ...question }) => desk.studio.checkLeaks(version, question).result,
    'datasets.previewSplit': ({ version, split }) => desk.studio.previewSplit(version, split),
  };
}
