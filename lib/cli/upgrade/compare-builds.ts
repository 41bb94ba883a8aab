/** For each await point of each workflow: whether runs that wait there go on in another build, and why not. */
import { formOfOwnCode } from '../../core/stored-run-format.ts';
import type { BuildDescription, DescribedPoint, DescribedWorkflow } from './build-description.ts';

export interface ComparedPoint {
  readonly workflow: string;
  /** In the old build, and in the new one where it is there. */
  readonly at: string;
  readonly newAt?: string;
  readonly goesOn: boolean;
  /** Runs that wait there, and do not go on, are blocked: their history is unbounded, so there is no journal to replay. */
  readonly isBlocked?: true;
  /** Why runs that wait there are replayed, or blocked. */
  readonly reason?: string;
}

export interface ComparedBuilds {
  readonly points: readonly ComparedPoint[];
  /** Workflows of the old build that the new one does not have: their runs wait for a build that has them. */
  readonly missing: readonly string[];
  /** Workflows whose function was not compiled: their runs have no snapshots. */
  readonly notCompiled: readonly string[];
}

export function compareBuilds(before: BuildDescription, after: BuildDescription): ComparedBuilds {
  const later = new Map(after.workflows.map((workflow) => [workflow.name, workflow]));
  const known = before.workflows.filter(({ name }) => later.has(name));
  return {
    points: known.flatMap((workflow) => {
      const other = later.get(workflow.name) as DescribedWorkflow;
      return workflow.points.map((point) => comparePoint(workflow, point, { other, before, after }));
    }),
    missing: before.workflows.filter(({ name }) => !later.has(name)).map(({ name }) => name),
    notCompiled: known.filter((workflow) => workflow.function === undefined).map(({ name }) => name),
  };
}

interface Beside {
  readonly other: DescribedWorkflow;
  readonly before: BuildDescription;
  readonly after: BuildDescription;
}

function comparePoint(workflow: DescribedWorkflow, point: DescribedPoint, beside: Beside): ComparedPoint {
  const { other } = beside;
  const same = workflow.function === other.function ? other.points.find(({ id }) => id === point.id) : undefined;
  const reason = whyReplayed(workflow, point, { ...beside, same });
  return {
    ...{ workflow: workflow.name, at: point.at },
    ...(same && { newAt: same.at }),
    goesOn: reason === undefined,
    ...(reason !== undefined && workflow.isUnbounded && { isBlocked: true }),
    ...(reason !== undefined && { reason }),
  };
}

function whyReplayed(
  workflow: DescribedWorkflow,
  point: DescribedPoint,
  { other, before, after, same }: Beside & { readonly same: DescribedPoint | undefined },
): string | undefined {
  const otherLull = whyOtherLull(workflow, before, after);
  if (otherLull !== undefined) return otherLull;
  if (other.function === undefined) return 'its function is not compiled in the new build';
  if (other.function !== workflow.function) return whyElsewhere(workflow.function, other.function);
  if (same === undefined) return whyGone(point, other.points);
  if (point.passed === undefined || same.passed === undefined) {
    if (before.code === after.code) return undefined;
    return 'what runs of such a workflow have passed is not known, and some code has changed';
  }
  const changed = differencesOf(point.passed, same.passed);
  return changed.length === 0 ? undefined : `they have passed what has changed: ${changed.map(shown).join(', ')}`;
}

/** A build of a file names its modules from the folder of the project. */
function whyElsewhere(before: string | undefined, after: string): string {
  const [file, name] = after.split('#');
  if (before?.split('#')[1] !== name) return `its function is ${after} in the new build`;
  return `its file is ${file} in the new build: a file is known by its path from the folder of its package.json`;
}

/** Any lull whose form is not older goes on from a base. A snapshot is for the lull that wrote it. */
function whyOtherLull({ isUnbounded }: DescribedWorkflow, before: BuildDescription, after: BuildDescription) {
  if (before.ownCode === after.ownCode) return undefined;
  const [old, now] = [formOfOwnCode(before.ownCode), formOfOwnCode(after.ownCode)];
  const isRead = isUnbounded === true && old !== undefined && now !== undefined && old <= now;
  return isRead ? undefined : 'the new build has another version of lull';
}

/** The first part of an id is of the text, the second one of what is around it, the third one of what is alive. */
function whyGone({ id, live }: DescribedPoint, points: readonly DescribedPoint[]): string {
  const partsOf = (other: string): string[] => (other.split('~')[0] ?? '').split('.');
  const [text, around, alive] = partsOf(id);
  const alike = points.filter((point) => partsOf(point.id)[0] === text);
  if (alike.length === 0) return 'it is not there any more, or its text has changed';
  const within = alike.filter((point) => partsOf(point.id)[1] === around);
  const [first] = within;
  if (first === undefined) return 'the loops or tries around it have changed';
  if (within.some((point) => partsOf(point.id)[2] === alive)) return 'there is another number of such await points now';
  const now = within.length === 1 && first.live.join() !== live.join() ? `: ${first.live.join(', ') || 'none'}` : '';
  return `other variables are alive there now${now}${now && `; before ${live.join(', ') || 'none'}`}`;
}

function differencesOf(before: NonNullable<DescribedPoint['passed']>, after: typeof before): string[] {
  const [old, now] = [new Map(before), new Map(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name));
}

/** `shop.ts#` is what of the function's own statement was passed; `shop.ts#a,b is` the value of one. */
function shown(name: string): string {
  const [module = '', part = ''] = name.replace(/ is$/, '').split('#');
  if (!name.includes('#')) return name;
  return part === '' ? `its own code in ${module}` : `${part.replaceAll(',', ', ')} of ${module}`;
}
