#!/usr/bin/env node
/** The command `lull`. */
import { createProgram } from './program.ts';

await createProgram().parseAsync();
