/** Invokes a function again and again, as an EventBridge schedule does; never while the last time still lasts. */
import type { FunctionPool } from './function-pool.ts';
import { region } from './local-services.ts';

/** The first time is now. Gives the way to stop it. */
export function startSchedule(pool: Pick<FunctionPool, 'invoke'>, everyMs: number): () => void {
  let busy = false;
  const fire = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    await pool.invoke(scheduledEvent()).catch(() => undefined); // the pool tells why; the next time may work
    busy = false;
  };
  void fire();
  const timer = setInterval(() => void fire(), everyMs);
  return () => clearInterval(timer);
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
