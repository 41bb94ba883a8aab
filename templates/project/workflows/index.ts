// What this file exports is deployed. Signals are among it, so that a payload is checked before it is accepted.
export { decided, order } from './order.ts';
