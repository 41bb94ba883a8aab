#!/usr/bin/env node
/** The command `lull`. */
import { createProgram } from './program.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'; // nobody's concern here: nothing reaches AWS

await createProgram().parseAsync();
