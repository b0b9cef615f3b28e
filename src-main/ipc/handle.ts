import { ipcMain } from 'electron';
import type { IpcMainInvokeEvent } from 'electron';
import type { Reply } from '../shared/contract.ts';
import { AtelierError, errorFacts } from '../shared/errors.ts';
import { answer } from './answer.ts';
import type { Handlers } from './answer.ts';

/** The only ipcMain.handle: who asks, whether the channel exists and whether the input fits are checked here, once. */
export function handleCalls(handlers: Handlers, isTrusted: (event: IpcMainInvokeEvent) => boolean): void {
  ipcMain.handle('studio', async (event, channel: unknown, input: unknown): Promise<Reply<unknown>> => {
    try {
      if (!isTrusted(event))
        throw new AtelierError('untrusted_sender', 'The call did not come from the studio window.');
      return { ok: true, value: await answer(handlers, channel, input) };
    } catch (error) {
      return { ok: false, error: errorFacts(error) };
    }
  });
}
