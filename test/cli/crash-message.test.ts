import { expect, it } from 'vitest';
import { crashMessage } from '../../lib/cli/crash-message.ts';
import { createPaint } from '../../lib/cli/paint.ts';

const plain = createPaint({ isTTY: false });

it.each(['LEVEL_IO_ERROR', 'ENOSPC'])('says that a full disk (%s) loses nothing, and what to do', (code) => {
  const cause = Object.assign(new Error('table/3.log: No space left on device'), { code });
  const error = new Error('Database failed to open', { cause });
  expect(crashMessage(cause, '.lull', plain)).toBe(crashMessage(error, '.lull', plain));
  expect(crashMessage(error, '.lull', plain)).toBe(
    'lull dev ended: the table in .lull cannot be written: table/3.log: No space left on device.\n' +
      'Nothing that was written is lost. Make room on that disk, or name a folder on another one (--dir), and start ' +
      'again: runs go on.',
  );
});

it.each([
  [new TypeError('x is not a function')],
  ['a text'],
  [Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })],
])('has nothing to say of %s', (error) => expect(crashMessage(error, '.lull', plain)).toBeUndefined());
