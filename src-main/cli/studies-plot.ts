import { getStudy } from '../db/studies.ts';
import { resolveStudy } from '../jobs/resolve.ts';
import { studyDetail } from '../jobs/studies/study-facts.ts';
import { AtelierError } from '../shared/errors.ts';
import { studyPlotKinds, studyPlotRows, type StudyPlotKind } from '../shared/study-plots/rows.ts';
import type { CommonOptions, Session } from './context.ts';
import { table } from './format.ts';

export interface PlotOptions extends CommonOptions {
  plot?: string;
  metric?: string;
  x?: string;
  y?: string;
}

/** Prints what a plot of a study draws, a record a line. */
export async function plotStudy(session: Session, text: string, { plot, metric, x, y }: PlotOptions): Promise<void> {
  if (!studyPlotKinds.includes(plot as StudyPlotKind))
    throw new AtelierError('bad_arguments', `--plot is "${plot}"; choose one of ${studyPlotKinds.join(', ')}.`);
  const kind = plot as StudyPlotKind;
  await session.read((store) => {
    const study = studyDetail(store, getStudy(store, resolveStudy(store, text)));
    const { metrics, space } = study.plan;
    const objective = metric === undefined ? 0 : metrics.indexOf(metric);
    if (objective < 0) {
      throw new AtelierError(
        'no_such_metric',
        `The study does not search for "${metric}"; it does for ${metrics.join(', ')}.`,
      );
    }
    const names = Object.keys(space);
    const across = x ?? names.find((name) => name !== y) ?? '';
    const up = y ?? names.find((name) => name !== across) ?? across;
    const rows = studyPlotRows(kind, study, { objective, x: across, y: up });
    for (const row of rows)
      session.out.record(kind === 'contour' || kind === 'rank' ? { x_name: across, y_name: up, ...row } : row);
    if (rows.length === 0) return session.out.text('There is nothing to draw yet.');
    const head = Object.keys(rows[0]);
    const cell = (value: unknown) =>
      value === null || value === undefined
        ? '–'
        : typeof value === 'number'
          ? String(Number(value.toPrecision(6)))
          : String(value);
    session.out.text(
      table([head.map((name) => name.toUpperCase()), ...rows.map((row) => head.map((name) => cell(row[name])))]),
    );
  });
}
