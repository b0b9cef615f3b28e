import type { EvaluationLook } from '../../../src-main/shared/chart/evaluation-charts.ts';
import { categoryColour } from '../../charts/colours.ts';
import { preferences } from '../../state/preferences.svelte.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';

/** @param target what a regression predicts */
export const evaluationLook = (target = ''): EvaluationLook => ({
  words: {
    roc: m.roc_title(),
    falsePositiveRate: m.roc_x(),
    truePositiveRate: m.roc_y(),
    precisionRecall: m.pr_title(),
    recall: m.metric_recall(),
    precision: m.metric_precision(),
    reliability: m.calibration_diagram(),
    confidence: m.calibration_x(),
    accuracy: m.calibration_y(),
    residuals: m.residuals_along(),
    residual: m.residuals_axis(),
    predicted: m.residuals_predicted({ name: target }),
    samples: m.errors_axis_samples(),
  },
  share: (value) => format.figure(value, 2),
  number: (value) => format.compact(value),
  colour: (n) => categoryColour(n, preferences.dark),
  faint: 'var(--text-faint)',
  mark: 'var(--category-1)',
});
