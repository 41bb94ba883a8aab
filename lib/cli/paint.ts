const COLORS = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

export type Color = keyof typeof COLORS;

/** Colors a text for a terminal. Returns it as it is where colors are not wanted. */
export type Paint = (color: Color, text: string) => string;

type Variables = Readonly<Record<string, string | undefined>>;

/** Colors for a terminal, plain text for a file or a pipe. NO_COLOR turns them off, FORCE_COLOR on. */
export function createPaint(stream: { readonly isTTY?: boolean }, env: Variables = process.env): Paint {
  const colored = isColored(stream, env);
  return (color, text) => (colored && text !== '' ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text);
}

function isColored({ isTTY = false }: { readonly isTTY?: boolean }, env: Variables): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}
