import { runJob } from './port/job-port.ts';
import { generate } from './work/generate/generate.ts';

runJob('generate', generate);
