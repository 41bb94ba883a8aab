/** Patterns of one run alone. Each is played as it is, and one of its ways with a crash at each place. */
import { describe, expect, it } from 'vitest';
import { play, playOnce } from './play.ts';
import { agent, decided } from './workflows/agent.ts';
import { importRows } from './workflows/import-rows.ts';
import { interpret, type Statement } from './workflows/json-language.ts';
import { longCopy } from './workflows/long-copy.ts';
import { buyNow, undoPurchase } from './workflows/one-click.ts';
import { outside } from './workflows/outside.ts';
import { cancelOrder, paid, shopOrder } from './workflows/shop-order.ts';
import { renderVideo } from './workflows/slow-api.ts';
import { codeEntered, verifyPhone } from './workflows/sms-code.ts';
import { bookTrip } from './workflows/trip.ts';
import { moveTo, wakeUpCall } from './workflows/wake-up-call.ts';

describe('saga with compensation', () => {
  it('undoes what was booked, the last first', () =>
    play({
      workflows: [bookTrip],
      async scenario(engine) {
        await expect(engine.run(bookTrip, { id: 't2', isFull: true })).rejects.toThrow('no seats');
        expect(outside.log).toEqual(['car for t2', 'hotel for t2', 'no hotel for t2', 'no car for t2']);
      },
    }));

  it('undoes nothing of a trip that is booked', () =>
    playOnce({
      workflows: [bookTrip],
      async scenario(engine) {
        expect(await engine.run(bookTrip, { id: 't1' })).toEqual(['car for t1', 'hotel for t1', 'flight for t1']);
      },
    }));
});

describe('a timer that a signal moves', () => {
  it('fires at the time that was asked for last', () =>
    play({
      workflows: [wakeUpCall],
      async scenario(engine) {
        const at = (hours: number): Date => new Date(Date.UTC(2030, 0, 1, hours));
        await engine.advance(Date.UTC(2030, 0, 1) - engine.now().getTime());
        const run = await engine.start(wakeUpCall, at(8), { id: 'w' });
        await engine.settle();
        await run.signal(moveTo, at(6));
        await engine.settle();
        await run.signal(moveTo, at(10));
        expect(await run.result()).toEqual(at(10));
        expect(engine.now().getTime()).toBeGreaterThanOrEqual(at(10).getTime());
        expect(outside.log).toEqual(['wake up']);
      },
    }));
});

describe('an order with reminders, which can be cancelled before it ships', () => {
  it('reminds each day until it is paid, and ships', () =>
    play({
      workflows: [shopOrder],
      async scenario(engine) {
        const run = await engine.start(shopOrder, undefined, { id: 'o' });
        await engine.advance('30h');
        await run.signal(paid, { cents: 990 });
        expect(await run.result()).toBe('shipped');
        expect(outside.log).toEqual(['mail: please pay (day 1)', 'packed', 'shipped']);
      },
    }));

  it.each([
    ['before it is paid', false, ['mail: your order is cancelled']],
    ['while it is packed', true, ['refunded 990']],
  ])('is cancelled %s', (_when, isPaid, log) =>
    playOnce({
      workflows: [shopOrder],
      async scenario(engine) {
        const run = await engine.start(shopOrder, undefined, { id: 'o' });
        await engine.settle();
        if (isPaid) await run.signal(paid, { cents: 990 });
        await engine.settle();
        await run.signal(cancelOrder);
        expect(await run.result()).toBe('cancelled');
        expect(outside.log).toEqual(log);
      },
    }),
  );
});

describe('one-click buying', () => {
  it('can be undone for half a minute', () =>
    play({
      workflows: [buyNow],
      async scenario(engine) {
        const [kept, undone] = await Promise.all(
          ['kept', 'undone'].map((id) => engine.start(buyNow, `a book, ${id}`, { id })),
        );
        await engine.advance('20s');
        await undone!.signal(undoPurchase);
        expect([await kept!.result(), await undone!.result()]).toEqual(['bought', 'not bought']);
        expect(outside.log).toEqual(['bought a book, kept']);
      },
    }));
});

