import { checkLeaks } from '../datasets/leaks/check.ts';
import { runJob } from './port/job-port.ts';

runJob(
  'leaks',
  async ({ blobs, manifest, question }, context) => (await checkLeaks(blobs, manifest, question, context)).report,
);
