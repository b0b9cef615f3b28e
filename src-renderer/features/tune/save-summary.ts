import { reportHtml } from '../../../src-main/shared/chart/report-html.ts';
import { reportMarkdown } from '../../../src-main/shared/chart/report-markdown.ts';
import type { StudyDetail } from '../../../src-main/shared/study.ts';
import { saveTextAs } from '../../charts/save-as.ts';
import { studies } from '../../state/studies.svelte.ts';
import type { MenuItem } from '../../ui/Menu.svelte';
import { summaryOf } from './summary.ts';

/** A written summary of the study that is looked at, as one page or as Markdown. */
export function summaryItems(study: StudyDetail): MenuItem[] {
  const report = () => summaryOf(study, studies.importance.value ?? []);
  return [
    {
      label: 'HTML',
      testid: 'summary-html',
      run: () => saveTextAs(reportHtml(report()), 'text/html', study.name, 'html'),
    },
    {
      label: 'Markdown',
      testid: 'summary-markdown',
      run: () => saveTextAs(reportMarkdown(report()), 'text/markdown', study.name, 'md'),
    },
  ];
}