describe('an interpreter of workflows in JSON', () => {
  it('executes sequences, branches at once, conditions and waits', () =>
    play({
      workflows: [interpret],
      async scenario(engine) {
        const statement: Statement = {
          do: 'sequence',
          of: [
            { do: 'activity', name: 'greet', with: '{{who}}', into: 'greeting' },
            { do: 'wait', for: '1 day' },
            { do: 'parallel', of: [1, 2].map((n) => ({ do: 'activity', name: 'shout', with: `{{greeting}} ${n}` })) },
            { do: 'if', variable: 'who', is: 'Bob', then: { do: 'activity', name: 'no such' } },
          ],
        };
        const variables = { who: 'Ada' };
        expect(await engine.run(interpret, { variables, statement })).toEqual({ who: 'Ada', greeting: 'hello Ada' });
        expect(outside.log.toSorted()).toEqual(['HELLO ADA 1', 'HELLO ADA 2', 'hello Ada']);
      },
    }));
});

describe('a cancellable step with heartbeats', () => {
  it('goes on where the attempt before it was', () =>
    play({
      workflows: [longCopy],
      async scenario(engine) {
        const result = await engine.run(longCopy, 4);
        expect(result).toBe('4 pages');
        const pages = new Set(outside.log);
        expect([...pages].toSorted()).toEqual([1, 2, 3, 4].map((page) => `page ${page}`));
      },
    }));

  it('is aborted when the run is cancelled, which cleans up', () =>
    playOnce({
      workflows: [longCopy],
      async scenario(engine) {
        const run = await engine.start(longCopy, 1_000_000_000, { id: 'c' });
        await run.cancel('no longer needed');
        await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
        expect(outside.log.at(-1)).toBe('removed');
      },
    }));
});

describe('a code by SMS', () => {
  it('takes the right one, of which the history shows nothing', () =>
    play({
      workflows: [verifyPhone],
      async scenario(engine) {
        const run = await engine.start(verifyPhone, '555', { id: 'right' });
        await engine.settle();
        await run.signal(codeEntered, outside.log[0]?.slice(-6) ?? '');
        expect(await run.result()).toBe('verified');
        for await (const event of run.history()) expect(JSON.stringify(event.value ?? '')).not.toContain('555');
      },
    }));

  it('gives three tries, and five minutes', () =>
    playOnce({
      workflows: [verifyPhone],
      async scenario(engine) {
        const wrong = await engine.start(verifyPhone, '555');
        for (let tries = 0; tries < 3; tries += 1) await wrong.signal(codeEntered, 'nonsense');
        expect(await wrong.result()).toBe('too many tries');
        expect(await engine.run(verifyPhone, '556')).toBe('too late');
      },
    }));
});

describe('polling a slow API', () => {
  it('asks less and less often', () =>
    play({
      workflows: [renderVideo],
      async scenario(engine) {
        const { polls, minutes } = await engine.run(renderVideo, undefined);
        expect([polls, Math.round(minutes)]).toEqual([3, 1 + 2]);
      },
    }));
});

describe('fan-out with tolerated failures', () => {
  it('stops where many rows are broken', () =>
    play({
      workflows: [importRows],
      async scenario(engine) {
        await expect(engine.run(importRows, { rows: 3, bad: 2 })).rejects.toMatchObject({ code: 'EXCEPTION_GROUP' });
      },
    }));

  it('has no failure of its own where few of them fail', () =>
    playOnce({
      workflows: [importRows],
      async scenario(engine) {
        expect(await engine.run(importRows, { rows: 20, bad: 10 })).toEqual({ imported: 18, failed: 2 });
      },
    }));
});

describe('an agent with tools', () => {
  it.each([
    [true, 'It is on its way.', ['found a book', 'may I pay 20 EUR?', 'paid 20 EUR']],
    [false, 'Then not.', ['found a book', 'may I pay 20 EUR?']],
    [undefined, 'Then not.', ['found a book', 'may I pay 20 EUR?']],
  ])('asks a person, whose answer is %s', (isAllowed, says, log) =>
    (isAllowed === true ? play : playOnce)({
      workflows: [agent],
      async scenario(engine) {
        const run = await engine.start(agent, 'a book', { id: 'a' });
        await engine.settle();
        if (isAllowed !== undefined) await run.signal(decided, { call: 'pay 20 EUR', isAllowed });
        expect(await run.result()).toBe(says);
        expect(outside.log).toEqual(log);
      },
    }),
  );
});
