/** An error with its stack and its causes, the innermost last. */
import { ValueView } from './value-view.tsx';

const DEEPEST = 10;

export function ErrorView({
  error,
  title,
  depth = 0,
}: {
  readonly error: unknown;
  readonly title?: string;
  readonly depth?: number;
}) {
  if (typeof error !== 'object' || error === null) return <ValueView value={error} name="error" />;
  const {
    name = 'Error',
    message = '',
    code,
    stack,
    cause,
    errors,
    undoErrors,
    ...rest
  } = error as Record<string, unknown>;
  return (
    <div class="error">
      {title === undefined ? null : <h3>{title}</h3>}
      <p class="error-head">
        <strong>{String(name)}</strong>
        {typeof code === 'string' ? <code>{code}</code> : null}
        <span>{String(message)}</span>
      </p>
      {typeof stack === 'string' ? <Stack stack={stack} message={String(message)} /> : null}
      {Object.keys(rest).length === 0 ? null : <ValueView value={rest} name="more" />}
      {depth >= DEEPEST ? null : (
        <>
          {cause === undefined ? null : <ErrorView error={cause} title="Caused by" depth={depth + 1} />}
          {[...listOf(errors), ...listOf(undoErrors)].map((each, index) => (
            <ErrorView key={index} error={each} title={`Error ${index + 1}`} depth={depth + 1} />
          ))}
        </>
      )}
    </div>
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The lines of the author stand out; those of the engine and of packages do not. */
function Stack({ stack, message }: { readonly stack: string; readonly message: string }) {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  if (lines.length === 0) return message === '' ? <pre class="stack">{stack}</pre> : null;
  return (
    <pre class="stack">
      {lines.map((line, index) => (
        <span
          key={index}
          class={
            /node_modules|\(node:|<anonymous>\)$|\/lull\/|lib\/(engine|scheduler|core|api|testing|lambda)\/|functions\/create-/.test(
              line,
            )
              ? 'quiet'
              : ''
          }
        >
          {line.trim()}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
