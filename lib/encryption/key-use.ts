/** What each operation of the Store asks of the payload key: the permissions of its caller, and no more. */
import type { StoreOperation } from '../ports/store.ts';

/** `open`: something is decrypted. `seal`: something is encrypted, for which a data key may have to be made first. */
export type KeyUse = 'none' | 'open' | 'seal';

const KEY_USES: Readonly<Record<StoreOperation, KeyUse>> = {
  createRun: 'seal',
  readRun: 'open',
  putValue: 'seal',
  readValue: 'open',
  deleteValue: 'none',
  putMessage: 'seal',
  accept: 'open',
  deleteMessages: 'none',
  take: 'seal',
  loadRecords: 'open',
  putRecord: 'seal',
  removeRecords: 'none',
  readStream: 'open',
  transact: 'seal',
  loadMessages: 'open',
  claimUpdate: 'none',
  answerUpdate: 'seal',
  readAnswer: 'open',
  renew: 'seal',
  release: 'seal',
  finish: 'seal',
  continueRun: 'seal',
  watch: 'open',
  retryRun: 'seal',
  pauseRun: 'open',
  resumeRun: 'open',
  settleEnd: 'none',
  purge: 'none',
  deleteRun: 'open',
  readWorkflowList: 'none',
  changeWorkflowList: 'none',
  holdRun: 'none',
  putRunBack: 'none',
  readPool: 'none',
  listPools: 'none',
  changePool: 'none',
  joinLine: 'none',
  readLine: 'none',
  leaveLine: 'none',
  makeRunDue: 'none',
  listHeld: 'none',
  listDue: 'none',
  listRuns: 'open',
};

const KEY_ACTIONS: Readonly<Record<KeyUse, readonly string[]>> = {
  none: [],
  open: ['kms:Decrypt'],
  seal: ['kms:Decrypt', 'kms:GenerateDataKey'],
};

/** By which data keys are read, and made. */
const DATA_KEY_OPERATIONS: Readonly<Record<KeyUse, readonly StoreOperation[]>> = {
  none: [],
  open: ['loadMessages'],
  seal: ['loadMessages', 'putMessage'],
};

/** Actions on the payload key of those who call these operations. */
export function keyActionsOf(operations: readonly StoreOperation[]): readonly string[] {
  return KEY_ACTIONS[useOf(operations)];
}

/** What they call besides, where there is a payload key. */
export function dataKeyOperationsOf(operations: readonly StoreOperation[]): readonly StoreOperation[] {
  return DATA_KEY_OPERATIONS[useOf(operations)];
}

function useOf(operations: readonly StoreOperation[]): KeyUse {
  const uses = new Set(operations.map((operation) => KEY_USES[operation]));
  return uses.has('seal') ? 'seal' : uses.has('open') ? 'open' : 'none';
}
