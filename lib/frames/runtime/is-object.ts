/** Whether a value has an identity: what the language calls an object, functions too. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' ? value !== null : typeof value === 'function';
}
