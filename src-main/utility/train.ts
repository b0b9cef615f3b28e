import { runJob } from './job-port.ts';
import { trainRun } from './work/train-run.ts';

runJob('train', trainRun);
