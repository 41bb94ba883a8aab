/** `lull/frames`: bundler plugins that make coroutines storable where they wait. */
export { esbuildFrames } from './plugins/esbuild-frames.ts';
export { viteFrames, type VitePlugin } from './plugins/vite-frames.ts';
export type { FramesOptions } from './plugins/options.ts';
