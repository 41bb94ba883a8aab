export { approval } from './approval.ts';
export { checkout } from './checkout.ts';
export { coroutines, forgottenAwait } from './coroutines.ts';
export { orderBatch } from './order-batch.ts';
export { subscription } from './subscription.ts';
