import { runJob } from './port/job-port.ts';
import { provideCuda } from './work/provide-cuda.ts';

runJob('provider', provideCuda);
