/** A cluster manager: nodes are assigned to jobs and freed by updates, which are refused when they make no sense. */
import { Lock, query, signal, step, update, workflow } from 'lull';
import { outside } from './outside.ts';

export const assign = update<{ job: string; nodes: number }, string[]>('assign');
export const free = update<string, number>('free');
export const health = query<{ free: number; jobs: string[] }>('health');
export const shutDown = signal('shut-down');

export const cluster = workflow('cluster', function* (size: number) {
  const freeNodes = Array.from({ length: size }, (_, index) => `node-${index + 1}`);
  const nodesOf = new Map<string, string[]>();
  const lock = new Lock();

  health.handle(() => ({ free: freeNodes.length, jobs: [...nodesOf.keys()] }));
  assign.handle({
    validate({ job, nodes }) {
      if (nodesOf.has(job)) throw new Error(`job ${job} has its nodes`);
      if (nodes < 1 || nodes > size) throw new RangeError(`give 1 to ${size} nodes`);
    },
    *run({ job, nodes }) {
      return yield* lock.with(function* () {
        if (nodesOf.has(job)) throw new Error(`job ${job} has its nodes`);
        if (nodes > freeNodes.length) throw new Error(`only ${freeNodes.length} nodes are free`);
        const taken = freeNodes.splice(0, nodes);
        nodesOf.set(job, taken);
        for (const node of taken) yield* step('assign', { key: node }, () => outside.does(`${node} works on ${job}`));
        return taken;
      });
    },
  });
  free.handle({
    *run(job) {
      return yield* lock.with(function* () {
        const nodes = nodesOf.get(job) ?? [];
        for (const node of nodes) yield* step('free', { key: node }, () => outside.does(`${node} is free`));
        nodesOf.delete(job);
        freeNodes.push(...nodes);
        return nodes.length;
      });
    },
  });

  yield* shutDown.receive();
  return nodesOf.size;
});
