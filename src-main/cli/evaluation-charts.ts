import {
  classScoresCsv,
  histogramChart,
  precisionRecallChart,
  reliabilityChart,
  residualChart,
  rocChart,
  type EvaluationChart,
  type EvaluationLook,
} from '../shared/chart/evaluation-charts.ts';
import { figureSvg } from '../shared/chart/figure-svg.ts';
import { confusionCsv, confusionSvg } from '../shared/chart/matrix-svg.ts';
import { printed } from '../shared/chart/svg.ts';
import type { EvaluateResult } from '../shared/work/evaluate.ts';
import type { ChartFiles } from './chart-files.ts';
import { printedColour } from './compare-report.ts';
import { count } from './format.ts';
import { word } from './words.ts';

const figure = (value: number): string => String(Number(value.toPrecision(3)));

const look: EvaluationLook = {
  words: {
    roc: word('roc_title'),
    falsePositiveRate: word('roc_x'),
    truePositiveRate: word('roc_y'),
    precisionRecall: word('pr_title'),
    recall: word('metric_recall'),
    precision: word('metric_precision'),
    reliability: word('calibration_diagram'),
    confidence: word('calibration_x'),
    accuracy: word('calibration_y'),
    residuals: word('residuals_along'),
    residual: word('residuals_axis'),
    predicted: word('predicted'),
    samples: word('errors_axis_samples'),
  },
  share: figure,
  number: figure,
  colour: printedColour,
  faint: printed.faint,
  mark: printedColour(1),
};

/** What the window draws of an evaluation: curves of all classes in one chart, and each with its values. */
export function evaluationCharts({ samples, confusion, errors, report }: EvaluateResult): ChartFiles[] {
  const detail = report?.detail;
  return [
    ...(confusion
      ? [
          {
            name: 'confusion',
            svg: confusionSvg({
              ...{ title: word('confusion'), ...confusion },
              ...{ actual: word('actual'), predicted: word('predicted'), format: count },
            }),
            csv: confusionCsv(confusion),
          },
        ]
      : []),
    ...(detail && detail.kind !== 'regression'
      ? [
          { name: 'classes', csv: classScoresCsv(detail) },
          drawn('roc', rocChart(detail.curves, look)),
          drawn(
            'precision-recall',
            precisionRecallChart(
              detail.curves,
              detail.curves.map(
                ({ name }) => (detail.perClass.find((one) => one.name === name)?.support ?? 0) / samples,
              ),
              look,
            ),
          ),
        ]
      : []),
    ...(detail?.kind === 'classification'
      ? [
          drawn('reliability', reliabilityChart(detail.calibration, look)),
          ...(detail.scaled ? [drawn('reliability-with-temperature', reliabilityChart(detail.scaled, look))] : []),
        ]
      : []),
    ...(detail?.kind === 'regression'
      ? [
          drawn('residuals', residualChart(detail, look)),
          drawn(
            'residual-histogram',
            histogramChart(detail.residuals, word('residuals_title'), word('residuals_axis'), look),
          ),
        ]
      : []),
    ...(errors
      ? [drawn('errors', histogramChart(errors.histogram, word('errors_title'), word('errors_axis'), look))]
      : []),
  ];
}

const drawn = (name: string, { figure, csv }: EvaluationChart): ChartFiles => ({
  name,
  svg: figureSvg({ ...figure, width: 640, height: 480 }),
  csv,
});
