import { runJob } from './port/job-port.ts';
import { learnFew } from './work/few-shot/learn.ts';

runJob('few-shot', learnFew);
