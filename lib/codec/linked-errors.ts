/** The properties of an error that lead to other errors. The language hides them: they are not enumerable. */

const LINKS = ['cause', 'errors'] as const;
const LINKS_OF_SUPPRESSED = [...LINKS, 'error', 'suppressed'] as const;

/** A SuppressedError is known by its name: Node has the class from version 24 on, and a compiler brings one of its own. */
export function linksOf(error: object): readonly string[] {
  return nameOf(error) === 'SuppressedError' ? LINKS_OF_SUPPRESSED : LINKS;
}

/** All that a stored error may have. */
export const ALL_LINKS: readonly string[] = LINKS_OF_SUPPRESSED;

function nameOf(error: object): unknown {
  try {
    return (error as { readonly name?: unknown }).name;
  } catch {
    return undefined; // a getter, or a Proxy
  }
}
