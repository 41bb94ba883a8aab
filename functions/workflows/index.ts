export { approval } from './approval.ts';
export { checkout } from './checkout.ts';
export {
  atOnce,
  atTheSide,
  coroutines,
  firstOne,
  forgottenAwait,
  inTime,
  oneAfterTheOther,
  sharedWork,
} from './coroutines.ts';
export { orderBatch } from './order-batch.ts';
export { subscription } from './subscription.ts';
