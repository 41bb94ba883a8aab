/** What is exported here can be started by name; payloads of the signals are checked before they are accepted. */
export { approval, decision } from './approval.ts';
export { checkout } from './checkout.ts';
export { coroutines, forgottenAwait } from './coroutines.ts';
export { orderBatch } from './order-batch.ts';
export { cancelSubscription, subscription } from './subscription.ts';
