/**
 * The layout of the table: every name in it, and how keys are made. The code that creates the table and the code that
 * fills it read it here.
 *
 *   pk = run id, sk = `run`                   the run item: at most 1 KB, as long as its names and inbox are ordinary. Where
 *                                             the starter took the first turn, it has record 1 too; and the
 *                                             last record, where there was room for it
 *                sk = `event#` + 8 digits     a record of the journal
 *                sk = `link#` + 8 digits      the same of a later link: its number, from 2, and `#` + 8 digits of the record
 *                sk = `inbox#` + message id   a message; of one with an idempotency key its digest stays
 *                sk = `value#` + key          a value that is too large for the run item
 *                sk = `stream#` + name + `#`  values of a stream: 8 digits of the place of the last of them
 *   pk = `schedule/` + name                   sk = `value#last-run`: the id of the run that the schedule started last
 *   pk = `keys/`                              sk = `inbox#` + id: a data key, as the payload key has encrypted it
 *   pk = `workflows/`                         sk = `paused`: the list of paused workflows
 *   pk = `pool/` + name                       sk = `pool`: the limits of a pool, and its places
 *                                             sk = `line#` + its order: one who waits for a place
 *   pk = `pools/`                             sk = the name of a pool
 *
 * Entries, messages and values are JSON text in one attribute each, not as native maps: it is smaller (a native
 * value pays for each element), knows no limit of depth, keeps every number and every string as it is, and can still
 * be read in the console. What is too large for an item is in the bucket, under `runs/` + run id + `/`.
 *
 * With a payload key, contents are encrypted (lib/encryption): then the attribute has bytes in place of JSON text.
 *
 * Two indexes hold run items only. No attribute of theirs is written by take, accept (but for `dueAtMs`) or renew, so
 * that these cost one unit.
 */
import { createHash } from 'node:crypto';
import { invariant } from '../core/invariant.ts';

/** The version of this layout. Each item carries it as `format`; an item of a later one is refused. */
export const schemaVersion = 1;

/** The format of a run item that has record 1 of its journal in it: a reader that knows of none would begin the run again. */
export const firstTurnFormat = 4;

/** The format of a run item that has had letters in it: a reader that knows of none would look for them in vain. */
export const lettersFormat = 5;

/** The format of a run item that has had a tail: a reader that knows of none would miss the end of its journal. */
export const tailFormat = 6;

/** The latest of them: a run item of a later one is refused. */
export const latestRunFormat = Math.max(firstTurnFormat, lettersFormat, tailFormat);

/** The format of an item that claims a content in the bucket: a reader that knows of no bucket refuses it. */
export const claimFormat = 2;

/** The format of an item whose content is encrypted: a reader that knows of no encryption refuses it. */
export const sealedFormat = 3;

