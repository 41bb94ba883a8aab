/** A SuppressedError, as `suppressed-error-v1.json` has it. Node has the class from version 24 on. */
type SuppressedErrorClass = new (error: unknown, suppressed: unknown, message: string) => Error;

export function makeSuppressedError(SuppressedError: SuppressedErrorClass): Error {
  const closing = bare(Object.assign(new RangeError('not closed'), { code: 'E1' }));
  const writing = bare(new TypeError('not written', { cause: closing }));
  return bare(new SuppressedError(closing, writing, 'both failed'));
}

function bare<E extends Error>(error: E): E {
  error.stack = '';
  return error;
}
