/** A resource of the stacks, and its properties, resolved when they are asked for. */
import type { CloudErrorCode } from '../cloud-error.ts';
import { isObject, listOf, textOf } from '../json.ts';
import { attributeOf, idOf, nameOf, referenceOf, type Subject } from './resource-identity.ts';
import type { Resolver } from './resolver.ts';
import type { TemplateFile, TemplateResource } from './template-file.ts';

export class MadeResource {
  readonly file: TemplateFile;
  /** `StackName/LogicalId`. */
  readonly id: string;
  readonly type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly #resolver: Resolver;
  readonly #subject: Subject;

  constructor(resolver: Resolver, file: TemplateFile, logicalId: string, resource: TemplateResource) {
    this.#resolver = resolver;
    this.#subject = resolver.subject(file, logicalId, resource);
    this.file = file;
    this.id = idOf(this.#subject);
    this.type = resource.Type;
    this.metadata = resource.Metadata ?? {};
  }

  get name(): string {
    return nameOf(this.#subject);
  }

  get arn(): string {
    return attributeOf(this.#subject, 'Arn');
  }

  /** What a Ref to it gives. */
  get reference(): string {
    return referenceOf(this.#subject);
  }

  get subject(): Subject {
    return this.#subject;
  }

  value(name: string): unknown {
    return this.#subject.property(name);
  }

  /** The empty text if it is not there. */
  text(name: string): string {
    return textOf(this.value(name));
  }

  /** A number may stand as a text in a template. */
  number(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const number = Number(textOf(value));
    if (textOf(value) !== '' && Number.isFinite(number)) return number;
    return this.fail('INVALID_TEMPLATE', name, `is ${JSON.stringify(value)}, and has to be a number`);
  }

  list(name: string): unknown[] {
    return listOf(this.value(name));
  }

  object(name: string): Readonly<Record<string, unknown>> {
    const value = this.value(name);
    return isObject(value) ? value : {};
  }

  fail(code: CloudErrorCode, property: string, message: string): never {
    const path = `Resources.${this.#subject.logicalId}.Properties.${property}`;
    return this.#resolver.fail(code, { file: this.file, path }, message);
  }
}

/** All resources of the stacks whose conditions hold, by type; and the types that were not asked for. */
export class MadeResources {
  readonly #all: readonly MadeResource[];
  readonly #asked = new Set<string>(['AWS::CDK::Metadata']);
  readonly #ignored = new Set<string>();

  constructor(resolver: Resolver, files: readonly TemplateFile[]) {
    this.#all = files.flatMap((file) =>
      Object.entries(file.template.Resources)
        .filter(([, resource]) => resolver.isMade(file, resource))
        .map(([logicalId, resource]) => new MadeResource(resolver, file, logicalId, resource)),
    );
  }

  ofType(...types: readonly string[]): MadeResource[] {
    for (const type of types) this.#asked.add(type);
    return this.#all.filter(({ type }) => types.includes(type));
  }

  /** Says of a resource of a known type that it does nothing here, and why. */
  ignore(resource: MadeResource, why: string): void {
    this.#ignored.add(`${resource.type} (${why})`);
  }

  ignored(): string[] {
    const types = this.#all.map(({ type }) => type).filter((type) => !this.#asked.has(type));
    return [...new Set([...types, ...this.#ignored])].sort();
  }
}
