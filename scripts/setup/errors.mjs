/** A set-up failure that a person can act on: what happened, and what to do. Shown without a stack. */
export class SetupError extends Error {
  constructor(message, { hint = '', detail = '' } = {}) {
    super(message);
    this.name = 'SetupError';
    this.hint = hint;
    this.detail = detail;
  }
}

const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR|fetch failed|network|socket hang up|certificate|Response code|E40[0-9]\b|E50[0-9]\b/i;

/** From a failed command's output: the addresses it could not reach, or [] when it failed for another reason. */
export function unreachableIn(output) {
  const text = String(output);
  if (!UNREACHABLE.test(text)) return [];
  const addresses = new Set();
  for (const line of text.split('\n')) {
    for (const [address] of line.matchAll(/https?:\/\/[^\s'"),]+/g)) {
      if (/docs\.|npmjs\.com\/(cli|package)|nodejs\.org\/api/.test(address)) continue;
      addresses.add(address.replace(/[.;:]+$/, ''));
    }
    const host = /(?:getaddrinfo|connect) \w+ ([\w.:-]+)/.exec(line)?.[1];
    if (host && ![...addresses].some((known) => known.includes(host))) addresses.add(host);
  }
  return [...addresses];
}
