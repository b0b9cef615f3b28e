import { bringTogether } from '../datasets/leaks/together.ts';
import { reviseDataset } from '../datasets/revise.ts';
import { runJob } from './port/job-port.ts';

runJob('revise', (params, context) =>
  params.together
    ? bringTogether(params.blobs, params.manifest, params.together, context)
    : reviseDataset(params, context.signal),
);
