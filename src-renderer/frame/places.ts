import type { Component } from 'svelte';
import ChartLine from '@lucide/svelte/icons/chart-line';
import Database from '@lucide/svelte/icons/database';
import PackageOpen from '@lucide/svelte/icons/package-open';
import MessageSquareText from '@lucide/svelte/icons/message-square-text';
import Play from '@lucide/svelte/icons/play';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Tags from '@lucide/svelte/icons/tags';
import Settings from '@lucide/svelte/icons/settings';
import type { Place } from '../state/navigation.svelte.ts';
import { m } from '../words/messages.ts';

export const placeIcons: Record<Place, Component<{ size?: number | string; strokeWidth?: number | string }>> = {
  data: Database,
  label: Tags,
  train: Play,
  runs: ChartLine,
  tune: ScanSearch,
  playground: MessageSquareText,
  export: PackageOpen,
  settings: Settings,
};

const words: Record<Place, () => string> = {
  data: m.place_data,
  label: m.place_label,
  train: m.place_train,
  runs: m.place_runs,
  tune: m.place_tune,
  playground: m.place_playground,
  export: m.place_export,
  settings: m.place_settings,
};
export const placeWord = (place: Place) => words[place]();
