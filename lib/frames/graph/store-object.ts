/** The node of one object. */
import { types } from 'node:util';
import { registeredFor } from '../../core/class-registry.ts';
import { describeValue } from '../../core/describe-value.ts';
import { runtime } from '../runtime/runtime.ts';
import { EXTENSIBLE, isPrivateName, KINDS, NOT_EXTENSIBLE, type Json } from './format.ts';
import { intrinsicName } from './intrinsics.ts';
import { hasPlainProperties, partOf, storeProperties } from './properties.ts';
import { storeBuiltin } from './store-builtin.ts';
import { storeFrame } from './store-frame.ts';
import type { GraphWriter, Node } from './store-graph.ts';
import { refuseUnknownClass, storePrototype } from './unknown-class.ts';

export function storeObject(writer: GraphWriter, value: object): Node {
  const hostName = writer.host.nameOf?.(value);
  if (hostName !== undefined) return [KINDS.hostName, hostName];
  if (types.isProxy(value)) return writer.refuse('is a Proxy, whose target and traps cannot be seen');
  const intrinsic = intrinsicName(value);
  if (intrinsic !== undefined) return [KINDS.intrinsic, intrinsic];
  const name = runtime.nameInModule(value);
  if (name !== undefined && runtime.namedInModule(name) === value) return [KINDS.inModule, name.module, ...name.path];
  if (typeof value === 'function') return storeFunction(writer, value);
  const state = runtime.frameStateOf(value);
  if (state !== undefined) return storeFrame(writer, value, state);
  return storeByPrototype(writer, value);
}

function storeFunction(writer: GraphWriter, value: object): Node {
  const closure = runtime.closureOf(value);
  if (closure === undefined) {
    return writer.refuse(
      `is ${describeValue(value)}, which compiled code has not made: no other process could make it`,
    );
  }
  const keys = Reflect.ownKeys(value).filter((key) => key !== 'length' && key !== 'name' && key !== 'prototype');
  if (keys.length > 0)
    return writer.refuse(`is ${describeValue(value)} with a property of its own (${String(keys[0])})`);
  const { kind, captured } = closure;
  return [
    KINDS.closure,
    kind.id,
    kind.names.join(' ').replaceAll('*', ''),
    ...captured.map((one, index) => writer.value(one, ` (uses ${kind.names[index] ?? ''})`)),
  ];
}

function storeByPrototype(writer: GraphWriter, value: object): Node {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype && !types.isArgumentsObject(value) && !types.isNativeError(value)) {
    return storePlain(writer, value);
  }
  if (prototype === Array.prototype && Array.isArray(value)) return storeArray(writer, value);
  const hostClass = writer.host.classes?.find((one) => one.prototype === prototype);
  if (hostClass !== undefined) {
    return [KINDS.hostInstance, hostClass.name, writer.value(hostClass.save(value), '')];
  }
  const registered = prototype === null ? undefined : registeredFor(prototype);
  if (registered?.kind === 'instance') {
    return [KINDS.instance, registered.name, writer.value(registered.toData(value), '.toData()')];
  }
  if (value instanceof runtime.Box) return [KINDS.box, writer.value(value.v, '')];
  const builtin = storeBuiltin(writer, value, prototype);
  if (builtin !== undefined) return builtin;
  return storeOther(writer, value, prototype);
}

function storePlain(writer: GraphWriter, value: object): Node {
  if (!hasPlainProperties(value)) return storeOther(writer, value, Object.prototype);
  const node: Json[] = [KINDS.plainObject];
  for (const key of Object.keys(value)) {
    node.push(key, writer.value((value as Record<string, unknown>)[key], partOf(key)));
  }
  return node;
}

function storeArray(writer: GraphWriter, value: unknown[]): Node {
  const keys = Reflect.ownKeys(value);
  const isDense =
    keys.length === value.length + 1 &&
    Object.isExtensible(value) &&
    value.every((_, index) => isPlainItem(value, index));
  if (isDense) return [KINDS.array, ...value.map((item, index) => writer.value(item, `[${index}]`))];
  const extensible = Object.isExtensible(value) ? EXTENSIBLE : NOT_EXTENSIBLE;
  const length = Object.getOwnPropertyDescriptor(value, 'length');
  const canGrow = length?.writable === true ? 1 : 0;
  return [KINDS.oddArray, extensible, value.length, canGrow, ...storeProperties(writer, value, ['length'])];
}

function isPlainItem(value: unknown[], index: number): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(value, index);
  return descriptor?.writable === true && descriptor.enumerable === true && descriptor.configurable === true;
}

/** An instance of a class of compiled code, or an object that inherits from another one. */
function storeOther(writer: GraphWriter, value: object, prototype: object | null): Node {
  refuseUnknownClass(writer, value, prototype);
  const instance = prototype === null ? undefined : storeInstance(writer, value, prototype);
  if (instance !== undefined) return instance;
  const extensible = Object.isExtensible(value) ? EXTENSIBLE : NOT_EXTENSIBLE;
  return [KINDS.object, storePrototype(writer, prototype), extensible, ...storeProperties(writer, value)];
}

/** Most of what a run is made of: nothing in it is but what assignments make. Its class is named, and its keys are texts. */
function storeInstance(writer: GraphWriter, instance: object, prototype: object): Node | undefined {
  const ofClass = runtime.classOfPrototype(prototype);
  if (ofClass === undefined || !Object.isExtensible(instance)) return undefined;
  const keys = Reflect.ownKeys(instance);
  const areUsual = keys.every((key) => isUsual(Object.getOwnPropertyDescriptor(instance, key)) && !isTakenKey(key));
  if (!areUsual) return undefined;
  const node: Json[] = [KINDS.classInstance, ofClass.module, ofClass.name];
  for (const key of keys) {
    const part = partOf(key);
    const name = typeof key === 'symbol' ? (key.description ?? '') : key;
    const isPrivate = typeof key === 'symbol' && isPrivateName(name) && runtime.privateIn(ofClass, name) === key;
    const value: unknown = (instance as Record<PropertyKey, unknown>)[key];
    node.push(isPrivate ? name : writer.value(key, part), writer.value(value, part));
  }
  return node;
}

function isUsual(descriptor: PropertyDescriptor | undefined): boolean {
  return (
    descriptor !== undefined &&
    'value' in descriptor &&
    descriptor.writable === true &&
    descriptor.enumerable === true &&
    descriptor.configurable === true
  );
}

/** It would be read as a private name. */
function isTakenKey(key: PropertyKey): boolean {
  return typeof key === 'string' && isPrivateName(key);
}
