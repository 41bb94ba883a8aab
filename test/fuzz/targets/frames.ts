/** What is stored in place of a frame: it is read, and can be stored again, or it is refused in words. */
import { loadGraph } from '../../../lib/frames/graph/load-graph.ts';
import { storeGraph } from '../../../lib/frames/graph/store-graph.ts';
import { registerClass } from '../../../lib/core/class-registry.ts';
import { runtime } from '../../../lib/frames/runtime/runtime.ts';
import { expectLanguageIntact, expectThat, type FuzzTarget } from '../target.ts';

class Point {
  readonly at: unknown;
  constructor(at: unknown) {
    this.at = at;
  }
}
registerClass(Point, { name: 'FuzzedPoint', toData: ({ at }) => at, fromData: (at) => new Point(at) });

runtime.define({
  id: 'fuzzed#main',
  start: ['p'],
  boxed: ['n'],
  points: [['here', 1, ['#of0', 'n', 'p'], 1, 1, 0]],
  blank: () => ({ '#pc': 0, '#d': undefined, '#n': undefined, '#v': undefined }),
  step: () => ({ value: undefined, done: true }),
});
runtime.closure('fuzzed#main/f', ['n*', 'p'], (n, p) => () => [n, p]);
class Place {}
const own = { TABLE: () => ({ a: [1] }), Place: () => Place };
runtime.nameModule('fuzzed', { own, imported: {}, classes: { Place: false } });

const frame = ['G', 'fuzzed#main', null, 'here', [1], '#of0', [2], 'n', [3], 'p', [4]];
const values = [
  [[0], ['k', 'fuzzed', 'Place', 'at', [0], ['sw', 'iterator'], 1, '__proto__', [1]], ['o']],
  [
    [0],
    frame,
    ['o', 'next', [5]],
    ['c', 'array', [6], 1, 'values', false],
    ['v', -1],
    ['f', 'fuzzed#main/f', [3], 'x'],
  ],
  [[0], ['o', '__proto__', [1], 'k', ['u']], ['O', [2], 0, 'x', 7, 1, ['sw', 'iterator'], 8, ['u'], ['u']], ['n']],
  [
    [0],
    ['a', [1], [2], [3], [4], ['n', '-ff'], ['-0']],
    ['m', 1, [1]],
    ['s', 1, [2]],
    ['i', 'FuzzedPoint', [4]],
    ['o'],
  ],
  [[0], ['A', 1, 3, 1, '0', 7, 5], ['e', [2], 'stack', 1, 'message', 5, 'm'], ['I', 'TypeError.prototype']],
  [
    [0],
    ['t', 'Uint8Array', [1], 0, 1],
    ['b', 'AQ=='],
    ['B', 'AA=='],
    ['d', 5],
    ['r', 'a+', 'g', 0],
    ['u', 'http://x/'],
  ],
  [
    [0],
    ['C', [1]],
    ['c', 'collection', [2], 1, 'entries', false],
    ['m', 1, 2],
    ['p', 5],
    ['g', 1, 2],
    ['M', 'fuzzed', 'TABLE'],
  ],
];

const frames: FuzzTarget = {
  seeds: values.map(([root, ...nodes]) => JSON.stringify([1, root, ...nodes])),
  run(input) {
    const loaded = loadGraph(input);
    if (loaded.kind === 'refused') {
      expectThat(loaded.reason.length < 400, `the reason is long: ${loaded.reason}`);
    } else {
      const once = storeGraph(loaded.value);
      if (once.kind === 'stored') {
        const again = loadGraph(once.bytes);
        expectThat(
          again.kind === 'loaded',
          `what was stored is not read: ${again.kind === 'refused' ? again.reason : ''}`,
        );
        const twice = storeGraph(again.value);
        const isSame = twice.kind === 'stored' && Buffer.compare(once.bytes, twice.bytes) === 0;
        expectThat(isSame, `it is stored in two ways: ${Buffer.from(once.bytes).toString()}`);
      }
    }
    expectLanguageIntact();
  },
};
export default frames;
