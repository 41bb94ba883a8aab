const COLORS = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

/** Colors a text for a terminal. Returns it as it is where colors are not wanted. */
export type Paint = (color: keyof typeof COLORS, text: string) => string;

/** Colors for a terminal, unless NO_COLOR is set; plain text for a file or a pipe. */
export function createPaint(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Paint {
  const colored = stream.isTTY === true && !env['NO_COLOR'];
  return (color, text) => (colored ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text);
}
