import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { openStore, type Notice, type ReadStore } from '../db/open.ts';
import { runFolders } from '../db/records.ts';
import { workspaceExists } from '../db/workspace.ts';
import { runInTurn } from '../jobs/in-turn.ts';
import { JobLog } from '../jobs/job-log.ts';
import { Remotes } from '../jobs/remote/remotes.ts';
import { runUtility, type UtilityHooks } from '../jobs/run-utility.ts';
import { Studio, type StudioOptions } from '../jobs/studio.ts';
import { sweepLeftovers } from '../jobs/unfinished.ts';
import type { Work } from '../jobs/work.ts';
import { ownerDied } from '../db/lock.ts';
import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import type { JobKind } from '../shared/job.ts';
import type { JobTypes } from '../shared/work.ts';
import { appWorkspace } from './app-workspace.ts';
import type { Host } from './host.ts';
import { Output } from './output.ts';
import { ProgressLine } from './progress.ts';

export interface CommandContext {
  host: Host;
}

/** The options every command has. */
export interface CommonOptions {
  workspace?: string;
  json?: boolean;
}

/** How a command owns the workspace (see `StudioOptions`). `leaves`: what works is left as closing leaves it, not cancelled, by Ctrl-C. */
type Owning = Pick<StudioOptions, 'goesOn' | 'atOnce'> & { leaves?: boolean };

/** One command at work: where it speaks, and how it gets at the workspace. */
export class Session {
  readonly host: Host;
  readonly folder: string;
  readonly out: Output;
  readonly #command: string;
  #remotes: Remotes | null = null;

  constructor(context: CommandContext, command: string, options: CommonOptions, workspace?: string) {
    this.host = context.host;
    this.#command = command;
    this.folder = options.workspace
      ? resolve(this.host.cwd, options.workspace)
      : (workspace ?? appWorkspace(this.host.env));
    this.out = new Output(this.host, options.json ?? false);
  }

  /** Models of other programs and services, as this person has listed them. */
  get remotes(): Remotes {
    const { spawnUtility: spawn, keychain, env } = this.host;
    return (this.#remotes ??= new Remotes({ spawn, keychain, env }));
  }

  path(given: string): string {
    return resolve(this.host.cwd, given);
  }

  get #store() {
    return { migrations: this.host.places.migrations, appVersion: this.host.appVersion };
  }

  /**
   * As the workspace's owner. Ctrl-C cancels what works; a second one does not wait for that. `goesOn`: it takes up the trainings that
   * wait; Ctrl-C then lets them wait again instead of cancelling them.
   */
  async own<T>(
    act: (studio: Studio) => Promise<T>,
    { goesOn = false, atOnce, leaves = goesOn }: Owning = {},
  ): Promise<T> {
    const studio = Studio.open({
      folder: this.folder,
      ...this.#store,
      owner: `"atelier ${this.#command}"`,
      spawnUtility: this.host.spawnUtility,
      remotes: this.remotes,
      architectures: this.host.architectures,
      goesOn,
      atOnce,
    });
    this.tell(studio.notices);
    const progress = new ProgressLine(this.out);
    const deaf = studio.onEvent((event) => {
      if (event.type === 'jobs') for (const job of event.jobs) progress.show(job);
    });
    let interrupted: () => void = () => {};
    const interruption = new Promise<never>((_, reject) => {
      interrupted = () => reject(new AtelierError('cancelled', 'Cancelled. What was stored until then is kept.'));
    });
    interruption.catch(() => {});
    let times = 0;
    let timer: NodeJS.Timeout | undefined;
    const stop = this.host.onInterrupt(() => {
      if (++times > 1) process.exit(1);
      this.out.note(`${leaves ? 'Saving checkpoints' : 'Cancelling'} (once more to leave at once) …`);
      // Closing lets them wait.
      const ending = leaves ? [] : studio.jobs.own;
      for (const job of ending.reverse()) studio.jobs.cancel(job.id);
      // The act's own promise rejects when its job is cancelled; between jobs there is none.
      timer = setTimeout(interrupted, ending.length > 0 ? 2500 : 0);
    });
    try {
      return await Promise.race([act(studio), interruption]);
    } finally {
      clearTimeout(timer);
      progress.clear();
      deaf();
      await studio.close();
      stop();
    }
  }

  /** As a reader, also while another process owns the workspace. An older workspace is brought up to date first. */
  async read<T>(act: (store: ReadStore) => T | Promise<T>): Promise<T> {
    const store = await this.#openToRead();
    try {
      return await act(store);
    } finally {
      store.close();
    }
  }

  /** As a reader where there is a workspace, else with null. */
  async readIfAny<T>(act: (store: ReadStore | null) => T | Promise<T>): Promise<T> {
    return workspaceExists(this.folder) || this.#lost ? this.read(act) : act(null);
  }

  /** The database is gone, and what it can be made of again is not. */
  get #lost(): boolean {
    return !workspaceExists(this.folder) && runFolders(this.folder).length > 0;
  }

  async #openToRead(): Promise<ReadStore> {
    try {
      if (this.#lost || ownerDied(this.folder)) await this.#openOnce();
    } catch {
      // Reading can do without.
    }
    try {
      return openStore(this.folder, { mode: 'read', ...this.#store });
    } catch (error) {
      const older = error instanceof AtelierError && error.code === 'workspace_older';
      const damaged = error instanceof AtelierError && error.code === 'workspace_damaged';
      if (!older && !damaged) throw error;
      await this.#openOnce();
      return openStore(this.folder, { mode: 'read', ...this.#store });
    }
  }

  /** Opening for writing migrates, repairs, marks what a dead owner left running and clears away what it left behind. */
  async #openOnce(): Promise<void> {
    const writer = openStore(this.folder, { mode: 'write', ...this.#store, owner: `"atelier ${this.#command}"` });
    this.tell(writer.notices);
    await sweepLeftovers(writer).finally(() => writer.close());
  }

  /** A utility's work that stores nothing: needs no ownership of the workspace. */
  async work<K extends JobKind>(
    kind: K,
    title: string,
    params: JobTypes[K]['params'],
    {
      within,
      next,
      progress: whole,
      message: heard,
      endsEarly = false,
    }: Pick<Work<K>, 'within' | 'next' | 'progress' | 'message'> & { endsEarly?: boolean } = {},
  ): Promise<JobTypes[K]['result']> {
    const id = newId('job');
    const progress = new ProgressLine(this.out);
    const path = join(tmpdir(), `atelier-${id}.log`);
    const message: UtilityHooks['message'] = (told) => {
      if (told.type !== 'progress') return heard?.(told);
      progress.show({ id, title, status: 'running', progress: whole?.(told.progress) ?? told.progress });
    };
    const run = runInTurn(
      (some) =>
        runUtility(
          this.host.spawnUtility(kind),
          { job: id, kind, params: some, within },
          { log: new JobLog(path), message },
        ),
      params,
      next,
    );
    // What ends early keeps what it has; asked a second time it is cancelled.
    let asked = 0;
    const stop = this.host.onInterrupt(() => (endsEarly && asked++ === 0 ? run.stopEarly() : run.cancel()));
    const outcome = await run.outcome;
    stop();
    progress.clear();
    if (outcome.status === 'finished') return outcome.value;
    if (outcome.status === 'failed') throw errorFromFacts(outcome.error);
    throw new AtelierError('cancelled', 'Cancelled.');
  }

  tell(notices: readonly Notice[]): void {
    for (const notice of notices) this.out.note(notice.message);
  }
}
