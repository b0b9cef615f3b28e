import { writeFileSync } from 'node:fs';
import { getStudy } from '../db/studies.ts';
import { resolveStudy } from '../jobs/resolve.ts';
import { importanceOf, studyDetail } from '../jobs/studies/study-facts.ts';
import { reportHtml } from '../shared/chart/report-html.ts';
import { reportMarkdown } from '../shared/chart/report-markdown.ts';
import { AtelierError } from '../shared/errors.ts';
import { studyAdvice } from '../shared/study-plots/advice.ts';
import type { StudyImportance } from '../shared/study.ts';
import type { Session } from './context.ts';
import { adviceText, summaryReport } from './study-summary.ts';

/** Trials below which importance would be a guess. */
const leastTrials = 4;

/** Writes what was searched, what was best, what mattered and what to try next; without a file it is printed. */
export async function reportStudy(session: Session, text: string, out: string | undefined): Promise<void> {
  const path = out === undefined ? null : session.path(out);
  const format = path === null || /\.md$/i.test(path) ? 'markdown' : /\.html?$/i.test(path) ? 'html' : null;
  if (!format) throw new AtelierError('bad_arguments', `${path} must end in .html or .md.`);
  await session.read(async (store) => {
    const study = studyDetail(store, getStudy(store, resolveStudy(store, text)));
    const importance: StudyImportance[] =
      study.counts.complete < leastTrials ? [] : await importanceOf(store, study.id);
    const report = summaryReport(study, importance);
    const written = format === 'html' ? reportHtml(report) : reportMarkdown(report);
    if (path !== null) {
      try {
        writeFileSync(path, written);
      } catch (error) {
        throw new AtelierError('not_writable', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
      }
    }
    const advice = studyAdvice(study, importance[0] ?? null);
    session.out.record({
      study: study.id,
      best: study.best && { trial: study.best.number, values: study.best.values, params: study.best.params },
      importance: Object.fromEntries(importance.map(({ metric, shares }) => [metric, shares])),
      next: advice.map((each) => ({ ...each, text: adviceText(each) })),
      path,
    });
    session.out.text(path === null ? written : `Wrote ${path}`);
  });
}
