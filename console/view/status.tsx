/** The status of a run: a form for each, so that it is not the color alone that says it. */

const FORMS: Readonly<Record<string, string>> = {
  pending: 'M8 3.5a4.5 4.5 0 1 0 .01 0',
  running: 'M5.5 3.5v9l7-4.5z',
  suspended: 'M8 3.5a4.5 4.5 0 1 0 .01 0M8 5.5V8l2 1.5',
  paused: 'M5.5 4v8M10.5 4v8',
  blocked: 'M8 3l5.5 10h-11zM8 7v2.5M8 11.2v.1',
  completed: 'M3.5 8.5l3 3 6-7',
  failed: 'M4 4l8 8M12 4l-8 8',
  cancelled: 'M8 3.5a4.5 4.5 0 1 0 .01 0M4.8 11.2l6.4-6.4',
  terminated: 'M4.5 4.5h7v7h-7z',
};

export function StatusIcon({ status }: { readonly status: string }) {
  return (
    <svg class={`status-icon is-${status}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={FORMS[status] ?? FORMS['pending'] ?? ''} />
    </svg>
  );
}

export function Status({ status }: { readonly status: string }) {
  return (
    <span class={`status is-${status}`}>
      <StatusIcon status={status} />
      {status}
    </span>
  );
}
