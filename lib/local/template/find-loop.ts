/** Resources that need each other in a ring, which CloudFormation refuses to make. */
import { basename } from 'node:path';
import { CloudError } from '../cloud-error.ts';
import { isObject, listOf, textOf } from '../json.ts';
import type { TemplateFile } from './template-file.ts';

/** A ring of references is a CloudError that names it. */
export function refuseLoops({ file, template: { Resources } }: TemplateFile): void {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (path.includes(id)) {
      const loop = [...path.slice(path.indexOf(id)), id].join(' -> ');
      throw new CloudError(
        'CIRCULAR_REFERENCE',
        `${basename(file)}: resources refer to each other in a ring, so that none can be made first: ${loop}`,
      );
    }
    if (done.has(id)) return;
    const resource = Resources[id];
    for (const next of [...namesIn(resource?.Properties), ...listOf(resource?.DependsOn).map(textOf)]) {
      if (next in Resources) visit(next, [...path, id]);
    }
    done.add(id);
  };
  for (const id of Object.keys(Resources)) visit(id, []);
}

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (name === 'Ref') return [textOf(part)];
    if (name === 'Fn::GetAtt') return [textOf(Array.isArray(part) ? part[0] : textOf(part).split('.')[0])];
    if (name === 'Fn::Sub') return [...namesInText(textOf(listOf(part)[0])), ...namesIn(listOf(part)[1])];
    return namesIn(part);
  });
}

function namesInText(text: string): string[] {
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.trim().split('.')[0] ?? '');
}