/** Every attribute. In expressions they are written `#openStatus`. */
export const attribute = {
  pk: 'pk',
  sk: 'sk',
  /** N: the `schemaVersion` of the writer. */
  format: 'format',

  // The run item
  /** S: workflow name + `#` + shard. The only place of the workflow's name. */
  workflowShard: 'workflowShard',
  /** S: time of creation (15 digits of epoch milliseconds) + `#` + some characters that tell runs of one time apart. */
  createdOrder: 'createdOrder',
  /** S: pending, suspended or blocked. A run with a lease is running. Only open runs have it. */
  openStatus: 'openStatus',
  /** S: completed, failed, cancelled or terminated. Only closed runs have it. */
  closedStatus: 'closedStatus',
  endedAtMs: 'endedAtMs',
  /** S: of the first turn, where the starter took it; and its entries as JSON text, if they are in no item of their own. */
  firstNonce: 'firstNonce',
  firstEntries: 'firstEntries',
  /** S: the last record, as JSON text of its entries; and its number, its epoch and its nonce, as in `7 3 2Qs8xVn0rT7uYw1kLm3oPb`. */
  tail: 'tail',
  tailOf: 'tailOf',
  /** N: the format that a run item with a tail keeps where a lower one is to be written. */
  tailFormat: 'tailFormat',
  /** S: JSON text of the encoded input, or the key of the value that has it. */
  input: 'input',
  inputKey: 'inputKey',
  inputDigest: 'inputDigest',
  notBeforeMs: 'notBeforeMs',
  /** N: which link of the run it is, from 2. Absent: the first. */
  link: 'link',
  /** N: when the run's time is up. Absent: no timeout was given at its start. */
  deadlineAtMs: 'deadlineAtMs',
  /** S: a digest of the step's idempotency key, `child` or `run`, and the id of the run whose code started this one. */
  startedBy: 'startedBy',
  /** N: the time that the run is for, where a schedule has started it. */
  scheduledAtMs: 'scheduledAtMs',
  /** L of S: ids of runs that learn of the end. */
  watchers: 'watchers',
  /** S: what is left to do after the end. */
  afterEnd: 'afterEnd',
  /** N: when it is to be purged, once that is done. */
  purgeAtMs: 'purgeAtMs',
  /** N: when it was deleted. Only the run item is left then, and keeps the id for a while. */
  deletedAtMs: 'deletedAtMs',
  /** N: how often the run was tried again after it had failed. */
  retries: 'retries',
  /** S: the record that its last snapshot has seen, a dash, and the epoch that wrote it. */
  snapshot: 'snapshot',
  /** S: JSON text: the base of its journal, but for the record that it has seen last, which is N. */
  base: 'base',
  baseRecord: 'baseRecord',
  /** S: JSON text: what the next turn does before it goes on, with a run that is tried again, or a fork. */
  goesOnFrom: 'goesOnFrom',
  /** S: JSON text of the encoded status that the code has set; and of the attributes. */
  customStatus: 'customStatus',
  attributes: 'attributes',
  result: 'result',
  resultKey: 'resultKey',
  /** N: counts leases. Also in records: that of the writer. */
  epoch: 'epoch',
  leaseOwner: 'leaseOwner',
  leaseExpiresAtMs: 'leaseExpiresAtMs',
  /** N: when the lease that was taken over had expired; 0 if none was. Tells a repeated take what it found at first. */
  priorLeaseExpiresAtMs: 'priorLeaseExpiresAtMs',
  /** N: counts accepted messages. */
  wakes: 'wakes',
  /** L of S: ids of accepted messages, in order. */
  inboxIds: 'mail',
  /** L of S: those of the messages that are in the run item themselves, as JSON text, in order. */
  letters: 'letters',
  /** S: a number; of a held run `held/`, its workflow, `#` and a number. Absent of a paused run. */
  dueShard: 'dueShard',
  /** N: epoch milliseconds; 0 is now, absent is never. */
  dueAtMs: 'dueAtMs',
  /** N: 1 if no wake was sent for that time. */
  needsWake: 'needsWake',
  /** N: since when it is paused. A paused run has no `dueShard`: so it is in no index of the due, whenever it is due. */
  pausedAtMs: 'pausedAtMs',
  /** N: 1 if a request to terminate it was accepted. */
  isToTerminate: 'isToTerminate',
  /** N: 1 if a request to cancel it was accepted. */
  isToCancel: 'isToCancel',
  /** S: the version of the worker. */
  pinnedTo: 'pinnedTo',
  blockedReason: 'blockedReason',
  blockedSinceMs: 'blockedSinceMs',
  blockedCode: 'blockedCode',
  /** S: what the journal has, and what the code does. Both or none. */
  blockedRecorded: 'blockedRecorded',
  blockedRequested: 'blockedRequested',
  blockedVersion: 'blockedVersion',
  blockedTryAtMs: 'blockedTryAtMs',
  /** N: signals that wait to be read, where they are too many for more. */
  unreadSignals: 'unreadSignals',
  /** N: how long the journal is, where it is near to its limit. */
  journalEvents: 'journalEvents',
  journalBytes: 'journalBytes',
  /** S: JSON text: where it waits for places in pools. */
  placeWaits: 'placeWaits',

  // The list of paused workflows
  /** N: counts its changes. */
  listVersion: 'listVersion',
  /** S: JSON text. */
  workflows: 'workflows',

  // A pool, and those who wait in it
  /** N: counts the changes of `pool`, which is S: JSON text. */
  poolVersion: 'poolVersion',
  pool: 'pool',
  /** N: counts those who have joined the line. */
  joinCount: 'joinCount',
  /** M of N: by group of keys, as in `g7`: the turn of its next waiter. */
  turns: 'turns',
  /** S: JSON text. */
  waiter: 'waiter',

  // Records, messages and values
  /** S: of a record the turn that wrote it; else made up by each put. */
  nonce: 'nonce',
  /** S: JSON text. */
  entries: 'entries',
  /** L of S: of a record that is encrypted, the ids of the messages in it. */
  messageIds: 'messageIds',
  message: 'message',
  value: 'value',
  /** S: JSON text: of a message that is encrypted, what is not: its kind, and what a store needs of it. */
  messageHead: 'messageHead',
  /** S: JSON text: what one record has written to one stream. */
  values: 'values',
  /** N: how many they are, where they are encrypted together. */
  count: 'count',
  /** S: of a message with an idempotency key. */
  messageDigest: 'messageDigest',
  /** S: JSON text: what came of an update. */
  answer: 'answer',
  /** N: of an update, the epoch of the worker that took over and decides on it. */
  claimedBy: 'claimedBy',
  /** N: 1 if the message is in the journal, and only its digest is left here. */
  received: 'received',
  /** S: JSON text: where the content is that is too large for the item. In place of one of the three. */
  claim: 'claim',
} as const;

