import type { Importer } from './importer.ts';
export const idx: Importer = { offer: async () => null, read: async () => { throw new Error('x'); } };
