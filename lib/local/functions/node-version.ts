/** Whether the Node that runs here is of the line that a runtime such as `nodejs24.x` asks for. */
export function isNodeOf(runtime: string): boolean {
  return runtime === `nodejs${process.versions.node.split('.', 1).join('')}.x`;
}
