import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';

type Noun = 'queue.get' | 'queue.hold' | 'jobs.list' | 'jobs.cancel' | 'jobs.again' | 'jobs.log' | 'jobs.dismiss';

export function jobHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'jobs.list': () => desk.studio.jobs.list(),
    'jobs.cancel': ({ id }) => {
      desk.studio.jobs.cancel(id);
      return null;
    },
    'jobs.again': ({ id }) => desk.studio.jobs.again(id),
    'queue.get': () => desk.studio.jobs.queue,
    'queue.hold': ({ held }) => {
      desk.studio.jobs.hold(held);
      return null;
    },
    'jobs.log': ({ id }) => desk.studio.jobs.log(id),
    'jobs.dismiss': ({ ids }) => {
      desk.studio.jobs.dismiss(ids);
      return null;
    },
  };
}
