// One set-up at a time per checkout. The lock is a file with its owner in it; the owner touches it every few seconds.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { birth, endLeftovers, recordChildren, runs } from './processes.mjs';

export const BEAT_MS = 3_000;
export const STALE_MS = 30_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function look(file) {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, touched: statSync(file).mtimeMs };
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether the owner is known to be gone: same machine, and its process ended or its pid belongs to another one now. */
function ownerIsGone(text) {
  let owner;
  try {
    owner = JSON.parse(text);
  } catch {
    return false; // Being written, or cut short: only silence tells.
  }
  if (owner.host !== os.hostname()) return false;
  if (!runs(owner.pid)) return true;
  return Boolean(owner.birth) && birth(owner.pid) !== owner.birth;
}

/**
 * Runs `work` while holding the lock. Waits for another live owner (telling `onWait` once);
 * takes over from one that ended, or that has not touched the lock for `staleMs` of our own watching.
 */
export async function withLock(
  file,
  work,
  { onWait = () => {}, staleMs = STALE_MS, beatMs = BEAT_MS, pollMs = 500 } = {},
) {
  mkdirSync(path.dirname(file), { recursive: true });
  const token = JSON.stringify({ pid: process.pid, birth: birth(process.pid), host: os.hostname(), id: randomUUID() });
  const own = `${file}.${process.pid}.${randomUUID().slice(0, 8)}`;
  let seen = null;
  let seenAt = 0;
  let told = false;
  for (;;) {
    // A link appears whole or not at all, with the owner already inside.
    writeFileSync(own, token);
    try {
      linkSync(own, file);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code)) throw error;
        try {
          writeFileSync(file, token, { flag: 'wx' }); // A file system without links.
          break;
        } catch (second) {
          if (second.code !== 'EEXIST') throw second;
        }
      }
    } finally {
      rmSync(own, { force: true });
    }
    const now = look(file);
    if (!now) continue;
    const sign = `${now.text}@${now.touched}`;
    if (sign !== seen) {
      seen = sign;
      seenAt = performance.now();
    }
    if (ownerIsGone(now.text) || performance.now() - seenAt > staleMs) {
      takeAway(file, now.text);
      seen = null;
      continue;
    }
    if (!told) {
      told = true;
      onWait();
    }
    await sleep(pollMs);
  }
  const beat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // Gone: the lock was taken over while this machine slept. The work is idempotent; carry on.
    }
  }, beatMs);
  beat.unref();
  const children = `${file}.children`;
  try {
    // An owner that was killed outright could not end its npm or compiler; two of them in one folder would undo each other.
    endLeftovers(children);
    recordChildren(children);
    return await work();
  } finally {
    clearInterval(beat);
    recordChildren(null);
    rmSync(children, { force: true });
    if (look(file)?.text === token) unlinkSync(file);
  }
}

/** Removes a lock whose owner is gone, unless a new owner put its own there between our look and now. */
function takeAway(file, expected) {
  const aside = `${file}.${process.pid}.${randomUUID().slice(0, 8)}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // Another waiter was quicker.
  }
  try {
    if (readFileSync(aside, 'utf8') !== expected) linkSync(aside, file);
  } catch {
    // A third one holds it already.
  } finally {
    rmSync(aside, { force: true });
  }
}
