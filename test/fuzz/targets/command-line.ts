/** Arguments, one a line: help, a version, an error in words, or a cloud as it was asked for. */
import { EXIT } from '../../../lib/cli/exit-codes.ts';
import { runFake } from '../../cli/fake-surroundings.ts';
import { expectThat, type FuzzTarget } from '../target.ts';
import { asked } from './no-cloud.ts';

const EXIT_CODES: ReadonlySet<number> = new Set(Object.values(EXIT));

const commandLine: FuzzTarget = {
  seeds: [
    'dev',
    'dev\nworkflows.ts\n--port\n0\n--dir\nx\n-w\n3',
    '--help',
    '--version',
    'help\ndev',
    'dve',
    'start\norder\n{"id":1}\n--id\no-1\n--wait\n5s',
    'list\n-s\nfailed,blocked\n--since\n2h\n-a\nx=1\n--json',
    'signal\nlatest\ngo\n-\n--endpoint\nhttp://127.0.0.1:1',
    'dev\n-p1\n-d=.',
  ],
  async run(input) {
    asked.length = 0;
    const { exitCode, out, err } = await runFake(input.toString().split('\n'), { sleep: () => Promise.resolve() });
    expectThat(EXIT_CODES.has(exitCode), `the exit code is ${exitCode}`);
    expectThat(!/\n\s+at .+:\d+/.test(out + err), `a stack is shown: ${out}${err}`);
    for (const { port, dir, workers = 2 } of asked) {
      expectThat(Number.isInteger(port) && port >= 0 && port <= 65_535, `the port is ${port}`);
      expectThat(Number.isInteger(workers) && workers >= 1 && workers <= 32, `there are ${workers} workers`);
      expectThat(dir.trim() !== '', 'the folder is empty');
    }
  },
};
export default commandLine;
