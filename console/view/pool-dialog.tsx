/** What is done to a pool: limits that are set and taken back, a pause and its end. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { PoolLimitsAnswer } from '../../lib/cli/engine/answers.ts';
import { writtenRate } from '../../lib/cli/text/pool-limits.ts';
import { actOnPool, setPool } from '../data/act-on-pool.ts';
import { poolStore } from '../data/pools-store.ts';
import { readLimits, type WrittenFields } from '../form/pool-limits.ts';
import { AskForm } from './ask-form.tsx';
import { Field } from './dialog.tsx';

interface Opened {
  readonly action: 'set' | 'reset' | 'pause' | 'resume';
  readonly name: string;
  readonly limits: PoolLimitsAnswer;
}

const opened = signal<Opened | undefined>(undefined);

export function openPool(what: Opened): void {
  opened.value = what;
}

export function PoolDialog() {
  const what = opened.value;
  if (what === undefined) return null;
  return what.action === 'set' ? <SetForm {...what} /> : <SimpleForm name={what.name} action={what.action} />;
}

function close(): void {
  opened.value = undefined;
}

function done(): void {
  close();
  poolStore.look();
}

const SIMPLE = {
  reset: { button: 'Reset', consequences: ['What the code says counts again. What has a place goes on.'] },
  pause: {
    button: 'Pause',
    consequences: ['It gives no places until it is resumed, and what asks for one waits.', 'What has a place goes on.'],
  },
  resume: { button: 'Resume', consequences: ['It gives places again, to those who wait first.'] },
} as const;

function SimpleForm({ name, action }: { readonly name: string; readonly action: keyof typeof SIMPLE }) {
  const { button, consequences } = SIMPLE[action];
  const submit = async (): Promise<void> => {
    await actOnPool(name, action);
    done();
  };
  return <AskForm title={`${button} pool ${name}`} {...{ button, consequences, onSubmit: submit, onClose: close }} />;
}

const FIELDS: readonly (readonly [key: keyof WrittenFields, label: string, placeholder: string])[] = [
  ['concurrency', 'So many at once', 'no limit'],
  ['concurrencyPerKey', 'So many at once for each key', 'no limit'],
  ['rate', 'So many in a time', 'no limit, or as in 100/1m'],
  ['ratePerKey', 'So many in a time for each key', 'no limit, or as in 10/1h'],
];

function SetForm({ name, limits }: Opened) {
  const [written, setWritten] = useState<WrittenFields>({
    concurrency: limits.concurrency?.toString() ?? '',
    concurrencyPerKey: limits.concurrencyPerKey?.toString() ?? '',
    rate: limits.rate === undefined ? '' : writtenRate(limits.rate),
    ratePerKey: limits.ratePerKey === undefined ? '' : writtenRate(limits.ratePerKey),
  });
  const { problems, ...read } = readLimits(written);
  const submit = async (): Promise<void> => {
    await setPool(name, read.limits);
    done();
  };
  return (
    <AskForm
      title={`Set limits of pool ${name}`}
      consequences={[
        'They count in place of all that the code says, whatever is deployed, until they are reset.',
        'Where a limit is lowered, what has a place goes on, and no more begin before there is room.',
      ]}
      button="Set"
      isReady={Object.keys(problems).length === 0}
      onSubmit={submit}
      onClose={close}
    >
      {FIELDS.map(([key, label, placeholder]) => (
        <Field
          key={key}
          label={label}
          value={written[key]}
          onInput={(text) => setWritten({ ...written, [key]: text })}
          problem={problems[key]}
          placeholder={placeholder}
        />
      ))}
    </AskForm>
  );
}
