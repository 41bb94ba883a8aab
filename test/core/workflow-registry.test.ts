import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signal } from '../../lib/api/signal.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { createRegistry, type WorkflowSource } from '../../lib/core/workflow-registry.ts';

const checkout = workflow('checkout', function* () {});
const approval = workflow('approval', function* () {});
const rated = signal('rated', { schema: z.number() });

describe('createRegistry', () => {
  it('gathers workflows from an array', () => {
    expect(createRegistry([checkout, approval]).names()).toEqual(['approval', 'checkout']);
  });

  it("gathers workflows from a module's exports and leaves the others alone", () => {
    const registry = createRegistry({ checkout, rated, limit: 3, helper: () => 1, nothing: undefined, none: null });
    expect(registry.names()).toEqual(['checkout']);
    expect(registry.find('checkout')?.name).toBe('checkout');
    expect(registry.find('approval')).toBeUndefined();
  });

  it('counts one workflow once that is exported under several names', () => {
    expect(createRegistry({ checkout, default: checkout }).names()).toEqual(['checkout']);
  });

  it('knows the schema of a signal that is exported beside them', () => {
    const registry = createRegistry({ checkout, rated, alias: rated });
    expect(registry.signalSchema('rated')).toBeDefined();
    expect(registry.signalSchema('approved')).toBeUndefined();
  });

  it('does not guess which of several signals of one name is meant', () => {
    const other = signal('rated', { schema: z.string() });
    expect(createRegistry({ checkout, rated, other }).signalSchema('rated')).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    [
      'two workflows of one name in a module',
      { checkout, copy: workflow('checkout', function* () {}) },
      'two workflows are named "checkout": export "checkout" and export "copy". Runs are found by the name of their workflow, so rename one of them',
    ],
    [
      'two workflows of one name in an array',
      [checkout, approval, workflow('checkout', function* () {})],
      'two workflows are named "checkout": element 0 and element 2.',
    ],
    [
      'an array with something else in it',
      [checkout, () => 1],
      "the array of workflows has a function as element 1: give what workflow('name', ...) returned",
    ],
    ['an empty array', [], 'the array of workflows is empty: put in what workflow(...) returned'],
    [
      'a module without a workflow',
      { rated, *run() {} },
      "the module has no workflow among its exports (it exports rated, run): write export const checkout = workflow('checkout', function* (order) { ... })",
    ],
    ['a workflow itself', checkout, 'the workflows are a function checkout: give an array of them'],
    ['nothing', undefined, "the workflows are undefined: give an array of them, or a module's namespace"],
  ])('refuses %s', (_, source, message) => {
    expect(() => createRegistry(source as WorkflowSource)).toThrow(message);
  });
});

describe('registry.get', () => {
  const registry = createRegistry({ checkout, approval, batch: workflow('order-batch', function* () {}) });

  it.each([
    ['chekout', 'there is no workflow "chekout": did you mean "checkout"? Known are approval, checkout, order-batch'],
    ['Approval', 'there is no workflow "Approval": did you mean "approval"? Known are'],
    ['orderBatch', 'there is no workflow "orderBatch": did you mean "order-batch"? Known are'],
    ['refund', 'there is no workflow "refund". Known are approval, checkout, order-batch'],
    ['', 'there is no workflow "". Known are approval'],
  ])('of %j says what there is', (name, message) => {
    expect(() => registry.get(name)).toThrow(message);
    expect(() => registry.get(name)).toThrow(expect.objectContaining({ code: 'UNKNOWN_WORKFLOW' }));
  });
});
