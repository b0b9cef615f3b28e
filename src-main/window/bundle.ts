import { join, normalize, sep } from 'node:path';

/** The window's own origin: no file:// rights, a real CSP header, code cache. */
export const origin = 'app://bundle';

/** What the page may load: itself. Nothing is fetched from anywhere, no code is made from strings. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The file a URL names, or null when it is another host or climbs out of the folder. */
export function resolveInside(folder: string, url: string): string | null {
  let path: string;
  try {
    const parsed = new URL(url);
    if (parsed.protocol !== 'app:' || parsed.host !== 'bundle') return null;
    path = decodeURIComponent(parsed.pathname);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const file = normalize(join(folder, path === '/' ? 'index.html' : path));
  return file.startsWith(folder + sep) ? file : null;
}

/** Whether a URL is part of the window's own bundle. */
export function isOwn(url: string): boolean {
  return url === origin || url.startsWith(`${origin}/`);
}

/** Whether a URL stands for bytes that the window's own page holds. */
export function isOwnBlob(url: string): boolean {
  return url.startsWith(`blob:${origin}/`);
}
