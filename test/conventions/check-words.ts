// The check `words`: names, comments, messages and documents use the words of the glossary, and plain English.

import { join } from 'node:path';
import { findForbiddenWords } from './find-words.ts';

const problems = findForbiddenWords(join(import.meta.dirname, '../..'));
for (const problem of problems) console.error(problem);
console.log(`${problems.length} forbidden words`);
process.exitCode = problems.length > 0 ? 1 : 0;
