import { relink } from '../datasets/originals/relink.ts';
import { runJob } from './port/job-port.ts';

runJob('relink', relink);
