/**
 * A mutex that runs share: a run of its own, which hands the lock to one run after the other, and takes it back from
 * one that keeps it too long.
 */
import { getRun, race, runInfo, signal, sleep, startRun, step, workflow } from 'lull';
import { outside } from './outside.ts';

interface Request {
  readonly runId: string;
}

const lockWanted = signal<Request>('lock-wanted');
const lockGranted = signal('lock-granted');
const lockReleased = signal<Request>('lock-released');

/** Its id is `lock:` and what it locks. It ends when nobody has asked for a while. */
export const lock = workflow('lock', function* () {
  for (;;) {
    const asked = yield* race({ wanted: lockWanted.receive(), idle: sleep('1 day') });
    if (asked.key === 'idle') return;
    const { runId } = asked.value;
    yield* getRun(runId).signal(lockGranted, undefined);
    const held = sleep('10m');
    yield* race([releasedBy(runId), held]);
  }
});

function* releasedBy(runId: string) {
  while ((yield* lockReleased.receive()).runId !== runId);
}

export const repaint = workflow('repaint', function* ({ wall }: { wall: string }) {
  const { id } = runInfo();
  const lockId = yield* startRun(lock, undefined, { id: `lock:${wall}`, onConflict: 'use-existing' });
  yield* getRun(lockId).signal(lockWanted, { runId: id });
  yield* lockGranted.receive();
  try {
    yield* step('begin', () => outside.does(`${id} begins`));
    yield* sleep('1m');
    yield* step('end', () => outside.does(`${id} ends`));
  } finally {
    yield* getRun(lockId).signal(lockReleased, { runId: id });
  }
});
