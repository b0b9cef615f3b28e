import { runJob } from './port/job-port.ts';
import { trainRun } from './work/train-run.ts';

runJob('train', trainRun);
