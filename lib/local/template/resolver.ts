/**
 * Gives the values of a template: what Refs, attributes, conditions, mappings and outputs of other stacks stand for.
 *
 * Only what is asked for is resolved: a value in a resource that does nothing here need not be known.
 */
import { basename } from 'node:path';
import { CloudError, type CloudErrorCode } from '../cloud-error.ts';
import type { CloudEnvironment } from './environment.ts';
import { CONDITION_INTRINSICS, INTRINSICS, NO_VALUE, type IntrinsicCall } from './intrinsics.ts';
import { isObject, textOf } from '../json.ts';
import { parameterValue } from './parameters.ts';
import { apiIdOf, attributeOf, idOf, referenceOf, type CloudAddresses, type Subject } from './resource-identity.ts';
import type { TemplateFile, TemplateResource } from './template-file.ts';

/** A place in a template. */
export interface Place {
  readonly file: TemplateFile;
  /** `Resources.Worker.Properties.Timeout`. */
  readonly path: string;
}

export class Resolver {
  readonly #files: readonly TemplateFile[];
  readonly #environment: CloudEnvironment;
  readonly #addresses: CloudAddresses;
  /** What is being resolved, outermost first. */
  readonly #open: string[] = [];

  constructor(files: readonly TemplateFile[], environment: CloudEnvironment, addresses: CloudAddresses) {
    this.#files = files;
    this.#environment = environment;
    this.#addresses = addresses;
  }

  /** A value without intrinsics in it; undefined for `AWS::NoValue`. */
  resolve(value: unknown, place: Place): unknown {
    const resolved = this.#resolve(value, place);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  /** Whether the resource, or output, is made at all. */
  isMade(file: TemplateFile, { Condition: condition }: { readonly Condition?: unknown }): boolean {
    return condition === undefined || this.#condition(file, textOf(condition));
  }

  /** The resource as others refer to it. */
  subject(file: TemplateFile, logicalId: string, resource: TemplateResource): Subject {
    const at = (name: string): Place => ({ file, path: `Resources.${logicalId}.Properties.${name}` });
    const property = (name: string): unknown => this.resolve(resource.Properties?.[name], at(name));
    return {
      stackName: file.stackName,
      logicalId,
      type: resource.Type,
      environment: this.#environment,
      addresses: this.#addresses,
      property,
      versionNumber: () => {
        const siblings = Object.entries(file.template.Resources).filter(
          ([id, { Type, Properties }]) =>
            Type === 'AWS::Lambda::Version' &&
            this.resolve(Properties?.['FunctionName'], { file, path: `Resources.${id}.Properties.FunctionName` }) ===
              property('FunctionName'),
        );
        return siblings.findIndex(([id]) => id === logicalId) + 1;
      },
    };
  }

  /** What a stack gives out under this name. */
  output(file: TemplateFile, name: string): unknown {
    const path = `Outputs.${name}.Value`;
    return this.#once({ file, path }, () => this.resolve(file.template.Outputs[name]?.['Value'], { file, path }));
  }

  fail(code: CloudErrorCode, { file, path }: Place, message: string): never {
    throw new CloudError(code, `${basename(file.file)}: ${path}: ${message}`);
  }

  #resolve(value: unknown, place: Place): unknown {
    if (Array.isArray(value)) {
      const all = value.map((part, index) => this.#resolve(part, step(place, index)));
      return all.filter((part) => part !== NO_VALUE);
    }
    if (typeof value === 'string' && value.includes('{{resolve:')) {
      this.fail('NOT_SUPPORTED', place, `${value} is in AWS alone: give a value of its own to the local stack`);
    }
    if (!isObject(value)) return value;
    const [only, ...others] = Object.entries(value);
    if (only && others.length === 0 && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return this.#intrinsic(only[0], only[1], step(place, only[0]));
    }
    const entries = Object.entries(value).map(
      ([name, part]) => [name, this.#resolve(part, step(place, name))] as const,
    );
    return Object.fromEntries(entries.filter(([, part]) => part !== NO_VALUE));
  }

  #intrinsic(name: string, argument: unknown, place: Place): unknown {
    switch (name) {
      case 'Ref':
        return this.#reference(textOf(argument), place);
      case 'Fn::GetAtt':
        return this.#attribute(argument, place);
      case 'Fn::ImportValue':
        return this.#import(textOf(this.#resolve(argument, place)), place);
      case 'Fn::GetStackOutput':
        return this.#stackOutput(argument, place);
    }
    const intrinsic = INTRINSICS[name];
    if (!intrinsic) {
      const known = ['Ref', 'Fn::GetAtt', 'Fn::ImportValue', 'Fn::GetStackOutput', ...Object.keys(INTRINSICS)];
      this.fail('UNKNOWN_INTRINSIC', place, `the local cloud does not know ${name}: it knows ${known.join(', ')}`);
    }
    const value = intrinsic(this.#call(name, argument, place));
    return typeof value === 'string' ? this.#withLocalApis(value) : value;
  }

  #call(name: string, argument: unknown, place: Place): IntrinsicCall {
    const { file } = place;
    return {
      name,
      argument,
      resolve: (value, at) => this.#resolve(value, step(place, at)),
      condition: (condition) => this.#condition(file, condition),
      mapped: (map, key, last) => {
        const keys = file.template.Mappings[map];
        const values = isObject(keys) ? keys[key] : undefined;
        return isObject(values) ? values[last] : undefined;
      },
      named: (text) => {
        if (!text.includes('.')) return this.#reference(text, place);
        return this.#attribute(text, place);
      },
      region: this.#environment.region,
      fail: (message) => this.fail('INVALID_TEMPLATE', place, `${name} ${message}`),
    };
  }

  #reference(name: string, place: Place): unknown {
    if (name.startsWith('AWS::')) return this.#pseudoParameter(name, place);
    const { Parameters, Resources } = place.file.template;
    const parameter = Parameters[name];
    if (parameter) return parameterValue(name, parameter, (message) => this.fail('INVALID_TEMPLATE', place, message));
    const resource = Resources[name];
    if (!resource) this.fail('INVALID_TEMPLATE', place, `there is no resource or parameter ${name} in the template`);
    return this.#once(place, () => referenceOf(this.subject(place.file, name, resource)), `Resources.${name}`);
  }

