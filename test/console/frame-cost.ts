/**
 * What a change of the page costs: processor time of its main thread until it is drawn, and not time on a clock, which says
 * more of what else the machine does. A screen of 60 pictures a second gives each 16.7 ms.
 */
import type { Page } from 'playwright-core';

export interface FrameCost {
  /** Milliseconds for one: script, style, layout and paint. */
  readonly meanMs: number;
  /** The part of it that is script. */
  readonly scriptMs: number;
}

/** Does something `times` times, and waits each time until it is drawn. */
export async function frameCost(page: Page, times: number, act: (time: number) => Promise<void>): Promise<FrameCost> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async (): Promise<Record<string, number>> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1_000]));
  };
  const before = await read();
  for (let time = 0; time < times; time += 1) {
    await act(time);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }
  const after = await read();
  await session.detach();
  const of = (name: string): number => ((after[name] ?? 0) - (before[name] ?? 0)) / times;
  return { meanMs: of('TaskDuration'), scriptMs: of('ScriptDuration') };
}
