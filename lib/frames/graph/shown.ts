/** A part of stored data in a message, which it must not fill. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return (text ?? 'nothing').slice(0, 100);
}
