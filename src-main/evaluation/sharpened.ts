const sharpnesses = [1, 2, 4, 6, 8, 12, 16];

/** Scores, samples × classes, as probabilities by which the labels are likeliest, had their odds all to be made sharper alike. */
export function sharpened(scores: Float32Array, labels: Int32Array, classes: number): Float32Array {
  let best = softmax(scores, sharpnesses[0], labels, classes);
  for (const sharpness of sharpnesses.slice(1)) {
    const found = softmax(scores, sharpness, labels, classes);
    if (found.likelihood > best.likelihood) best = found;
  }
  return best.probabilities;
}

function softmax(
  scores: Float32Array,
  sharpness: number,
  labels: Int32Array,
  classes: number,
): { likelihood: number; probabilities: Float32Array } {
  const probabilities = new Float32Array(scores.length);
  let likelihood = 0;
  labels.forEach((label, i) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      sum += probabilities[i * classes + c] = Math.exp(sharpness * Math.max(-3, Math.min(3, scores[i * classes + c])));
    }
    for (let c = 0; c < classes; c++) probabilities[i * classes + c] /= sum;
    // A wrong label is as unlikely as this at the least: single ones must not decide how sharp the rest is.
    likelihood += Math.log(0.95 * probabilities[i * classes + label] + 0.05 / classes);
  });
  return { likelihood, probabilities };
}
