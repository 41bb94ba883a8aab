import { it } from 'vitest';
import { expectRandomPrograms } from '../../asyncio/expect-random-programs.ts';

it('restored from bytes before every event, random programs log and end as they do in CPython', () => {
  expectRandomPrograms('restored');
});
