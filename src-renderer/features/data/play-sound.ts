import type { VersionId } from '../../../src-main/shared/ids.ts';
import { attempt } from '../../ui/toasts.ts';
import { player } from './sound-player.svelte.ts';

/** Plays a sound, or stops it; what keeps it from being heard is said. */
export const playSound = (version: VersionId, index: number): void => void attempt(() => player.toggle(version, index));
