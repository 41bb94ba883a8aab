/** Random programs, run by lull, beside what CPython has done with them. */
import { readFileSync } from 'node:fs';
import { currentTask, type Task } from 'lull';
import { expect } from 'vitest';
import { InconclusiveError } from '../inconclusive.ts';
import type { Outcome } from '../../lib/scheduler/live-run.ts';
import { drive, type Mode } from '../scheduler/drive.ts';
import { type Body, toScenario } from './random-programs.ts';
import { createTrace, type Row, show } from './trace.ts';

interface RandomProgram {
  readonly program: Body;
  readonly trace: readonly Row[];
  readonly returns?: unknown;
  readonly raises?: unknown;
  readonly stuck?: boolean;
}

// A file of more of them, made by random_programs.py with another seed, can be named in the environment.
export const { python, programs } = JSON.parse(
  readFileSync(process.env.LULL_RANDOM_PROGRAMS ?? new URL('random-programs.json', import.meta.url), 'utf8'),
) as { readonly python: string; readonly programs: readonly RandomProgram[] };

/** In this way of running them, all of them log and end as they do in CPython. */
export function expectRandomPrograms(mode: Mode): void {
  for (const { program, trace, ...ends } of programs) {
    let ended: Pick<RandomProgram, 'returns' | 'raises'> | 'cancelled' | undefined;
    const scenario = toScenario(program);
    const { rows, body } = createTrace((log) => {
      const task = currentTask();
      task.addDoneCallback(() => (ended = endOf(task)));
      return scenario(log);
    });
    const { outcome } = drive(body, { mode, strict: false });
    // The trace ends with the body; what its left-over tasks log when they are cancelled is not in it.
    expect(rows.slice(0, trace.length), JSON.stringify(program)).toEqual(trace);
    // Left-over tasks that refuse to be cancelled keep a run from ending, as they would asyncio.run: then the body's task
    // counts. A task that was cancelled does not have the message of the error that left its body.
    if (outcome.kind !== 'going-on') expect(toEnd(outcome), JSON.stringify(program)).toEqual(ends);
    else if (ended === 'cancelled')
      expect(ends.raises, JSON.stringify(program)).toMatchObject({ error: 'CancelledError' });
    else expect(ended ?? { stuck: true }, JSON.stringify(program)).toEqual(ends);
  }
}

function endOf(task: Task<unknown>): Pick<RandomProgram, 'returns' | 'raises'> | 'cancelled' {
  if (task.cancelled()) return 'cancelled';
  const error = task.exception();
  return error === undefined ? { returns: show(task.result()) } : { raises: show(error) };
}

function toEnd(outcome: Exclude<Outcome, { kind: 'going-on' }>): Pick<RandomProgram, 'returns' | 'raises'> {
  if (outcome.kind === 'continued') throw new InconclusiveError('the program continues as new');
  return outcome.kind === 'completed' ? { returns: show(outcome.value) } : { raises: show(outcome.error) };
}
