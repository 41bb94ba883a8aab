/** What a person does to a pool. */
import { ask, pathOf } from './ask.ts';

/** As they are sent: a `per` is a duration. */
export interface WrittenLimits {
  readonly concurrency?: number;
  readonly concurrencyPerKey?: number;
  readonly rate?: WrittenRate;
  readonly ratePerKey?: WrittenRate;
}

export interface WrittenRate {
  readonly limit: number;
  readonly per: string;
}

/** `pause`, `resume`, or `reset`: back to the limits of the code. */
export function actOnPool(name: string, action: 'pause' | 'resume' | 'reset'): Promise<unknown> {
  return ask(pathOf('pools', name, action), { method: 'POST' });
}

export function setPool(name: string, limits: WrittenLimits): Promise<unknown> {
  return ask(pathOf('pools', name), { method: 'POST', body: limits });
}
