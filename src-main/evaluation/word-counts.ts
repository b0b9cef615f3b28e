/** What the words of all other texts say of the class of one. */

const pausedEvery = 256;

/**
 * Naive Bayes on which tokens a text has, each counted once (McCallum and Nigam, "A Comparison of Event Models for Naive Bayes Text Classification",
 * AAAI workshop 1998), with one of each beforehand. A text's own tokens are taken out of the counts that it is judged by, so none speaks for itself.
 * `tokens`: texts × length. What fills texts up, and any token that every text has, says nothing and does no harm.
 * Returns asked × classes, rows that sum to 1.
 */
export async function classesByWords(
  tokens: Int32Array,
  length: number,
  { labels, asked, classes }: { labels: Int32Array; asked: Int32Array; classes: number },
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const wordsOf = (text: number): Set<number> => new Set(tokens.subarray(text * length, (text + 1) * length));
  const counts = new Map<number, Float64Array>();
  const texts = new Float64Array(classes);
  const words = new Float64Array(classes);
  for (const [text, label] of labels.entries()) {
    texts[label]++;
    for (const token of wordsOf(text)) {
      let count = counts.get(token);
      if (!count) counts.set(token, (count = new Float64Array(classes)));
      count[label]++;
      words[label]++;
    }
    if (text % pausedEvery === 0) await pause();
  }
  const found = new Float32Array(asked.length * classes);
  const logs = new Float64Array(classes);
  for (const [i, text] of asked.entries()) {
    const own = wordsOf(text);
    for (let k = 0; k < classes; k++) {
      const itself = labels[text] === k ? 1 : 0;
      const all = Math.log(words[k] - itself * own.size + counts.size);
      logs[k] = Math.log(texts[k] - itself + 1);
      for (const token of own) logs[k] += Math.log(counts.get(token)![k] - itself + 1) - all;
    }
    const most = Math.max(...logs);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += logs[k] = Math.exp(logs[k] - most);
    for (let k = 0; k < classes; k++) found[i * classes + k] = logs[k] / sum;
    if (i % pausedEvery === 0) await pause();
  }
  return found;
}
