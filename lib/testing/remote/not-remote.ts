/** What cannot be done with an engine elsewhere: an error that says so, and what to do instead. */
import { LullError } from '../../core/errors.ts';

/** A call that only an engine in this process can carry out. */
export class NotRemoteError extends LullError {
  static {
    this.prototype.name = 'NotRemoteError';
  }
  constructor(call: string, instead: string) {
    super('NOT_REMOTE', `${call} cannot be done with an engine elsewhere: ${instead}`);
  }
}

const INSTEAD: Readonly<Record<string, string>> = {
  advance:
    "its clock cannot be moved over HTTP. Give connectTestEngine({ cloud }) a cloud of this process, await startLocalCloud({ from: 'cdk.out' }), or wait for short times",
  now: 'its clock cannot be read over HTTP. Give connectTestEngine({ cloud }) a cloud of this process, or use new Date()',
  mockStep:
    'its steps run in its own workers. Let the steps call a stand-in of the service there, by an address in its environment',
  calls: 'its steps run in its own workers. Ask the history of the run: engine.history(run)',
  crash: 'its workers are processes of their own. In a local cloud, use cloud.killWorker()',
  deploy: 'deploy its code as you deploy it otherwise',
};

/** The given object, on which every other method is a NotRemoteError. */
export function refusing<T extends object>(object: object, what: string): T {
  return new Proxy(object, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (value !== undefined) return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      // What asks whether it is a promise, or how it is to be shown, asks for no method of ours.
      if (typeof name === 'symbol' || ['then', 'toJSON', 'asymmetricMatch', '$$typeof', 'nodeType'].includes(name)) {
        return undefined;
      }
      return (): never => {
        throw notRemote(`${name}() of ${what}`, name);
      };
    },
  }) as T;
}

export function notRemote(call: string, name: string): NotRemoteError {
  return new NotRemoteError(call, INSTEAD[name] ?? 'use lull/client or the HTTP API for it');
}