export type AttributeName = keyof typeof attribute;

/** The index of the due: keys only, sparse. */
export const dueIndex = { name: 'due', partition: attribute.dueShard, sort: attribute.dueAtMs } as const;

/** The index by workflow: it is written when a run starts and when it ends. */
export const workflowIndex = {
  name: 'by-workflow',
  partition: attribute.workflowShard,
  sort: attribute.createdOrder,
  projected: [attribute.closedStatus, attribute.endedAtMs],
} as const;

/** May grow, never shrink: a reader asks all of them. Each takes a thousand index writes a second. */
const dueShardCount = 16;
const workflowShardCount = 8;
/** Of each workflow that was ever paused: a sweep reads them all. */
const heldShardCount = 4;

export const runSortKey = 'run';

/** Where the list of paused workflows is: no run has an id with a slash. */
export const workflowListKey = { partition: 'workflows/', sort: 'paused' } as const;

/** Where the names of pools are. */
export const poolListPartition = 'pools/';
export const poolSortKey = 'pool';
const LINE_PREFIX = 'line#';

/** No run has an id with a slash. */
export function poolPartition(name: string): string {
  return `pool/${name}`;
}

export function lineSortKey(order: string): string {
  return `${LINE_PREFIX}${order}`;
}

/** Behind all who wait. */
export const lastLineSortKey = `${LINE_PREFIX}~`;

const HELD_PREFIX = 'held/';
const RECORD_PREFIX = 'event#';
const LINK_PREFIX = 'link#';
const RECORD_DIGITS = 8;
const LAST_NUMBER = 10 ** RECORD_DIGITS - 1;
const CREATED_DIGITS = 15;

/** The keys of the first link are those that every run had before there were links. */
export function recordSortKey(number: number, link = 1): string {
  return recordPrefix(link) + toDigits(number, 'a record');
}

export function lastRecordSortKey(link = 1): string {
  return recordPrefix(link) + String(LAST_NUMBER);
}

