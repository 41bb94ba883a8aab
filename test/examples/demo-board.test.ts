import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { boardLines, createBoard, type Progress } from '../../functions/examples/demo-board.ts';

const progress: Progress = {
  orders: 100,
  placed: 60,
  completed: 25,
  failed: 0,
  workers: [
    { pid: 11, busy: true },
    { pid: 12, busy: false },
  ],
  killed: [9],
  charges: 40,
  repeated: 2,
  outages: 3,
};

function written(isTTY: boolean): { out: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough();
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return {
    out: Object.assign(stream, { isTTY, columns: 200 }) as unknown as NodeJS.WriteStream,
    text: () => chunks.join(''),
  };
}

it('the board says where everything is', () => {
  expect(boardLines(progress, 12_340)).toEqual([
    '',
    `  orders   ${'█'.repeat(10)}${'░'.repeat(30)}  25 of 100   12.3 s`,
    '           60 placed, 35 under way, 25 completed, 0 failed',
    '  workers  11 busy   12 idle',
    '  killed   9',
    '  ledger   40 charges, 2 attempts repeated, 3 outages of services',
    '',
  ]);
});

it('on a terminal the board is drawn over the one before', () => {
  const { out, text } = written(true);
  const board = createBoard(out);
  board.show(progress);
  board.show({ ...progress, completed: 26 });
  expect(text().split('\u001b[7A\u001b[J')).toHaveLength(2);
  expect(text()).toContain('26 of 100');
});

it('elsewhere there are plain lines, one for each ten orders, without control characters', () => {
  const { out, text } = written(false);
  const board = createBoard(out);
  for (const completed of [3, 12, 13, 14, 29, 100]) board.show({ ...progress, placed: 100, completed });
  board.say('kill -9 11');
  const lines = text().trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/^ *\d+\.\d s {2}/, ''))).toEqual([
    '0 of 100 orders completed',
    '10 of 100 orders completed',
    '20 of 100 orders completed',
    '100 of 100 orders completed',
    'kill -9 11',
  ]);
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
