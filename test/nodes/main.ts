/** `npm run test:nodes`: the whole suite on each Node that lull runs on, one after the other, a line for each. */
import { Command, Option } from 'commander';
import { NODE_LINES, nodeBinary, runSuite } from './node-binary.ts';

const program = new Command('npm run test:nodes --')
  .description('All tests on each Node. npm fetches the Nodes that are not there.')
  .argument('[filters...]', 'only the test files whose paths have one of these in them')
  .addOption(new Option('--node <lines...>', 'only on these').choices(NODE_LINES).default(NODE_LINES))
  .showHelpAfterError()
  .parse();

let failed = 0;
for (const line of program.opts<{ node: string[] }>().node) {
  const end = runSuite(nodeBinary(line), program.args);
  failed += end.failed;
  for (const failure of end.failures) console.log(`  ${failure}`);
  console.log(`Node ${line}: ${end.passed} passed, ${end.failed} failed, ${Math.round(end.tookMs / 1000)} s`);
}
process.exitCode = failed > 0 ? 1 : 0;
