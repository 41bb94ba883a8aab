/** What the target of a rule gets of an event: all of it, a part, a constant, or what an input transformer makes of it. */
import { isObject } from '../json.ts';
import type { EventInput } from '../resources.ts';

/** Which rule it is, and when the event came. */
export interface InputContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly atMs: number;
}

/** A field, an element of a list: what this cloud follows of JSON paths. */
const PATH = /^\$(?:\.[\w/-]+|\[\d+\])*$/;

/** The paths of an input that cannot be followed here. */
export function unknownPaths({ path, transformer }: EventInput): string[] {
  const paths = [...(path === undefined ? [] : [path]), ...Object.values(transformer?.paths ?? {})];
  return paths.filter((each) => !PATH.test(each));
}

/** A JSON text; of a template that makes none, the text that it makes. */
export function inputOf(event: unknown, input: EventInput, context: InputContext): string {
  if (input.constant !== undefined) return input.constant;
  if (input.path !== undefined) return JSON.stringify(valueAt(event, input.path) ?? null);
  if (input.transformer === undefined) return JSON.stringify(event);
  return fillIn(event, input.transformer, context);
}

function valueAt(event: unknown, path: string): unknown {
  const steps = path.match(/\.[\w/-]+|\[\d+\]/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    if (step.startsWith('[')) return Array.isArray(value) ? (value as unknown[])[Number(step.slice(1, -1))] : undefined;
    return isObject(value) ? value[step.slice(1)] : undefined;
  }, event);
}

/** Within a text of the template a value stands as it is, elsewhere as JSON. One that is not there leaves nothing. */
function fillIn(
  event: unknown,
  { paths, template }: NonNullable<EventInput['transformer']>,
  context: InputContext,
): string {
  const { detail: _detail, ...envelope } = isObject(event) ? event : {};
  const values: Record<string, unknown> = {
    'aws.events.rule-arn': context.ruleArn,
    'aws.events.rule-name': context.ruleName,
    'aws.events.event.ingestion-time': new Date(context.atMs).toISOString(),
    'aws.events.event': envelope,
    'aws.events.event.json': event,
  };
  for (const [name, path] of Object.entries(paths)) values[name] = valueAt(event, path);
  let isInText = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (part, name: string | undefined) => {
    if (part === '"') isInText = !isInText;
    if (name === undefined) return part;
    const value = values[name];
    if (value === undefined) return '';
    const json = JSON.stringify(value);
    if (!isInText) return json;
    return typeof value === 'string' ? json.slice(1, -1) : JSON.stringify(json).slice(1, -1);
  });
}
