// node scripts/build.mjs            builds everything, if anything changed
// node scripts/build.mjs PART…      builds only these, in place: messages, main, preload, renderer
import { enter } from './setup/index.mjs';

await enter(async ({ progress, setUp }) => {
  const parts = process.argv.slice(2);
  if (parts.length === 0) await setUp({ electron: 'no' });
  else {
    const { buildParts } = await import('./setup/build.mjs');
    await progress.step(`Building ${parts.join(', ')}`, () => buildParts(parts));
  }
});
