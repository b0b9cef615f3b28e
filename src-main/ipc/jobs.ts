import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';

type Noun = 'queue.get' | 'queue.hold' | 'jobs.list' | 'jobs.cancel' | 'jobs.again' | 'jobs.log' | 'jobs.dismiss';

export function jobHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'jobs.list': () => desk.studio.listJobs(),
    'jobs.cancel': ({ id }) => {
      desk.studio.cancelJob(id);
      return null;
    },
    'jobs.again': ({ id }) => desk.studio.again(id),
    'queue.get': () => desk.studio.queue,
    'queue.hold': ({ held }) => {
      desk.studio.holdQueue(held);
      return null;
    },
    'jobs.log': ({ id }) => desk.studio.jobLog(id),
    'jobs.dismiss': ({ ids }) => {
      desk.studio.dismissJobs(ids);
      return null;
    },
  };
}
