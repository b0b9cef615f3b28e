import { CurvePacker, type PackedCurves } from '../../src-main/shared/packed-curves.ts';
import type { MetricSeries } from '../../src-main/shared/run.ts';

/** Curves as the main process sends them. */
export function packed(curves: Iterable<MetricSeries>): PackedCurves {
  const packer = new CurvePacker();
  for (const curve of curves) packer.add(curve);
  return packer.end();
}
