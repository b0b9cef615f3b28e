import type { Channel } from '../../src-main/shared/contract.ts';
import type { Studio } from '../../src-renderer/bridge/studio.ts';

type Answers = { [C in Channel]?: (input: never) => unknown };

/** A bridge that answers from a table and remembers what it was asked. */
export function fakeBridge(answers: Answers): Studio & { asked: [Channel, unknown][] } {
  const asked: [Channel, unknown][] = [];
  return {
    asked,
    platform: 'linux',
    call: (async (channel: Channel, input: unknown) => {
      asked.push([channel, input]);
      return (answers[channel] as ((input: unknown) => unknown) | undefined)?.(input) ?? null;
    }) as Studio['call'],
    addDropped: async () => (answers['documents.add'] as unknown as () => never)(),
    offerDropped: async () => (answers['imports.offer'] as unknown as () => never)(),
    onEvents: () => () => {},
  };
}
