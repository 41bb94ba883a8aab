import { type Cases, inWorkflow } from './case.ts';

const fs = `import { readFileSync } from 'node:fs';\n`;
const s3 = `import { S3Client, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';\nconst s3 = new S3Client({});\n`;

export const noIoInWorkflows: Cases = {
  valid: [
    { name: 'in a step', code: inWorkflow(`yield* step('read', () => readFileSync('x', 'utf8'));`, fs) },
    {
      name: 'in a step of defineStep',
      code: inWorkflow(
        `yield* read('x');`,
        `${fs}import { defineStep } from 'lull';\nconst read = defineStep('read', (path) => readFileSync(path));\n`,
      ),
    },
    {
      name: 'in a function that steps call',
      code: inWorkflow(`yield* step('read', () => read());`, `${fs}function read() { return readFileSync('x'); }\n`),
    },
    {
      name: 'in a function that is a body',
      code: inWorkflow(`yield* step('read', read);`, `${fs}const read = () => readFileSync('x');\n`),
    },
    {
      name: 'in a body within the workflow',
      code: inWorkflow(`const read = () => readFileSync('x'); yield* step('read', read);`, fs),
    },
    {
      name: 'a client of AWS in a step',
      code: inWorkflow(`yield* step('put', () => s3.send(new PutObjectCommand({})));`, s3),
    },
    {
      name: 'a class of errors',
      code: inWorkflow(
        `try { yield* sleep(1); } catch (error) { if (error instanceof S3ServiceException) return 1; throw error; }`,
        s3,
      ),
    },
    { name: 'fetch in a step', code: inWorkflow(`yield* step('get', () => fetch('x'));`) },
    {
      name: 'a timer in a step',
      code: inWorkflow(`yield* step('get', () => new Promise((done) => setTimeout(done, 5)));`),
    },
    {
      name: 'what only computes',
      code: inWorkflow(
        `return join('a', createHash('sha256').update(EOL).digest('hex')); yield* sleep(1);`,
        `import { join } from 'node:path';\nimport { createHash } from 'node:crypto';\nimport { EOL } from 'node:os';\n`,
      ),
    },
    { name: 'a name that is declared', code: inWorkflow(`const fetch = (x) => x; return fetch(yield* sleep(1));`) },
    {
      name: 'a key and a method',
      code: inWorkflow(`return { fetch: yield* sleep(1), y: input.fetch, z: input.setTimeout() };`),
    },
    {
      name: 'beside the workflow',
      code: inWorkflow(
        `yield* sleep(1);`,
        `${fs}export const text = readFileSync('x');\nexport function main() { fetch('x'); return process.env.A; }\n`,
      ),
    },
    {
      name: 'a type',
      code: inWorkflow(
        `const s: S3Client | undefined = undefined; yield* sleep(1); return s;`,
        `import type { S3Client } from '@aws-sdk/client-s3';\n`,
      ),
    },
    {
      name: 'allowed by its name',
      code: inWorkflow(`return hash(yield* sleep(1));`, `import { hash } from '@azure/hash';\n`),
      options: [{ allow: ['@azure/hash'] }],
    },
    { name: 'an undo', code: inWorkflow(`yield* step('a', { undo: () => fetch('x') }, () => fetch('y'));`) },
  ],
  invalid: [
    {
      name: 'a file',
      code: inWorkflow(`return readFileSync('x'); yield* sleep(1);`, fs),
      errors: [{ messageId: 'imported' }],
    },
    {
      name: 'a module as a whole',
      code: inWorkflow(`return fs.readFileSync('x'); yield* sleep(1);`, `import * as fs from 'fs';\n`),
      errors: [{ messageId: 'imported', data: { name: 'fs.readFileSync', module: 'fs' } }],
    },
    {
      name: 'by its default',
      code: inWorkflow(`return axios.get('x'); yield* sleep(1);`, `import axios from 'axios';\n`),
      errors: [{ messageId: 'imported' }],
    },
    {
      name: 'part of a module',
      code: inWorkflow(`return readFile('x'); yield* sleep(1);`, `import { readFile } from 'node:fs/promises';\n`),
      errors: [{ messageId: 'imported' }],
    },
    {
      name: 'a client that was made outside',
      code: inWorkflow(`s3.send(input); yield* sleep(1);`, s3),
      errors: [{ messageId: 'imported' }],
    },
    {
      name: 'in a helper',
      code: inWorkflow(`return read(); yield* sleep(1);`, `${fs}function read() { return readFileSync('x'); }\n`),
      errors: [{ messageId: 'imported' }],
    },
    {
      name: 'in a function within',
      code: inWorkflow(`return input.map((x) => readFileSync(x)); yield* sleep(1);`, fs),
      errors: [{ messageId: 'imported' }],
    },
    {
      name: 'a module of CommonJS',
      code: `const { execSync } = require('child_process');\nconst { workflow } = require('lull');\nworkflow('w', function* () { execSync('ls'); });`,
      errors: [{ messageId: 'imported' }],
    },
    {
      name: 'chance',
      code: inWorkflow(`return randomBytes(4); yield* sleep(1);`, `import { randomBytes } from 'node:crypto';\n`),
      errors: [{ messageId: 'imported' }],
    },
    { name: 'fetch', code: inWorkflow(`void fetch('x'); yield* sleep(1);`), errors: [{ messageId: 'global' }] },
    {
      name: 'a timer',
      code: inWorkflow(`setTimeout(() => undefined, 5); yield* sleep(1);`),
      errors: [{ messageId: 'global' }],
    },
    {
      name: 'the environment',
      code: inWorkflow(`return process.env.A; yield* sleep(1);`),
      errors: [{ messageId: 'global' }],
    },
    {
      name: 'through globalThis',
      code: inWorkflow(`globalThis.fetch('x'); yield* sleep(1);`),
      errors: [{ messageId: 'global' }],
    },
    {
      name: 'a module of the options',
      code: inWorkflow(`return find(yield* sleep(1));`, `import { find } from '@acme/database';\n`),
      options: [{ modules: ['@acme/*'] }],
      errors: [{ messageId: 'imported' }],
    },
  ],
};
