import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';

type Noun = Extract<keyof Handlers, `remotes.${string}`>;

export function remoteHandlers(desk: Desk): Pick<Handlers, Noun> {
  const done = (act: () => void): null => {
    act();
    return null;
  };
  const remotes = () => desk.studio.remotes;
  return {
    'remotes.get': () => remotes().state,
    'remotes.enable': ({ enabled }) => done(() => remotes().enable(enabled)),
    'remotes.put': ({ id, ...wish }) => remotes().put(wish, id),
    'remotes.remove': ({ id }) => done(() => remotes().remove(id)),
    'remotes.setKey': ({ id, key, plain }) => remotes().setKey(id, key, plain),
    'remotes.forgetKey': ({ id }) => done(() => remotes().forgetKey(id)),
    'remotes.agree': ({ id }) => done(() => remotes().agree(id)),
    'remotes.models': ({ id }) => remotes().models(id),
  };
}
