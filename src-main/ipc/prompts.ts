import { writeFile } from 'node:fs/promises';
import type { PromptId } from '../shared/ids.ts';
import { checkedPrompt } from '../shared/prompt/checked.ts';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen, askToSave } from './dialogs.ts';
import { words } from './words.ts';

type Noun = Extract<keyof Handlers, `prompts.${string}` | `languageModels.${string}`>;

const promptExtensions = ['prompty', 'md', 'txt', 'prompt', 'yaml', 'yml', 'json'];

export function promptHandlers(desk: Desk): Pick<Handlers, Noun> {
  const done = (act: () => void): null => {
    act();
    return null;
  };
  const ask = (options: Electron.OpenDialogOptions) => askToOpen(desk, options);
  const save = async (id: PromptId, ending: string, text: string): Promise<{ path: string } | null> => {
    const { name } = desk.studio.prompts.get(id).summary;
    const options: Electron.SaveDialogOptions = {
      title: words(desk.preferences.value).dialog_save_prompt(),
      defaultPath: `${name.replace(/[^\p{L}\p{N}. -]+/gu, '-')}.${ending}`,
    };
    const filePath = await askToSave(desk, options);
    if (!filePath) return null;
    await writeFile(filePath, text);
    return { path: filePath };
  };
  return {
    'prompts.list': () => desk.studio.prompts.list(),
    'prompts.get': ({ id }) => desk.studio.prompts.get(id),
    'prompts.create': (wish) => desk.studio.prompts.create(wish),
    'prompts.edit': ({ id, ...draft }) => done(() => desk.studio.prompts.edit(id, draft)),
    'prompts.undo': ({ id }) => desk.studio.prompts.undo(id),
    'prompts.redo': ({ id }) => desk.studio.prompts.redo(id),
    'prompts.set': ({ id, ...change }) => done(() => desk.studio.prompts.set(id, change)),
    'prompts.save': ({ id, note }) => desk.studio.prompts.save(id, note),
    'prompts.version': ({ id, number }) => desk.studio.prompts.version(id, number),
    'prompts.annotate': ({ id, number, note }) => done(() => desk.studio.prompts.annotate(id, number, note)),
    'prompts.search': ({ text }) => desk.studio.prompts.search(text),
    'prompts.restore': ({ id, number }) => done(() => desk.studio.prompts.restore(id, number)),
    'prompts.check': async ({ id, text }) => checkedPrompt(await desk.studio.rendering.check(text, id)),
    'prompts.render': ({ model, text, variables, ...of }) => desk.studio.rendering.render(model, text, variables, of),
    'prompts.run': async ({ id, ...wish }) => (await desk.studio.completions.ask(id, wish)).completion,
    'prompts.stop': ({ completion }) => done(() => desk.studio.completions.stop(completion)),
    'prompts.tokens': ({ completion }) => desk.studio.completions.tokens(completion),
    'prompts.import': async () => {
      const w = words(desk.preferences.value);
      const paths = await ask({
        title: w.dialog_import_prompts(),
        buttonLabel: w.dialog_import(),
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: w.dialog_prompt_files(), extensions: promptExtensions },
          { name: w.dialog_all_files(), extensions: ['*'] },
        ],
      });
      if (!paths) return null;
      const { prompts, tables, left } = desk.studio.importPrompts(paths);
      return { prompts, tables: tables.length, left };
    },
    'prompts.saveAs': ({ id }) => save(id, 'prompt.md', desk.studio.prompts.fileText(id)),
    'prompts.saveSuite': async ({ id }) => {
      const { text, left } = await desk.studio.suiteText([{ prompt: id }]);
      const saved = await save(id, 'promptfooconfig.yaml', text);
      return saved && { ...saved, left };
    },
    'languageModels.list': () => desk.studio.languageModels.list(),
    'languageModels.add': async () => {
      const w = words(desk.preferences.value);
      const paths = await ask({
        title: w.dialog_add_model(),
        buttonLabel: w.dialog_open(),
        properties: ['openDirectory'],
      });
      return paths && { folder: desk.studio.languageModels.add(paths[0]) };
    },
    'languageModels.ask': (wish) => desk.studio.models.askHub(wish),
    'languageModels.download': (wish) => desk.studio.models.download(wish).job,
    'languageModels.remove': ({ id }) => done(() => desk.studio.languageModels.remove(id)),
    'languageModels.putBack': ({ id }) => done(() => desk.studio.languageModels.putBack(id)),
  };
}
