// The loop in a thread of its own, so that what hangs or crashes can be told from outside.
import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './loop.ts';
import { type FromWorker, WINDOW_HEAD_BYTES, type WorkerOrder } from './window.ts';

const order = workerData as WorkerOrder;
const head = new Int32Array(order.window, 0, 2);
const bytes = new Uint8Array(order.window, WINDOW_HEAD_BYTES);

const report = await fuzz({
  ...order,
  onInput: (input) => {
    head[0] = (head[0] ?? 0) + 1;
    head[1] = Math.min(input.length, bytes.length);
    bytes.set(input.subarray(0, bytes.length));
  },
  onFinding: (finding) => parentPort?.postMessage({ finding } satisfies FromWorker),
});
parentPort?.postMessage({ report } satisfies FromWorker);
