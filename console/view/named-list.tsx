/** A list of things that have names, as a table, and the one that is chosen beside it. */
import type { ComponentChildren } from 'preact';
import { goToNamed, place } from '../data/page-state.ts';
import type { NamedStore } from '../data/named-store.ts';

interface Named {
  readonly name: string;
}

/** Columns besides the name. */
export type NamedColumns<Row> = readonly (readonly [title: string, cell: (row: Row) => ComponentChildren])[];

interface NamedListProps<Row extends Named> {
  readonly store: NamedStore<Row, Named>;
  /** As the heading has it, and as one of them is called. */
  readonly title: string;
  readonly one: string;
  readonly columns: NamedColumns<Row>;
  /** Said where there are none. */
  readonly none: string;
  /** Beside the heading. */
  readonly action?: ComponentChildren;
  /** Its second column is shown however little room there is. */
  readonly isShort?: boolean;
  /** The one that is chosen, and dialogs. */
  readonly pane: (name: string) => ComponentChildren;
  readonly children: ComponentChildren;
}

export function NamedList<Row extends Named>({
  store,
  title,
  one,
  columns,
  none,
  action,
  isShort = false,
  pane,
  children,
}: NamedListProps<Row>) {
  const rows = store.rows.value;
  const { named } = place.value;
  return (
    <>
      <section class="pane list" aria-label={title}>
        <div class="view-head">
          <h1>{title}</h1>
          {action}
        </div>
        {rows === undefined || rows.length === 0 ? (
          <p class="nothing">{rows === undefined ? (store.problem.value ?? 'Reading ...') : none}</p>
        ) : (
          <div
            class="table-pane"
            tabIndex={0}
            role="region"
            aria-label={`${rows.length} ${title.toLowerCase()}`}
            data-own-arrows
          >
            <table class={isShort ? 'named is-short' : 'named'}>
              <thead>
                <tr>
                  {[one, ...columns.map(([column]) => column)].map((column) => (
                    <th key={column} scope="col">
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.name} class={named === row.name ? 'is-shown' : ''}>
                    <th scope="row">
                      <button
                        type="button"
                        class="link-button"
                        aria-current={named === row.name ? 'true' : undefined}
                        onClick={() => goToNamed(store.view, row.name)}
                      >
                        {row.name}
                      </button>
                    </th>
                    {columns.map(([column, cell]) => (
                      <td key={column}>{cell(row)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {named === undefined ? null : pane(named)}
      {children}
    </>
  );
}
