import Download from '@lucide/svelte/icons/download';
import FileInput from '@lucide/svelte/icons/file-input';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Library from '@lucide/svelte/icons/library';
import List from '@lucide/svelte/icons/list';
import Play from '@lucide/svelte/icons/play';
import Plus from '@lucide/svelte/icons/plus';
import Save from '@lucide/svelte/icons/save';
import Square from '@lucide/svelte/icons/square';
import type { Action } from '../../state/actions.svelte.ts';
import type { BenchView } from '../../state/navigation.svelte.ts';
import { prompts } from '../../state/prompts.svelte.ts';
import { attempt } from '../../ui/toasts.ts';
import { m } from '../../words/messages.ts';

/** What the playground does, as its actions call it. */
interface Bench {
  /** A prompt is open. */
  opened: () => boolean;
  running: () => boolean;
  /** Why nothing can be run. */
  why: () => string | undefined;
  create: () => void;
  run: () => void;
  keep: () => void;
  turn: (view: BenchView) => void;
  importFiles: () => void;
  getModel: () => void;
  listModels: () => void;
}

export function playgroundActs(bench: Bench): Action[] {
  const opened = () => (bench.opened() ? undefined : m.no_prompt_open());
  return [
    {
      id: 'prompt.new',
      name: m.new_prompt,
      section: m.place_playground,
      icon: Plus,
      keys: 'mod+n',
      place: 'playground',
      run: bench.create,
    },
    {
      id: 'prompt.run',
      name: m.run_prompt,
      section: m.place_playground,
      icon: Play,
      keys: 'mod+enter',
      place: 'playground',
      why: () => bench.why(),
      tells: true,
      run: bench.run,
    },
    {
      id: 'prompt.stop',
      name: m.stop_writing,
      section: m.place_playground,
      icon: Square,
      keys: 'esc',
      place: 'playground',
      why: () => (bench.running() ? undefined : m.nothing_written()),
      run: () => prompts.stop(),
    },
    {
      id: 'prompt.keep',
      name: m.keep_version,
      section: m.place_playground,
      icon: Save,
      keys: 'mod+s',
      place: 'playground',
      why: opened,
      run: bench.keep,
    },
    {
      id: 'prompt.write',
      name: m.bench_write,
      section: m.place_playground,
      keys: 'alt+1',
      place: 'playground',
      why: opened,
      run: () => bench.turn('write'),
    },
    {
      id: 'prompt.compare',
      name: m.bench_compare,
      section: m.place_playground,
      keys: 'alt+2',
      place: 'playground',
      why: opened,
      run: () => bench.turn('compare'),
    },
    {
      id: 'prompt.test',
      name: m.bench_test,
      section: m.place_playground,
      keys: 'alt+3',
      place: 'playground',
      why: opened,
      run: () => bench.turn('test'),
    },
    {
      id: 'prompt.documents',
      name: m.documents_intro,
      section: m.place_playground,
      icon: Library,
      keys: 'alt+4',
      place: 'playground',
      why: opened,
      run: () => bench.turn('documents'),
    },
    {
      id: 'prompt.import',
      name: m.import_prompts,
      section: m.place_playground,
      icon: FileInput,
      place: 'playground',
      run: bench.importFiles,
    },
    {
      id: 'prompt.model',
      name: m.add_model,
      section: m.place_playground,
      icon: FolderPlus,
      place: 'playground',
      run: () => void attempt(() => prompts.addModel()),
    },
    {
      id: 'prompt.hub',
      name: m.hub_get,
      section: m.place_playground,
      icon: Download,
      place: 'playground',
      run: bench.getModel,
    },
    {
      id: 'prompt.models',
      name: m.models_list,
      section: m.place_playground,
      icon: List,
      place: 'playground',
      run: bench.listModels,
    },
  ];
}