  #attribute(argument: unknown, place: Place): unknown {
    const [name = '', ...path] = Array.isArray(argument) ? argument.map(textOf) : textOf(argument).split('.');
    const resource = place.file.template.Resources[name];
    if (!resource) this.fail('INVALID_TEMPLATE', place, `there is no resource ${name} in the template`);
    const subject = this.subject(place.file, name, resource);
    return this.#once(place, () => attributeOf(subject, path.join('.')), `Resources.${name}`);
  }

  #pseudoParameter(name: string, place: Place): unknown {
    const { accountId, region, partition, urlSuffix } = this.#environment;
    const { stackName } = place.file;
    switch (name) {
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Region':
        return region;
      case 'AWS::Partition':
        return partition;
      case 'AWS::URLSuffix':
        return urlSuffix;
      case 'AWS::StackName':
        return stackName;
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/local`;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return NO_VALUE;
      default:
        return this.fail('UNKNOWN_INTRINSIC', place, `the local cloud does not know the pseudo parameter ${name}`);
    }
  }

  #condition(file: TemplateFile, name: string): boolean {
    const path = `Conditions.${name}`;
    const condition = file.template.Conditions[name];
    if (condition === undefined) this.fail('INVALID_TEMPLATE', { file, path }, 'there is no such condition');
    return this.#once({ file, path }, () => this.#conditionValue(condition, { file, path }));
  }

  #conditionValue(value: unknown, place: Place): boolean {
    const [[name, argument] = ['', undefined]] = isObject(value) ? Object.entries(value) : [];
    if (name === 'Condition') return this.#condition(place.file, textOf(argument));
    const intrinsic = CONDITION_INTRINSICS[name];
    if (!intrinsic) {
      const known = ['Condition', ...Object.keys(CONDITION_INTRINSICS)].join(', ');
      this.fail('UNKNOWN_INTRINSIC', place, `a condition cannot be made of ${JSON.stringify(value)}: use ${known}`);
    }
    const call = this.#call(name, argument, step(place, name));
    if (name === 'Fn::Equals') return intrinsic(call);
    return intrinsic({ ...call, resolve: (part, at) => this.#conditionValue(part, step(place, at)) });
  }

  #import(name: string, place: Place): unknown {
    for (const file of this.#files) {
      for (const [outputName, output] of Object.entries(file.template.Outputs)) {
        const { Export: exported } = output;
        if (!isObject(exported)) continue;
        const at = { file, path: `Outputs.${outputName}.Export.Name` };
        if (this.resolve(exported['Name'], at) === name) return this.output(file, outputName);
      }
    }
    return this.fail('INVALID_TEMPLATE', place, `no stack of the assembly exports ${name}: name the whole cdk.out`);
  }

  #stackOutput(argument: unknown, place: Place): unknown {
    const { StackName, OutputName } = isObject(argument) ? argument : {};
    const name = textOf(this.#resolve(OutputName, step(place, 'OutputName')));
    const stack = textOf(this.#resolve(StackName, step(place, 'StackName'))).replace(
      /^arn:[^/]*stack\/([^/]+).*$/,
      '$1',
    );
    const file = this.#files.find(({ stackName }) => stackName === stack);
    if (file?.template.Outputs[name]) return this.output(file, name);
    return this.fail('INVALID_TEMPLATE', place, `no stack ${stack} of the assembly has an output ${name}`);
  }

  /** Where an address of an API is put together out of its id, it is that on this machine. */
  #withLocalApis(text: string): string {
    return text.replace(/https:\/\/([a-z0-9]{10})\.execute-api\.[^./]+\.amazonaws\.com(\.cn)?/g, (whole, apiId) => {
      for (const { stackName, template } of this.#files) {
        for (const [logicalId, { Type }] of Object.entries(template.Resources)) {
          const subject = { stackName, logicalId };
          if (Type !== 'AWS::ApiGatewayV2::Api' || apiIdOf(subject) !== apiId) continue;
          return this.#addresses.apiUrl(idOf(subject));
        }
      }
      return whole;
    });
  }

  /** What needs itself to be known can never be known. */
  #once<T>(place: Place, value: () => T, path = place.path): T {
    const key = `${place.file.stackName}: ${path}`;
    if (this.#open.includes(key)) {
      const loop = [...this.#open.slice(this.#open.indexOf(key)), key].join(' -> ');
      this.fail('CIRCULAR_REFERENCE', place, `it refers to itself: ${loop}`);
    }
    this.#open.push(key);
    try {
      return value();
    } finally {
      this.#open.pop();
    }
  }
}

function step({ file, path }: Place, name: string | number): Place {
  return { file, path: `${path}.${name}` };
}
