/**
 * The audit of a snapshot: a run that was restored is compared with its replay. In an audited turn the run always goes on from
 * the replay, so that a snapshot that is wrong is found before anything came of it.
 *
 * Not its job: to restore or to replay (resume-run.ts, load-run.ts).
 *
 * Tested by: test/frames/runs/audit.test.ts
 */
import type { LoadRunResult } from './load-run.ts';
import { outsideGuard } from './guard.ts';
import type { LiveMemory } from './live-memory.ts';
import type { Resumed } from './resume-run.ts';
import type { Turn } from './turn-state.ts';
import type { JournalHead } from './warm-runs.ts';
import { withdrawSnapshot } from './write-snapshot.ts';

/** One of so many resumes is audited. */
export function isToBeAudited({ snapshotsPerAudit, random }: Turn['engine']): boolean {
  return snapshotsPerAudit > 0 && random() * snapshotsPerAudit < 1;
}

/** `replayed` is what the turn goes on from, whatever was restored. */
export async function auditSnapshot(turn: Turn, restored: Resumed, replayed: LoadRunResult): Promise<void> {
  if (replayed.kind === 'lost') return;
  const wrong = differenceFrom(turn, restored, replayed);
  if (wrong === undefined) {
    turn.noteSnapshot({ audited: true });
    return;
  }
  const { engine, runId, run } = turn;
  turn.noteSnapshot({ audited: true, wrong });
  turn.snapshot = undefined;
  await withdrawSnapshot(turn);
  const text = 'a snapshot is wrong: the run goes on from the replay of its journal';
  engine.log.error(text, { runId, workflow: run.workflow, reason: wrong });
}

function differenceFrom(turn: Turn, restored: Resumed, replayed: LoadRunResult): string | undefined {
  if (replayed.kind !== 'loaded') return `the replay ended as ${replayed.kind}, and the snapshot goes on`;
  return headDifference(restored.head, turn.journal) ?? memoryDifference(turn, restored.memory, replayed.memory);
}

type Head = Resumed['head'];

/** What the engine knows of the journal. */
function headDifference(restored: Head, replayed: JournalHead): string | undefined {
  const wrong = FACTS.find((fact) => textOf(restored[fact]) !== textOf(replayed[fact]));
  return wrong && `what it says of the journal: ${wrong}`;
}

const FACTS = [
  'recordNumber',
  'nonce',
  'events',
  'bytes',
  'beganAtMs',
  'messageIds',
  'openChildren',
  'streams',
] as const;

function textOf(fact: Head[(typeof FACTS)[number]]): string {
  return JSON.stringify(
    fact instanceof Set || fact instanceof Map ? [...fact].map((one) => JSON.stringify(one)).sort() : fact,
  );
}

/** What the code has asked for, and then all that its coroutines hold. */
function memoryDifference({ engine }: Turn, restored: LiveMemory, replayed: LiveMemory): string | undefined {
  const [asked, recorded] = [restored, replayed].map(({ live }) =>
    Array.from(live.pending.values(), ({ id, kind }) => `#${id} ${kind}`),
  ) as [string[], string[]];
  const at = recorded.findIndex((command, index) => asked[index] !== command);
  if (at >= 0 || asked.length > recorded.length) {
    const index = at >= 0 ? at : recorded.length;
    return `it waits for ${asked[index] ?? 'nothing'} where the replay waits for ${recorded[index] ?? 'nothing'}`;
  }
  if (restored.live.outcome().kind !== replayed.live.outcome().kind) {
    return `its outcome is ${restored.live.outcome().kind}, that of the replay ${replayed.live.outcome().kind}`;
  }
  const part = outsideGuard(() => engine.frames?.compareRuns(restored.live, replayed.live, restored.code));
  return part && `what its coroutines hold: ${part}`;
}
