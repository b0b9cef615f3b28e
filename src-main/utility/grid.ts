import { runJob } from './port/job-port.ts';
import { fillGrid } from './work/generate/grid.ts';

runJob('grid', fillGrid);
