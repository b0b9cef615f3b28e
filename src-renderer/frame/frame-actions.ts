import ArrowLeft from '@lucide/svelte/icons/arrow-left';
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import CirclePause from '@lucide/svelte/icons/circle-pause';
import FilePlus from '@lucide/svelte/icons/file-plus';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import FolderInput from '@lucide/svelte/icons/folder-input';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Gauge from '@lucide/svelte/icons/gauge';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Languages from '@lucide/svelte/icons/languages';
import ListTodo from '@lucide/svelte/icons/list-todo';
import Monitor from '@lucide/svelte/icons/monitor';
import Moon from '@lucide/svelte/icons/moon';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Rocket from '@lucide/svelte/icons/rocket';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Search from '@lucide/svelte/icons/search';
import Sun from '@lucide/svelte/icons/sun';
import { hasDiverged } from '../../src-main/shared/run.ts';
import { studio } from '../bridge/studio.ts';
import type { Action } from '../state/actions.svelte.ts';
import { importing } from '../state/importing.svelte.ts';
import { jobs } from '../state/jobs.svelte.ts';
import { navigation, places } from '../state/navigation.svelte.ts';
import { preferences } from '../state/preferences.svelte.ts';
import { queue } from '../state/queue.svelte.ts';
import { importRuns } from '../state/run-exchange.ts';
import { runs } from '../state/runs.svelte.ts';
import { foldDetails, foldList } from '../ui/pane-keys.ts';
import { attempt, notify } from '../ui/toasts.ts';
import { m } from '../words/messages.ts';
import { placeIcons, placeWord } from './places.ts';

/** Imports the sample, trains on it and exports: its jobs show in the tray, its runs in Runs. */
async function trySample(): Promise<void> {
  const job = await attempt(() => studio.call('sample.start'));
  if (!job) return;
  importing.expect(job);
  notify(m.sample_started(), { label: m.show_jobs(), run: () => (jobs.trayOpen = true) }, 'info');
}

/** What can be done from anywhere. The menu of the main process uses these ids. */
export function frameActions(open: { palette: () => void; keys: () => void }): Action[] {
  const go = m.section_go;
  const data = m.place_data;
  const view = m.section_view;
  const preferencesSection = m.section_preferences;
  return [
    ...places.map((place, i): Action => ({
      id: `go.${place}`,
      name: () => m.go_to({ place: placeWord(place) }),
      section: go,
      icon: placeIcons[place],
      keys: `mod+${i + 1}`,
      run: () => navigation.visit(place),
    })),
    {
      id: 'go.back',
      name: m.go_back,
      section: go,
      icon: ArrowLeft,
      keys: 'alt+left',
      why: () => (navigation.canGoBack ? undefined : m.why_no_back()),
      run: () => navigation.back(),
    },
    {
      id: 'go.forward',
      name: m.go_forward,
      section: go,
      icon: ArrowRight,
      keys: 'alt+right',
      why: () => (navigation.canGoForward ? undefined : m.why_no_forward()),
      run: () => navigation.forward(),
    },
    {
      id: 'import.files',
      name: m.import_files,
      section: data,
      icon: FilePlus,
      keys: 'mod+o',
      run: () => void importing.choose('files'),
    },
    {
      id: 'import.folder',
      name: m.import_folder,
      section: data,
      icon: FolderPlus,
      keys: 'mod+shift+o',
      run: () => void importing.choose('folder'),
    },
    {
      id: 'runs.import',
      name: m.runs_import,
      section: m.place_runs,
      icon: FolderInput,
      run: () => void importRuns({ choose: 'folder' }),
    },
    { id: 'sample.start', name: m.try_sample, section: data, icon: Rocket, run: () => void trySample() },
    {
      id: 'palette.open',
      name: m.palette,
      section: view,
      icon: Search,
      keys: 'mod+k',
      run: open.palette,
    },
    { id: 'keys.show', name: m.keys, section: view, icon: Keyboard, keys: '?', run: open.keys },
    {
      id: 'jobs.show',
      name: m.show_jobs,
      section: view,
      icon: ListTodo,
      keys: 'mod+j',
      run: () => (jobs.trayOpen = !jobs.trayOpen),
    },
    {
      id: 'queue.hold',
      name: () => (queue.held ? m.queue_go_on() : m.queue_hold()),
      section: m.place_runs,
      icon: CirclePause,
      run: () => void attempt(() => queue.hold(!queue.held)),
    },
    {
      id: 'queue.failed',
      name: m.queue_failed,
      section: m.place_runs,
      icon: RotateCcw,
      why: () =>
        runs.list.some(
          (run) => run.origin === null && ['failed', 'interrupted'].includes(run.status) && !hasDiverged(run),
        )
          ? undefined
          : m.why_none_failed(),
      run: () => void attempt(() => queue.resumeFailed()),
    },
    { id: 'pane.list', name: m.fold_list, section: view, icon: PanelLeft, keys: 'mod+b', run: foldList },
    { id: 'pane.details', name: m.fold_details, section: view, icon: PanelRight, keys: 'mod+alt+b', run: foldDetails },
    {
      id: 'settings.open',
      name: m.open_settings,
      section: preferencesSection,
      icon: placeIcons.settings,
      keys: 'mod+,',
      run: () => navigation.visit('settings'),
    },
    {
      id: 'devices.test',
      name: m.devices_test,
      section: preferencesSection,
      icon: Gauge,
      why: () => (jobs.active.some(({ kind }) => kind === 'selftest') ? m.devices_testing() : undefined),
      run: () => {
        navigation.go({ place: 'settings', section: 'devices' });
        void attempt(() => studio.call('devices.test'));
      },
    },
    ...(['system', 'light', 'dark'] as const).map((theme): Action => ({
      id: `theme.${theme}`,
      name: { system: m.theme_use_system, light: m.theme_use_light, dark: m.theme_use_dark }[theme],
      section: preferencesSection,
      icon: { system: Monitor, light: Sun, dark: Moon }[theme],
      run: () => preferences.setTheme(theme),
    })),
    {
      id: 'locale.en',
      name: () => 'English',
      section: preferencesSection,
      also: m.language,
      icon: Languages,
      run: () => preferences.setLocale('en'),
    },
    {
      id: 'locale.zh-CN',
      name: () => '简体中文',
      section: preferencesSection,
      also: m.language,
      icon: Languages,
      run: () => preferences.setLocale('zh-CN'),
    },
    {
      id: 'workspace.choose',
      name: m.workspace_choose,
      section: m.workspace,
      icon: FolderOpen,
      run: () => void attempt(() => studio.call('workspace.choose')),
    },
    {
      id: 'workspace.reveal',
      name: m.workspace_reveal,
      section: m.workspace,
      icon: FolderOpen,
      run: () => void attempt(() => studio.call('workspace.reveal')),
    },
  ];
}
