/** What became of an invocation, as whoever asked for it sees it. */
export type InvocationResult =
  | { readonly kind: 'succeeded'; readonly payload: string }
  /** The function threw, its process died, or its time was up: what Lambda says of it. */
  | { readonly kind: 'failed'; readonly payload: string }
  /** No sandbox was to be had: it did not begin. */
  | { readonly kind: 'throttled' };

/** Invokes one function, at the qualifier that the template names. */
export type Invoke = (event: unknown) => Promise<InvocationResult>;
