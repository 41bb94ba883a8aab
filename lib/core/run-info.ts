/** What a run knows about itself. */
export interface RunInfo {
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** The version of the code that started the run; `'unversioned'` where none is set. */
  readonly version: string;
  readonly startedAt: Date;
  /** The id of the run that started this one as its child. */
  readonly parent?: string;
  /** The time that the run is for, where a schedule has started it: it may have begun a little later. */
  readonly scheduledAt?: Date;
  /** 1; one more after each `run.retry()`, for the code from the step that failed on. */
  readonly attempt: number;
}
