/** An error from its stored form, which store-error.ts describes. */
import { registeredAs } from '../core/class-registry.ts';
import { describeValue } from '../core/describe-value.ts';
import { stackWith } from './error-stack.ts';
import { type ErrorClass, knownErrorNamed } from './known-errors.ts';
import { ALL_LINKS } from './linked-errors.ts';
import { markOmitted } from './omissions.ts';
import type { Reader, TaggedNode } from './reader.ts';

export function readError(node: TaggedNode, reader: Reader): Error {
  const { errorClass, name } = classOf(node, reader);
  const error = reader.begin(makeShell(errorClass, node, name));
  const isDomException = errorClass === DOMException; // has its message and name inside
  if (node['message'] !== undefined && !(isDomException && typeof node['message'] === 'string')) {
    defineHidden(error, 'message', reader.child(node['message'], 'message'));
  }
  for (const field of ALL_LINKS) {
    if (node[field] !== undefined) defineHidden(error, field, reader.child(node[field], field));
  }
  if (node['own'] !== undefined) defineOwn(error, reader.child(node['own'], 'own'), reader);
  if (name !== undefined && !isDomException && !Object.hasOwn(error, 'name')) defineHidden(error, 'name', name);
  const frames = node['stack'] === undefined ? '' : reader.text(node, 'stack');
  defineHidden(error, 'stack', stackWith(textOr(error.name), textOr(error.message), frames));
  if (node['omitted'] !== undefined) markOmitted(error, readOmitted(node, reader));
  return error;
}

function classOf(node: TaggedNode, reader: Reader): { errorClass: ErrorClass; name: string | undefined } {
  const known = knownErrorNamed(reader.text(node, 'class'));
  if (known === undefined) {
    return reader.refuse(
      'NEWER_FORMAT',
      `is an error of the class ${describeValue(node['class'])}, which this version of lull does not know. Deploy the ` +
        'newer version',
    );
  }
  const name = node['name'] === undefined ? undefined : reader.text(node, 'name');
  if (node['as'] === undefined) return { errorClass: known.class, name };
  const registeredName = reader.text(node, 'as');
  const registered = registeredAs(registeredName);
  if (registered?.kind === 'error') return { errorClass: registered.class, name };
  if (reader.unregistered === 'plain') return { errorClass: known.class, name: name ?? registeredName };
  return reader.refuse(
    'UNREGISTERED_CLASS',
    `is an error of the class "${registeredName}", which is not registered here. Call registerError with this class ` +
      'in a module that is loaded before runs go on',
  );
}

/**
 * A real error of the class, made without running the class's constructor and without the cost of a stack. Its stack is
 * set at once: the engine's own is put together when it is first touched, and an odd message could make that fail.
 */
function makeShell(errorClass: ErrorClass, node: TaggedNode, name: string | undefined): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const shell =
      errorClass === DOMException
        ? new DOMException(textOr(node['message']), name)
        : (Reflect.construct(Error, [], errorClass) as Error);
    defineHidden(shell, 'stack', '');
    return shell;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function defineOwn(error: Error, own: unknown, reader: Reader): void {
  if (typeof own !== 'object' || own === null) return reader.refuse('CORRUPT_DATA', 'has no properties as its own');
  for (const [key, value] of Object.entries(own)) {
    Object.defineProperty(error, key, {
      value: value as unknown,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
}

function defineHidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
}

function readOmitted(node: TaggedNode, reader: Reader): string[] {
  const paths = node['omitted'];
  const isList = Array.isArray(paths) && paths.every((path): path is string => typeof path === 'string');
  return isList ? [...paths] : reader.refuse('CORRUPT_DATA', 'has no paths as what was omitted');
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
