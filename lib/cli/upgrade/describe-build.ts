/** Says what the build is that is loaded in this process. */
import { definitionOf, isWorkflow, type WorkflowDefinition } from '../../core/workflow.ts';
import type { AwaitPoint, Definition } from '../../frames/runtime/definition.ts';
import { runtime } from '../../frames/runtime/runtime.ts';
import { codeBehindPoint } from '../../scheduler/passed-code.ts';
import type { BuildDescription, DescribedPoint, DescribedWorkflow } from './build-description.ts';

/** Its workflows by their names, those of lull's own left out. */
export function describeBuild(): BuildDescription {
  const definitions = new Map<string, WorkflowDefinition>();
  for (const value of runtime.valuesInModules().flatMap(partsOf)) {
    if (isWorkflow(value)) definitions.set(definitionOf(value).name, definitionOf(value));
  }
  const workflows = [...definitions.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  return { code: runtime.codeId(), ownCode: runtime.ownCodeId(), workflows: workflows.map(describeWorkflow) };
}

/** A module may export workflows in a list or in an object. */
function partsOf(value: unknown): unknown[] {
  const isList = typeof value === 'object' && value !== null && !(value instanceof Map);
  return isList ? [value, ...(Object.values(value) as unknown[])] : [value];
}

function describeWorkflow(definition: WorkflowDefinition): DescribedWorkflow {
  const { name: named, code, isUnbounded } = definition;
  const name = { name: named, ...(isUnbounded && { isUnbounded }) };
  const known = code && functionOf(code);
  if (known === undefined) return { ...name, points: [] };
  return {
    ...name,
    function: known.id,
    points: [...known.byState.values()].map((point) => describePoint(known, point, definition)),
  };
}

function functionOf(code: object): Definition | undefined {
  const closure = runtime.closureOf(code);
  if (closure !== undefined) return runtime.definitionOf(closure.kind.id);
  const name = runtime.nameInModule(code);
  return name && runtime.definitionOf(`${name.module}#${name.path.join('/')}`);
}

function describePoint({ id }: Definition, point: AwaitPoint, definition: WorkflowDefinition): DescribedPoint {
  const [module = ''] = id.split('#');
  const captures = (runtime.closureOf(definition.code ?? {})?.captured.length ?? 0) > 0;
  const passed = captures ? undefined : codeBehindPoint(id, point, definition);
  return {
    id: point.id,
    at: `${module}:${point.line}:${point.column + 1}`,
    live: point.live.filter((local) => !local.startsWith('#')),
    ...(passed && { passed: [...passed] }),
  };
}
