/**
 * The mark by which the classes of one copy of lull know the instances of another: a bundle may bring a copy of its
 * own, and `instanceof` by prototypes would make strangers of them.
 */
const BRAND = Symbol.for('lull.class');

const PROTOTYPE_LIMIT = 50; // a Proxy may claim to be its own prototype

export function setBrand(prototype: object, name: string): void {
  Object.defineProperty(prototype, BRAND, { value: name });
}

/** The brand that `setBrand` gave to exactly this prototype. */
export function brandOf(prototype: object): string | undefined {
  const brand: unknown = Object.getOwnPropertyDescriptor(prototype, BRAND)?.value;
  return typeof brand === 'string' ? brand : undefined;
}

/** Says whether a value is an instance of a class of that brand, of whichever copy. Never throws. */
export function hasBrand(value: unknown, brand: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    let at = Object.getPrototypeOf(value) as object | null;
    for (let depth = 0; at !== null && depth < PROTOTYPE_LIMIT; depth += 1) {
      if (brandOf(at) === brand) return true;
      at = Object.getPrototypeOf(at) as object | null;
    }
  } catch {
    // a Proxy that throws
  }
  return false;
}

/**
 * `instanceof` of a class with a brand: of whichever copy. A subclass without a brand of its own is recognized by its
 * prototype alone.
 */
export function isBrandedInstance(of: { readonly prototype: object }, value: unknown): boolean {
  if (Function.prototype[Symbol.hasInstance].call(of, value)) return true;
  const brand = brandOf(of.prototype);
  return brand !== undefined && hasBrand(value, brand);
}
