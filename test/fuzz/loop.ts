/**
 * The loop: new inputs are made of known ones; what reaches code that none reached before is known from then on. A batch
 * of inputs is run between two looks at the coverage, and again, half by half, if there is something new.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Dice } from '../simulation/world/dice.ts';
import { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

export interface LoopOptions {
  /** The target's bundle: its default export is a FuzzTarget. */
  readonly file: string;
  /** The files whose coverage leads the way: a regular expression for their paths in the repository. */
  readonly measures: string;
  readonly corpus: readonly string[];
  readonly seed: number;
  readonly untilMs: number;
  /** Told of each input before it is run. */
  readonly onInput: (input: Buffer) => void;
  readonly onFinding: (finding: Finding) => void;
}

export interface Finding {
  readonly input: string;
  readonly error: string;
}

export interface LoopReport {
  readonly executions: number;
  /** Of the bytes of the measured files, how many ran: with the corpus alone, and at the end. */
  readonly coverageBefore: number;
  readonly coverage: number;
  /** All inputs that reached something new, as texts of one byte a character. */
  readonly corpus: readonly string[];
}

const LONGEST_BATCH = 2_000;
/** A look at the coverage is to take about this share of the time. */
const LOOKING_SHARE = 0.1;
const NEWEST = 5;
const MOST_FINDINGS = 20;
const SMALLER_TRIES = 400;

export async function fuzz(options: LoopOptions): Promise<LoopReport> {
  const { file, seed, untilMs, onInput, onFinding } = options;
  const url = pathToFileURL(file).href;
  const text = readFileSync(file, 'utf8');
  const mask = maskOf(text, new RegExp(options.measures));
  const coverage = new Coverage(url, mask); // before the target is loaded
  const { default: target } = (await import(url)) as { default: FuzzTarget };
  const words = wordsIn(text, mask);
  const dice = new Dice(seed);
  const corpus: Buffer[] = [];
  const errors = new Set<string>();
  let executions = 0;

  const run = async (input: Buffer): Promise<string | undefined> => {
    executions += 1;
    onInput(input);
    try {
      await target.run(input);
      return undefined;
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  };
  const tell = async (input: Buffer, error: string): Promise<void> => {
    const kind = kindOf(error);
    if (errors.has(kind) || errors.size >= MOST_FINDINGS) return;
    errors.add(kind);
    const small = await smaller(input, async (less) => {
      const other = await run(less);
      return other !== undefined && kindOf(other) === kind;
    });
    onFinding({ input: small.toString('latin1'), error });
  };
  /** Runs them once more, and keeps each that reaches something new: by halves, as few do. */
  const look = async (inputs: readonly Buffer[]): Promise<void> => {
    if (inputs.length === 0 || Date.now() > untilMs) return;
    for (const input of inputs) await run(input);
    if (coverage.take(inputs.length === 1) === 0) return;
    const half = Math.ceil(inputs.length / 2);
    if (inputs.length === 1) corpus.push(...inputs);
    else await look(inputs.slice(0, half));
    await look(inputs.slice(half));
  };

  for (const known of [...target.seeds.map((one) => Buffer.from(one)), ...options.corpus.map(toBytes)]) {
    const error = await run(known);
    if (error !== undefined) await tell(known, error);
    if (coverage.take(true) > 0) corpus.push(known);
  }
  const coverageBefore = coverage.share();
  /** Where something new was found last there is more of it. */
  const pick = (): Buffer => dice.pick(dice.chance(0.5) ? corpus : corpus.slice(-NEWEST));
  let batchLength = 10;
  while (Date.now() < untilMs) {
    const batch = Array.from({ length: batchLength }, () =>
      mutate(pick(), { dice, words, other: () => dice.pick(corpus) }),
    );
    const startedAtMs = performance.now();
    const failed: [Buffer, string][] = [];
    for (const input of batch) {
      const error = await run(input);
      if (error !== undefined) failed.push([input, error]);
    }
    const ranAtMs = performance.now();
    const isNew = coverage.take(false) > 0;
    const [runMs, lookMs] = [ranAtMs - startedAtMs, performance.now() - ranAtMs];
    for (const [input, error] of failed) await tell(input, error);
    if (isNew) await look(batch);
    const wanted = Math.round((batchLength * lookMs) / LOOKING_SHARE / Math.max(runMs, 0.01));
    batchLength = Math.max(5, Math.min(LONGEST_BATCH, wanted));
  }
  return {
    executions,
    coverageBefore,
    coverage: coverage.share(),
    corpus: corpus.map((one) => one.toString('latin1')),
  };
}

/** What stands in the measured code means something to it: texts, and names, as those of properties. */
function wordsIn(text: string, mask: Uint8Array): string[] {
  const words = (pattern: RegExp): string[] => {
    const found = [...text.matchAll(pattern)];
    return [...new Set(found.flatMap(({ index, 1: word }) => (mask[index] === 1 && word !== undefined ? [word] : [])))];
  };
  const names = words(/([A-Za-z_$][\w$]{1,24})/g);
  const texts = words(/"([^"\\\n]{1,30})"/g);
  // There are many more names than texts, and a text is the likelier one to be asked for.
  return [...names, ...Array.from({ length: Math.ceil(names.length / Math.max(1, texts.length)) }, () => texts).flat()];
}

/** esbuild writes the path of each file as a comment where it begins. */
function maskOf(text: string, measures: RegExp): Uint8Array {
  const mask = new Uint8Array(text.length);
  const starts = [...text.matchAll(/^\/\/ (\S+\.[cm]?[jt]sx?)$/gm)];
  for (const [index, start] of starts.entries()) {
    if (!measures.test(start[1] ?? '')) continue;
    mask.fill(1, start.index + start[0].length, starts[index + 1]?.index ?? text.length);
  }
  return mask;
}

/** Leaves out what is not needed for it to fail in the same way. */
async function smaller(input: Buffer, fails: (less: Buffer) => Promise<boolean>): Promise<Buffer> {
  let smallest = input;
  let tries = 0;
  for (let length = Math.ceil(input.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let from = 0; from < smallest.length && tries < SMALLER_TRIES;) {
      tries += 1;
      const less = Buffer.concat([smallest.subarray(0, from), smallest.subarray(from + length)]);
      if (await fails(less)) smallest = less;
      else from += length;
    }
  }
  return smallest;
}

/** Errors of one kind differ in numbers and in what they quote. */
function kindOf(error: string): string {
  const [message = '', ...frames] = error.split('\n');
  const ours = frames.find((frame) => frame.includes('lull-fuzz')) ?? '';
  return `${message.replace(/\d+|"[^"]*"|'[^']*'/g, '_').slice(0, 60)} ${ours.trim()}`;
}

function toBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
