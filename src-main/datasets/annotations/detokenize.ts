const joinsLeft = /^([.,:;!?%)\]}»”…]+|['’](s|S|m|d|re|ve|ll|t)|n['’]t|N['’]T|''|-(LRB|RRB)-)$/;
const joinsRight = /^([([{«“$£€#@]|``)$/;
/** Written without spaces between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\u3000-\u303f\uff00-\uffef]/u;

/**
 * A sentence as people would write it, from its tokens, and where each token lies in it: start and end, one after another. Which blanks there
 * were nobody knows any more; but the tokens stand in it whole and in order, so that nothing said of them is lost.
 */
export function detokenize(tokens: readonly string[]): { text: string; offsets: number[] } {
  let text = '';
  const offsets: number[] = [];
  let quoted = false;
  let glued = true;
  for (const token of tokens) {
    const closing = token === '"' && quoted;
    const wide = unspaced.test(text.slice(-1)) && unspaced.test(token[0] ?? '');
    if (!glued && !closing && !wide && !joinsLeft.test(token)) text += ' ';
    offsets.push(text.length, text.length + token.length);
    text += token;
    if (token === '"') quoted = !quoted;
    glued = joinsRight.test(token) || (token === '"' && quoted);
  }
  return { text, offsets };
}
