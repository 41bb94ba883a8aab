/** What the code of modules is made of: for each statement at the top level a hash of its text, and what it uses. */

/** As compiled code writes it. */
export interface WrittenCode {
  /** `a,b hash c d`: declares a and b, uses c and d. */
  readonly parts: readonly string[];
  /** Where imported names come from; `*` before it if it is the module as a whole. */
  readonly imports: Readonly<Record<string, string>>;
}

interface Part {
  readonly names: string;
  readonly hash: string;
  readonly uses: readonly string[];
}

export interface ModuleCode {
  readonly parts: ReadonlyMap<string, Part>;
  readonly imports: Readonly<Record<string, string>>;
  readonly own: Getters;
  readonly imported: Getters;
}

export type Getters = Readonly<Record<string, () => unknown>>;

const codes = new Map<string, ModuleCode>();

export function setCode(
  module: string,
  { code, own, imported }: { readonly code: WrittenCode; readonly own: Getters; readonly imported: Getters },
): void {
  const parts = new Map<string, Part>();
  for (const text of code.parts) {
    const [names = '', hash = '', ...uses] = text.split(' ');
    for (const name of names.split(',')) parts.set(name, { names, hash, uses });
  }
  codes.set(module, { parts, imports: code.imports, own, imported });
}

export function codeOfModule(module: string): ModuleCode | undefined {
  return codes.get(module);
}

/** The values that modules declare or import at their top level, and may be read. */
export function valuesInModules(): unknown[] {
  return [...codes.values()].flatMap(({ own, imported }) =>
    [...Object.values(own), ...Object.values(imported)].map(read),
  );
}

/** No getter of a module fails but where its value is not there yet. */
export function read(get: (() => unknown) | undefined): unknown {
  try {
    return get?.();
  } catch {
    return undefined;
  }
}
