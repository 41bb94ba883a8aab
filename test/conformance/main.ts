/** `npm run conformance`: all programs in all homes, or in some of them, with the counts of each. */
import { Command, Option } from 'commander';
import { NODE_LINES, nodeBinary, runSuite } from '../nodes/node-binary.ts';

interface Home {
  readonly file: string;
  /** Names the home's tests among those of its file. */
  readonly tests: string;
}

const HOMES: Readonly<Record<string, Home>> = {
  kit: { file: 'kit', tests: 'straight' },
  rebuilt: { file: 'kit', tests: 'rebuilt' },
  handler: { file: 'handler', tests: 'a warm worker' },
  cold: { file: 'handler', tests: 'a cold worker' },
  dev: { file: 'dev', tests: '' },
  stack: { file: 'stack', tests: '' },
};

const given = new Command('npm run conformance --')
  .description('The conformance suite: one list of programs in each place where lull runs.')
  .addOption(new Option('--home <names...>', 'only these').choices(Object.keys(HOMES)).default(Object.keys(HOMES)))
  .addOption(
    new Option('--node <line>', 'in this Node, which npm fetches. Default: the one at hand').choices(NODE_LINES),
  )
  .showHelpAfterError()
  .parse()
  .opts<{ home: string[]; node?: string }>();

const binary = given.node === undefined ? process.execPath : nodeBinary(given.node);
const sum = { passed: 0, failed: 0 };
for (const name of given.home) {
  const { file, tests } = HOMES[name] as Home;
  const args = [`test/conformance/${file}.test.ts`, ...(tests === '' ? [] : ['--testNamePattern', tests])];
  const end = runSuite(binary, args, { LULL_CONFORMANCE: 'complete' });
  sum.passed += end.passed;
  sum.failed += end.failed;
  for (const failure of end.failures) console.log(`  ${failure}`);
  console.log(`${name} ${end.passed} passed, ${end.failed} failed`);
}
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
