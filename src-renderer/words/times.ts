const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

const cache = new Map<string, unknown>();
/** Making a format costs a hundred times what using it does. */
function kept<T>(key: string, make: () => T): T {
  let found = cache.get(key);
  if (found === undefined) cache.set(key, (found = make()));
  return found as T;
}

/** "3 minutes ago", "yesterday"; the date itself once it is over a week past. */
export function ago(then: number, now: number, locale: string): string {
  const seconds = (then - now) / 1000;
  if (seconds < -7 * 86_400) {
    const sameYear = new Date(then).getFullYear() === new Date(now).getFullYear();
    const day = kept(
      `${locale} day ${sameYear}`,
      () =>
        new Intl.DateTimeFormat(locale, {
          month: 'short',
          day: 'numeric',
          ...(sameYear ? {} : { year: 'numeric' }),
        }),
    );
    return spaced(day.format(then));
  }
  const relative = kept(
    `${locale} ago`,
    () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }),
  );
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return spaced(relative.format(Math.trunc(seconds / size), unit));
  }
  return spaced(relative.format(0, 'second'));
}

/** Half a space between Han and digits. */
function spaced(text: string): string {
  return text.replace(/(\d)(?=\p{Script=Han})/gu, '$1 ').replace(/(\p{Script=Han})(?=\d)/gu, '$1 ');
}

export function moment(then: number, locale: string): string {
  return kept(
    `${locale} moment`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }),
  ).format(then);
}
