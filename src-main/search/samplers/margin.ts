import { normalMass, normalQuantile } from '../math/normal.ts';
import type { Dimension } from '../space/parameter.ts';
import type { Cma } from './cma.ts';

/**
 * Keeps discrete coordinates alive: the distribution leaves the cell of its mean with at least probability α = 1/(nλ), by a wider or
 * shifted marginal, else it would freeze in one cell (Hamano et al., "CMA-ES with Margin", GECCO 2022, whose steps these are).
 */
export function keepMargin(cma: Cma, dimensions: readonly Dimension[]): void {
  const alpha = 1 / (cma.n * cma.lambda);
  dimensions.forEach((dimension, i) => {
    if (dimension.continuous) return;
    const mean = (cma.mean[i] = Math.min(1, Math.max(0, cma.mean[i])));
    const deviation = cma.deviation(i);
    const level = dimension.level(mean);
    const [low, high] = [dimension.edge(level), dimension.edge(level + 1)];
    if (level === 0 || level === dimension.levels - 1) {
      // At an end there is one way out: its edge must not lie too far away.
      const edge = level === 0 ? high : low;
      const reach = deviation * normalQuantile(1 - alpha);
      cma.mean[i] = edge + Math.sign(mean - edge) * Math.min(Math.abs(mean - edge), reach);
      return;
    }
    const below = normalMass(-Infinity, (low - mean) / deviation);
    const above = normalMass((high - mean) / deviation, Infinity);
    if (below >= alpha / 2 && above >= alpha / 2) return;
    const [wantBelow, wantAbove] = [Math.max(below, alpha / 2), Math.max(above, alpha / 2)];
    const inside = 1 - below - above;
    const spare = (1 - wantBelow - wantAbove - inside) / (wantBelow + wantAbove + inside - 1.5 * alpha);
    const down = normalQuantile(1 - wantBelow - spare * (wantBelow - alpha / 2));
    const up = normalQuantile(1 - wantAbove - spare * (wantAbove - alpha / 2));
    cma.stretch[i] *= (high - low) / (down + up) / deviation;
    cma.mean[i] = (low * up + high * down) / (down + up);
  });
}
