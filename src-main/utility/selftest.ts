import { runJob } from './port/job-port.ts';
import { selfTest } from './work/self-test.ts';

runJob('selftest', selfTest);
