/** The port through which a client learns what the tasks of a run wait for: from code that can replay it. */
import type { TaskState } from '../core/task-state.ts';
import type { OpenCommand } from '../journal/command-facts.ts';

/** What was found out of a run, as of the last record that is written. */
export type Inspection =
  | {
      readonly kind: 'inspected';
      /** The first of them, at most 1,000. */
      readonly tasks: readonly TaskState[];
      /** How many there are. */
      readonly taskCount: number;
      /** What the code has asked for and waits for, with what the journal tells of it. */
      readonly commands: readonly OpenCommand[];
      /** For messages: `in task "Task-1", after step "charge"`. */
      readonly codeLocation: string;
      /** Why the code goes no further: it cannot follow the journal from there on. */
      readonly blockedBy?: Error;
    }
  | { readonly kind: 'not-found' }
  /** Nothing of the run is recorded yet: none of its code has run. */
  | { readonly kind: 'not-begun' }
  /** The code is not known here, or what is stored cannot be read. */
  | { readonly kind: 'unreadable'; readonly error: Error };

/** Replays a run and looks at it. Reads the table and writes nothing. */
export type InspectRun = (runId: string, options?: InspectOptions) => Promise<Inspection>;

export interface InspectOptions {
  /** With the frames of the tasks. Default: false. */
  readonly locals?: boolean;
}
