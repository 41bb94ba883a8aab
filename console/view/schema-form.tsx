/** The fields of a form, as deep as its schema goes. Each says what it takes, and what is wrong with what is in it. */
import type { ComponentChildren } from 'preact';
import {
  emptyDraft,
  pathPart,
  type Draft,
  type DraftObject,
  type DraftVariant,
  type FieldProblem,
} from '../form/draft.ts';
import type { FormField } from '../form/form-field.ts';

interface FormProps {
  readonly field: FormField;
  readonly draft: Draft;
  readonly problems: readonly FieldProblem[];
  readonly onWrite: (draft: Draft) => void;
}

export function SchemaForm(props: FormProps) {
  return (
    <div class="schema-form">
      <FieldView {...props} path="$" />
    </div>
  );
}

interface FieldProps extends FormProps {
  readonly path: string;
}

function FieldView(props: FieldProps) {
  switch (props.field.kind) {
    case 'object':
      return <ObjectView {...props} fields={props.field.fields} />;
    case 'list':
      return <ListView {...props} item={props.field.item} />;
    case 'variant':
      return <VariantView {...props} variants={props.field.variants} />;
    default:
      return <LeafView {...props} />;
  }
}

function problemAt(problems: readonly FieldProblem[], path: string): string | undefined {
  return problems.find((problem) => problem.path === path)?.message;
}

/** Fields in a frame; those of the whole input need none. */
function Group({ field, path, problems, children }: FieldProps & { readonly children: ComponentChildren }) {
  const problem = problemAt(problems, path);
  const note = problem === undefined ? null : <p class="field-problem">{problem}</p>;
  if (path === '$') {
    return (
      <>
        {note}
        {children}
      </>
    );
  }
  return (
    <fieldset>
      <legend>
        <Title field={field} />
      </legend>
      {note}
      {children}
    </fieldset>
  );
}

function Title({ field: { label, isRequired, description, hint } }: { readonly field: FormField }) {
  const more = [isRequired ? '' : 'optional', hint ?? ''].filter((text) => text !== '').join(', ');
  return (
    <>
      <span class="field-name">{label}</span>
      {more === '' ? null : <span class="quiet"> {more}</span>}
      {description === undefined ? null : <span class="field-about">{description}</span>}
    </>
  );
}

function ObjectView({
  fields,
  ...props
}: FieldProps & { readonly fields: readonly (FormField & { readonly name: string })[] }) {
  const { properties } = props.draft as DraftObject;
  return (
    <Group {...props}>
      {fields.map((each) => (
        <FieldView
          key={each.name}
          field={each}
          draft={properties[each.name] ?? emptyDraft(each)}
          problems={props.problems}
          path={`${props.path}${pathPart(each.name)}`}
          onWrite={(draft) => props.onWrite({ properties: { ...properties, [each.name]: draft } })}
        />
      ))}
    </Group>
  );
}

function ListView({ item, ...props }: FieldProps & { readonly item: FormField }) {
  const drafts = props.draft as readonly Draft[];
  return (
    <Group {...props}>
      {drafts.map((draft, index) => (
        <div key={index} class="form-item">
          <FieldView
            field={{ ...item, label: `${item.label} ${index + 1}` }}
            draft={draft}
            problems={props.problems}
            path={`${props.path}[${index}]`}
            onWrite={(next) => props.onWrite(drafts.with(index, next))}
          />
          <button
            type="button"
            class="plain-button"
            aria-label={`Remove ${item.label} ${index + 1} of ${props.field.label}`}
            onClick={() => props.onWrite(drafts.toSpliced(index, 1))}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        class="plain-button"
        aria-label={`Add to ${props.field.label}`}
        onClick={() => props.onWrite([...drafts, emptyDraft(item)])}
      >
        Add
      </button>
    </Group>
  );
}

function VariantView({ variants, ...props }: FieldProps & { readonly variants: readonly FormField[] }) {
  const { at, draft } = props.draft as DraftVariant;
  const variant = variants[at];
  const choose = (next: number): void => {
    const chosen = variants[next];
    props.onWrite({ at: next, draft: chosen === undefined ? '' : emptyDraft(chosen) });
  };
  return (
    <Group {...props}>
      <select
        aria-label={`${props.field.label}: which`}
        value={at}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {props.field.isRequired ? null : <option value={-1}>left out</option>}
        {variants.map(({ label }, index) => (
          <option key={index} value={index}>
            {label}
          </option>
        ))}
      </select>
      {variant === undefined ? null : (
        <FieldView
          field={variant}
          draft={draft}
          problems={props.problems}
          path={props.path}
          onWrite={(next) => props.onWrite({ at, draft: next })}
        />
      )}
    </Group>
  );
}

function LeafView({ field, draft, problems, path, onWrite }: FieldProps) {
  const problem = problemAt(problems, path);
  const shared = {
    value: draft as string,
    'aria-invalid': problem !== undefined,
    onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      onWrite(currentTarget.value),
  };
  return (
    <label class="field">
      <span>
        <Title field={field} />
      </span>
      <Control field={field} shared={shared} />
      {problem === undefined ? null : <span class="field-problem">{problem}</span>}
    </label>
  );
}

interface Shared {
  readonly value: string;
  readonly onInput: (event: { readonly currentTarget: { readonly value: string } }) => void;
  readonly 'aria-invalid': boolean;
}

function Control({ field, shared }: { readonly field: FormField; readonly shared: Shared }) {
  switch (field.kind) {
    case 'boolean':
      return (
        <select {...shared}>
          <option value="">{field.isRequired ? 'choose' : 'left out'}</option>
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      );
    case 'choice':
      return (
        <select {...shared}>
          <option value="">{field.isRequired ? 'choose' : 'left out'}</option>
          {field.options.map((option, index) => (
            <option key={index} value={index}>
              {typeof option === 'string' ? option : JSON.stringify(option)}
            </option>
          ))}
        </select>
      );
    case 'json':
      return <textarea rows={3} spellcheck={false} placeholder="JSON" {...shared} />;
    case 'number':
      return <input type="text" inputMode="decimal" autocomplete="off" {...shared} />;
    default:
      return <input type="text" spellcheck={false} autocomplete="off" {...shared} />;
  }
}
