/** Polling a slow API, less and less often. */
import { now, poll, step, workflow } from 'lull';

interface Job {
  readonly state: 'running' | 'done';
  readonly polls: number;
}

export const renderVideo = workflow('render-video', function* () {
  const began = now();
  yield* step('begin', () => 'job-1');
  const until = ({ state }: Job): boolean => state === 'done';
  const options = { until, every: '1m', factor: 2, maxEvery: '10m', timeout: '1 day' };
  const { polls } = yield* poll('look at the job', options, (previous): Job => {
    const asked = (previous?.polls ?? 0) + 1;
    return { state: asked < 3 ? 'running' : 'done', polls: asked };
  });
  return { polls, minutes: (now().getTime() - began.getTime()) / 60_000 };
});
