/** A pause and a resume, as changes of the run item: operation 26 and operation 27. */
import type { PauseRun, PauseRunResult, ResumeRun } from '../ports/pause-run.ts';
import type { RunChange } from './conditional-write.ts';
import { runIsAsSeen, runIsPausedAsSeen } from './conditions.ts';
import { whyNotPaused } from './explain-refusals.ts';
import { pauseUpdate, resumeUpdate } from './run-updates.ts';

const ANSWERS = {
  gives: 'ALL_NEW',
  written: ({ run }) => ({ kind: 'done', run }),
  refused: whyNotPaused,
} satisfies Partial<RunChange<PauseRunResult>>;

export function pauseChange(pause: PauseRun): RunChange<PauseRunResult> {
  return { condition: runIsAsSeen(pause), update: pauseUpdate(pause), ...ANSWERS };
}

export function resumeChange(runId: string, resume: ResumeRun): RunChange<PauseRunResult> {
  return { condition: runIsPausedAsSeen(resume), update: resumeUpdate(runId), ...ANSWERS };
}
