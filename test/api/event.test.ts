import { expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { Event } from '../../lib/api/event.ts';
import { CancelledError } from '../../lib/core/errors.ts';
import { caught, pause, runBody } from './run-body.ts';

test('set wakes all tasks that wait; a task that comes later does not wait', () => {
  runBody(function* () {
    const event = new Event();
    const order: number[] = [];
    const waiter = function* (n: number) {
      if (yield* event.wait()) order.push(n);
    };
    const tasks = [createTask(waiter(1)), createTask(waiter(2))];
    yield* pause();
    expect([event.isSet(), order]).toEqual([false, []]);
    tasks.push(createTask(waiter(3)));
    event.set();
    yield* pause();
    expect([event.isSet(), order]).toEqual([true, [3, 1, 2]]);
    expect(tasks.every((task) => task.done())).toBe(true);
  });
});

test('wait returns true at once where the event is set', () => {
  runBody(function* () {
    const event = new Event();
    event.set();
    const task = createTask(event.wait());
    yield* pause();
    expect(task.result()).toBe(true);
  });
});

test('a task that waits is woken by a set that is cleared at once, and set again', () => {
  runBody(function* () {
    const event = new Event();
    const task = createTask(event.wait());
    yield* pause();
    event.set();
    event.clear();
    event.set();
    event.clear();
    expect(event.isSet()).toBe(false);
    yield* pause();
    expect(task.result()).toBe(true);
    const late = createTask(event.wait());
    yield* pause(2);
    expect(late.done()).toBe(false);
  });
});

test('a cancelled wait is forgotten, and the others are woken', () => {
  runBody(function* () {
    const event = new Event();
    const [cancelled, other] = [createTask(event.wait()), createTask(event.wait())];
    yield* pause();
    cancelled.cancel();
    event.set();
    expect(yield* caught(cancelled)).toBeInstanceOf(CancelledError);
    yield* other;
  });
});
