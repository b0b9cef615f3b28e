import { fakeStudio } from './fake-studio.ts';

// The window's own code, on a bridge with nothing behind it but invented data.
const query = new URLSearchParams(location.search);
Object.assign(window, {
  studio: fakeStudio({
    scenario: query.get('scenario') ?? 'full',
    theme: query.get('theme') ?? 'dark',
    locale: query.get('locale') ?? 'en',
  }),
});
await import('../../../src-renderer/main.ts');
