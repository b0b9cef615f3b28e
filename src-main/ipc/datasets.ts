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
  | 'datasets.revise';

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
    'datasets.stopSamples': ({ version }) => desk.studio.stopSamples(version),
    'datasets.profile': ({ version }) => desk.studio.profile(version),
    'datasets.revise': (request) => desk.studio.revise(request).job,
  };
}
