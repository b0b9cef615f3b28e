import { runJob } from './port/job-port.ts';
import { evaluateModel } from './work/evaluate-model.ts';

runJob('evaluate', evaluateModel);