/** Of a record, or of the values of a stream. */
export function fromRecordSortKey(sortKey: string): number {
  return Number(sortKey.slice(sortKey.lastIndexOf('#') + 1));
}

/** Of a record: its link. */
export function fromLinkSortKey(sortKey: string): number {
  return sortKey.startsWith(LINK_PREFIX) ? Number(sortKey.split('#')[1]) : 1;
}

function recordPrefix(link: number): string {
  return link === 1 ? RECORD_PREFIX : `${LINK_PREFIX}${toDigits(link, 'a link')}#`;
}

function toDigits(number: number, what: string): string {
  const digits = String(number).padStart(RECORD_DIGITS, '0');
  invariant(/^\d+$/.test(digits) && digits.length === RECORD_DIGITS, `${what} cannot have the number ${number}`);
  return digits;
}

export function messageSortKey(messageId: string): string {
  return `inbox#${messageId}`;
}

export function valueSortKey(key: string): string {
  return `value#${key}`;
}

/** `seq`: of the last value in the item. */
export function streamSortKey(name: string, seq: number): string {
  return streamPrefix(name) + toDigits(Math.min(seq, LAST_NUMBER), 'a value of a stream');
}

export function lastStreamSortKey(name: string): string {
  return streamSortKey(name, LAST_NUMBER);
}

/** The name of the stream. */
export function fromStreamSortKey(sortKey: string): string {
  const escaped = sortKey.slice('stream#'.length, sortKey.lastIndexOf('#'));
  return escaped.replace(/%2[35]/g, decodeURIComponent);
}

/** Without a `#` in the name: no stream's keys are between those of another one. */
function streamPrefix(name: string): string {
  return `stream#${name.replace(/[#%]/g, encodeURIComponent)}#`;
}

export function dueShardOf(runId: string): string {
  return String(digest(runId).readUInt32BE(0) % dueShardCount);
}

/** Of a held run, in the index of the due. No other shard of it has a slash. */
export function heldShardOf(workflow: string, runId: string): string {
  return `${HELD_PREFIX}${workflow}#${digest(runId).readUInt32BE(0) % heldShardCount}`;
}

export function heldShards(workflow: string): string[] {
  return Array.from({ length: heldShardCount }, (_, shard) => `${HELD_PREFIX}${workflow}#${shard}`);
}

export function isHeldShard(dueShard: string): boolean {
  return dueShard.startsWith(HELD_PREFIX);
}

export function dueShards(): string[] {
  return Array.from({ length: dueShardCount }, (_, shard) => String(shard));
}

export function workflowShardOf(workflow: string, runId: string): string {
  return `${workflow}#${digest(runId).readUInt32BE(0) % workflowShardCount}`;
}

export function workflowShards(workflow: string): string[] {
  return Array.from({ length: workflowShardCount }, (_, shard) => `${workflow}#${shard}`);
}

/** Of a run item that is deleted and keeps its id for a while: no list looks here. */
export function deletedShardOf(workflow: string): string {
  return `${workflow}#deleted`;
}

export function fromWorkflowShard(workflowShard: string): string {
  return workflowShard.slice(0, workflowShard.lastIndexOf('#'));
}

/** Sorts by time; runs of one time in some order that stays. */
export function createdOrderOf(createdAtMs: number, runId: string): string {
  return `${createdOrderFrom(createdAtMs)}#${digest(runId).toString('base64url', 4, 10)}`;
}

/** Before all runs of that time, and after all that came before. */
export function createdOrderFrom(createdAtMs: number): string {
  const digits = String(Math.min(createdAtMs, 10 ** CREATED_DIGITS - 1)).padStart(CREATED_DIGITS, '0');
  invariant(/^\d+$/.test(digits), `a run cannot be created at ${createdAtMs} ms`);
  return digits;
}

export function fromCreatedOrder(createdOrder: string): number {
  return Number(createdOrder.slice(0, CREATED_DIGITS));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
