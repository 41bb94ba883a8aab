/** Looks at each run whenever it is at rest, whatever drives it. */
import { EventLoop } from '../../lib/scheduler/event-loop.ts';

/** `look` gets the run, and must not use what the engine keeps from workflow code. Returns what ends it. */
export function atEachRest(look: (run: object) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(EventLoop.prototype, 'runToQuiescence') as PropertyDescriptor;
  const run = own.value as EventLoop['runToQuiescence'];
  EventLoop.prototype.runToQuiescence = function (watcher) {
    const end = run.call(this, watcher);
    if (end === 'quiet') look(watcher);
    return end;
  };
  return () => {
    Object.defineProperty(EventLoop.prototype, 'runToQuiescence', own);
  };
}
