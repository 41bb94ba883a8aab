/** Invokes a function again and again, as an EventBridge schedule does; never while the last time still lasts. */
import type { FunctionPool } from './function-pool.ts';
import { region } from './local-services.ts';
import type { LocalCloudNotice } from './notice.ts';

export interface ScheduleOptions {
  readonly pool: FunctionPool;
  readonly everyMs: number;
  readonly report: (notice: LocalCloudNotice) => void;
}

/** The first time is now. Gives the way to stop it. */
export function startSchedule({ pool, everyMs, report }: ScheduleOptions): () => void {
  let busy = false;
  let stopped = false;
  const fire = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      await pool.invoke(scheduledEvent());
    } catch (error) {
      if (!stopped) report({ kind: 'invocation-failed', function: 'sweeper', reason: (error as Error).message });
    } finally {
      busy = false;
    }
  };
  void fire();
  const timer = setInterval(() => void fire(), everyMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

function scheduledEvent(): unknown {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: new Date().toISOString(),
    region,
    resources: [`arn:aws:events:${region}:000000000000:rule/lull-sweeper`],
    detail: {},
  };
}
