/** How good probabilities are, by samples whose class is known. `probabilities` are row-major, samples × classes; no label is -1. */

/**
 * The share of samples whose class is among the k likeliest. Of equally likely ones the later class counts as likelier, as
 * scikit-learn's `top_k_accuracy_score` has it.
 */
export function topKAccuracy(
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
  k: number,
): number {
  let [hits, counted] = [0, 0];
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] < 0) continue;
    counted++;
    const own = probabilities[i * classes + actual[i]];
    let before = 0;
    for (let c = 0; c < classes; c++) {
      const other = probabilities[i * classes + c];
      if (other > own || (other === own && c > actual[i])) before++;
    }
    if (before < k) hits++;
  }
  return counted === 0 ? NaN : hits / counted;
}

/**
 * Mean squared difference from the truth: of two classes that of the second one's probability (Brier's score as scikit-learn has
 * it, 0 … 1), of more the sum over all of them (Brier's own form, 0 … 2).
 */
export function brierScore(probabilities: ArrayLike<number>, actual: ArrayLike<number>, classes: number): number {
  let [sum, counted] = [0, 0];
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] < 0) continue;
    counted++;
    for (let c = classes === 2 ? 1 : 0; c < classes; c++) {
      sum += (probabilities[i * classes + c] - (actual[i] === c ? 1 : 0)) ** 2;
    }
  }
  return counted === 0 ? NaN : sum / counted;
}
