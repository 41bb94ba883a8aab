/** What names a step within its run: its name, and the position of its command. As in `charge#3`. */
export function stepIdOf({ name, id }: { readonly name: string; readonly id: number }): string {
  return `${name}#${id}`;
}
