import { listRemoteModels } from '../remote/list-models.ts';
import { runJob } from './port/job-port.ts';

runJob('remote-models', (target, { signal }) => listRemoteModels(target, signal));
