import type { Importer } from './importer.ts';
export const imageFolder: Importer = { offer: async () => null, read: async () => { throw new Error('x'); } };
