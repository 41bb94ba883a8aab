/** The workflows that a process knows, by name: gathered from an array or from a module's exports. */
import { setBrand } from './brand.ts';
import { describeValue } from './describe-value.ts';
import type { AnyEntity } from './entity.ts';
import { LullError, WorkflowCodeError } from './errors.ts';
import { suggest } from './suggest.ts';
import { isSignal, type Signal, signalSchema } from './signal.ts';
import type { StandardSchema } from './standard-schema.ts';
import { isUpdate, updateSchema } from './update.ts';
import { type AnyWorkflow, definitionOf, isWorkflow, type WorkflowDefinition } from './workflow.ts';

/**
 * Workflows and entities in an array, or the namespace of a module that exports them (`import * as workflows from './workflows'`).
 */
export type WorkflowSource = readonly (AnyWorkflow | AnyEntity)[] | Readonly<Record<string, unknown>>;

export interface WorkflowRegistry {
  find(name: string): WorkflowDefinition | undefined;
  /** Raises an UnknownWorkflowError that lists the names there are. */
  get(name: string): WorkflowDefinition;
  /** In alphabetical order. */
  names(): readonly string[];
  /** The names of the entities among them. */
  entities(): readonly string[];
  /**
   * For a signal that is sent by name: the schema of the only exported signal of that name. Several may share a name,
   * each for workflows of its own: then the names here do not say which one is meant.
   */
  signalSchema(name: string): StandardSchema | undefined;
  /** The same for an update. */
  updateSchema(name: string): StandardSchema | undefined;
}

/** No workflow of that name is known here. */
export class UnknownWorkflowError extends LullError {
  static {
    this.prototype.name = 'UnknownWorkflowError';
    setBrand(this.prototype, 'UnknownWorkflowError');
  }
  constructor(name: string, known: readonly string[]) {
    const guess = suggest(name, known);
    super(
      'UNKNOWN_WORKFLOW',
      `there is no workflow ${describeValue(name)}${guess === undefined ? '.' : `: did you mean "${guess}"?`} ` +
        `Known are ${known.join(', ')}`,
    );
  }
}

/**
 * Gathers workflows, and the signals beside them. Other exports of a module are left alone, the same workflow under
 * several names counts once; two workflows of one name, an array's element that is no workflow, and nothing to gather
 * are errors.
 */
export function createRegistry(source: WorkflowSource): WorkflowRegistry {
  const named = Array.isArray(source) ? fromArray(source) : fromModule(source as Readonly<Record<string, unknown>>);
  const byName = new Map<string, { readonly where: string; readonly definition: WorkflowDefinition }>();
  for (const { where, workflow } of named) {
    const definition = definitionOf(workflow);
    const { name } = definition;
    const other = byName.get(name);
    if (other === undefined) byName.set(name, { where, definition });
    else if (other.definition !== definition) throw twoOfOneName(name, other.where, where);
  }
  if (byName.size === 0) throw nothingGathered(source);

  const names = [...byName.keys()].sort();
  const signals = [...new Set<Signal<unknown>>(Object.values(source).filter(isSignal))];
  const updates = [...new Set<Named>(Object.values(source).filter(isUpdate))];
  const find = (name: string): WorkflowDefinition | undefined => byName.get(name)?.definition;
  return {
    find,
    get: (name) => {
      const definition = find(name);
      if (definition === undefined) throw new UnknownWorkflowError(name, names);
      return definition;
    },
    names: () => names,
    entities: () => names.filter((name) => find(name)?.entity !== undefined),
    signalSchema: (name) => {
      const signal = onlyOne(signals, name);
      return signal && signalSchema(signal);
    },
    updateSchema: (name) => {
      const update = onlyOne(updates, name);
      return update && updateSchema(update);
    },
  };
}

interface Named {
  readonly name: string;
}

function onlyOne<T extends Named>(all: readonly T[], name: string): T | undefined {
  const [one, ...others] = all.filter((each) => each.name === name);
  return others.length > 0 ? undefined : one;
}

interface Found {
  /** For messages: the export's name, or the place in the array. */
  readonly where: string;
  readonly workflow: AnyWorkflow;
}

function fromArray(source: readonly unknown[]): Found[] {
  return source.map((workflow, index) => {
    if (isWorkflow(workflow)) return { where: `element ${index}`, workflow };
    throw invalid(
      `the array of workflows has ${describeValue(workflow)} as element ${index}: give what workflow('name', ...) ` +
        `returned`,
    );
  });
}

function fromModule(source: Readonly<Record<string, unknown>>): Found[] {
  if (typeof source !== 'object' || (source as unknown) === null) {
    throw invalid(`the workflows are ${describeValue(source)}: give an array of them, or a module's namespace`);
  }
  return Object.entries(source).flatMap(([where, workflow]) =>
    isWorkflow(workflow) ? [{ where: `export "${where}"`, workflow }] : [],
  );
}

function twoOfOneName(name: string, first: string, second: string): WorkflowCodeError {
  return invalid(
    `two workflows are named "${name}": ${first} and ${second}. Runs are found by the name of their workflow, so ` +
      `rename one of them`,
  );
}

function nothingGathered(source: WorkflowSource): WorkflowCodeError {
  if (Array.isArray(source)) return invalid('the array of workflows is empty: put in what workflow(...) returned');
  const names = Object.keys(source);
  const exported = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
  return invalid(
    `the module has no workflow among its exports (${exported}): write ` +
      `export const checkout = workflow('checkout', function* (order) { ... })`,
  );
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
