import { runJob } from './port/job-port.ts';
import { judgeQuality } from './work/judge-quality.ts';

runJob('quality', judgeQuality);
