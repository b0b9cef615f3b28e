import { runJob } from './port/job-port.ts';
import { scoreObjects } from './work/score-objects.ts';

runJob('score', scoreObjects);
