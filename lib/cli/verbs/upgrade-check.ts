/** `lull upgrade-check`: what becomes of the runs that wait in one build, when another one is deployed. It asks no engine. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { examplesText, reportError, type Context } from '../engine-verb.ts';
import { EXIT } from '../exit-codes.ts';
import { Output, type Styled } from '../output.ts';
import { compareBuilds, type ComparedBuilds, type ComparedPoint } from '../upgrade/compare-builds.ts';
import { readBuild } from '../upgrade/read-build.ts';

export function addUpgradeCheck(program: Command, { surroundings, exit }: Context): void {
  program
    .command('upgrade-check')
    .summary('compare two builds with frames: which runs that wait go on, and which are replayed')
    .description(
      'Compares two builds with frames, and says for each await point of each workflow whether runs that wait there go on, or are replayed, and why. No step runs, and no engine is asked; but each build is loaded. A run that is replayed goes on if the new build follows its journal, and is blocked if not. A run with an unbounded history has no journal to replay: it goes on, or is blocked.',
    )
    .argument(
      '<old>',
      'the build that is deployed: an asset folder of cdk.out, a bundle, or the file that exports the workflows',
    )
    .argument('<new>', 'the build that is to be deployed')
    .option('--json', 'JSON instead of words, for programs')
    .addHelpText(
      'after',
      examplesText([
        ['lull upgrade-check ../deployed/workflows.ts workflows.ts', 'What is checked out elsewhere, and what is here'],
        [
          'lull upgrade-check old/cdk.out/asset.1f3a cdk.out/asset.9c20 || echo "some runs will be replayed"',
          'Two bundles of the worker, in a script: 0 if all go on, 1 if some are replayed',
        ],
      ]),
    )
    .action(async (before: string, after: string, options: { readonly json?: boolean }) => {
      const output = new Output(surroundings, { json: options.json === true });
      try {
        const read = (path: string) => readBuild(resolve(surroundings.cwd, path));
        const compared = compareBuilds(...(await Promise.all([read(before), read(after)])));
        if (output.isJson) output.document(compared);
        else output.lines(describe(compared));
        exit(isAllGoingOn(compared) ? EXIT.ok : EXIT.refused);
      } catch (error) {
        exit(reportError(error, output));
      }
    });
}

function isAllGoingOn({ points, missing, notCompiled }: ComparedBuilds): boolean {
  return missing.length === 0 && notCompiled.length === 0 && points.every(({ goesOn }) => goesOn);
}

function describe({ points, missing, notCompiled }: ComparedBuilds): Styled[] {
  const names = [...new Set(points.map(({ workflow }) => workflow))];
  const going = points.filter(({ goesOn }) => goesOn).length;
  const blocked = points.filter(({ isBlocked }) => isBlocked === true).length;
  return [
    ...names.flatMap((name): Styled[] => [
      [['bold', name]],
      ...points.filter(({ workflow }) => workflow === name).map(pointLine),
    ]),
    ...notCompiled.map((name): Styled => [
      ['bold', name],
      '  was not compiled: its runs have no snapshots, and are replayed',
    ]),
    ...missing.map((name): Styled => [
      ['bold', name],
      '  is not in the new build: its runs are blocked until a build has it',
    ]),
    `at ${counted(going)} runs go on, at ${counted(points.length - going - blocked)} they are replayed` +
      (blocked === 0 ? '' : `, at ${counted(blocked)} they are blocked until a build goes on with them`),
  ];
}

function pointLine({ at, newAt, goesOn, isBlocked, reason }: ComparedPoint): Styled {
  const place = newAt === undefined || newAt === at ? at : `${at} (now ${newAt})`;
  return goesOn
    ? ['  ', ['green', 'go on'], `     ${place}`]
    : ['  ', isBlocked === true ? ['red', 'blocked '] : ['yellow', 'replayed'], `  ${place}: ${reason ?? ''}`];
}

function counted(points: number): string {
  return points === 1 ? '1 await point' : `${points} await points`;
}
