// Run as a process of its own. Each job on stdin: a study file, records to open it from, and what further trials are told; the answer is
// what they were asked.
import { text } from 'node:stream/consumers';
import { parseStudy } from '../../src-main/search/study-file.ts';
import { Study } from '../../src-main/search/study.ts';
import type { TrialRecord } from '../../src-main/search/trial.ts';

interface Job {
  file: unknown;
  records: TrialRecord[];
  told: number[];
}

const jobs = JSON.parse(await text(process.stdin)) as Job[];
const answers = jobs.map(({ file, records, told }) => {
  const study = new Study(parseStudy(file), records);
  return told.map((value) => {
    const { number, params } = study.ask()!;
    study.tell(number, value);
    return params;
  });
});
process.stdout.write(JSON.stringify(answers));
