/** What reaches outside of the process, in workflow code: it would be done again at each replay. */
import type { Rule } from 'eslint';
import { type Origin, originOf } from '../imported-name.ts';
import {
  functionAround,
  isCall,
  isFunction,
  type Node,
  type NodeOf,
  parentOf,
  propertyName,
  valueOf,
  variableOf,
} from '../syntax.ts';
import { workflowCode } from '../workflow-code.ts';

const NODE = new Set([
  ...['child_process', 'cluster', 'dgram', 'dns', 'fs', 'http', 'http2', 'https', 'inspector', 'net', 'os', 'process'],
  ...['readline', 'repl', 'sqlite', 'timers', 'tls', 'tty', 'worker_threads'],
]);

const PACKAGES = new Set([
  ...['@apollo/client', '@elastic/elasticsearch', '@octokit/rest', '@prisma/client', '@sendgrid/mail', 'amqplib'],
  ...['aws-sdk', 'axios', 'better-sqlite3', 'cross-fetch', 'execa', 'fs-extra', 'got', 'graphql-request', 'ioredis'],
  ...['isomorphic-fetch', 'kafkajs', 'knex', 'ky', 'mongodb', 'mongoose', 'mysql', 'mysql2', 'nats', 'needle'],
  ...['node-fetch', 'nodemailer', 'ofetch', 'openai', '@anthropic-ai/sdk', 'pg', 'postgres', 'redis', 'sequelize'],
  ...['sqlite3', 'stripe', 'superagent', 'twilio', 'typeorm', 'undici', 'wretch', 'ws'],
]);

const SCOPES = ['@aws-sdk/', '@azure/', '@google-cloud/', '@slack/'];

const GLOBALS = new Set([
  ...['EventSource', 'WebSocket', 'XMLHttpRequest', 'fetch', 'queueMicrotask', 'setImmediate', 'setInterval'],
  'setTimeout',
]);

/** What of the process depends on where it runs. */
const PROCESS = new Set(['argv', 'cwd', 'env', 'exit', 'hrtime', 'kill', 'nextTick', 'stderr', 'stdin', 'stdout']);

/** What `node:crypto` draws by chance: other bytes at each replay. */
const CHANCE = /^(random|generate)/;

/** Of modules that reach outside, what only computes. */
const PURE = new Set(['EOL', 'STATUS_CODES', 'METHODS', 'constants', 'isIP', 'isIPv4', 'isIPv6']);

export const noIoInWorkflows: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Disallow input and output in workflow code outside of steps.' },
    schema: [
      {
        type: 'object',
        properties: {
          modules: { type: 'array', items: { type: 'string' }, uniqueItems: true },
          allow: { type: 'array', items: { type: 'string' }, uniqueItems: true },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      imported:
        "`{{name}}` of '{{module}}' is used in workflow code, outside of a step: it would be done again at each replay. " +
        'Put it in the body of a step.',
      global: '`{{name}}` is used in workflow code, outside of a step, and a run refuses it there. {{instead}}.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const [{ modules = [], allow = [] } = {}] = context.options as [{ modules?: string[]; allow?: string[] }?];
    const code = workflowCode(sourceCode);

    const isForbidden = ({ module, name: exported }: Origin): boolean => {
      if (allow.some((pattern) => matches(pattern, module))) return false;
      if (modules.some((pattern) => matches(pattern, module))) return true;
      if (PACKAGES.has(module) || SCOPES.some((scope) => module.startsWith(scope))) return true;
      const [name = ''] = module.replace(/^node:/, '').split('/');
      return name === 'crypto' ? CHANCE.test(exported) : NODE.has(name) && !PURE.has(exported);
    };

    const checkImported = (node: NodeOf<'Identifier'>): void => {
      const parent = parentOf(node);
      const member = parent?.type === 'MemberExpression' && parent.object === node ? parent : node;
      const origin = originOf(sourceCode, member) ?? originOf(sourceCode, node) ?? originOfMaker(node);
      if (!origin || !isForbidden(origin) || isComparedClass(member)) return;
      const name = sourceCode.getText(origin.name === '*' ? node : member);
      context.report({ node: member, messageId: 'imported', data: { name, module: origin.module } });
    };

    /** Of a client that was made outside of the workflow: `const s3 = new S3Client({})`. */
    const originOfMaker = (node: NodeOf<'Identifier'>): Origin | undefined => {
      const made = valueOf(variableOf(sourceCode, node));
      return isCall(made) ? originOf(sourceCode, made.callee) : undefined;
    };

    const checkGlobal = (node: NodeOf<'Identifier'>): void => {
      if ((variableOf(sourceCode, node)?.defs.length ?? 0) > 0) return;
      const parent = parentOf(node);
      const member = parent?.type === 'MemberExpression' && parent.object === node ? parent : undefined;
      if (node.name === 'process' && member && PROCESS.has(propertyName(member) ?? '')) {
        report(member, `process.${propertyName(member) ?? ''}`);
      } else if (node.name === 'globalThis' && member && GLOBALS.has(propertyName(member) ?? '')) {
        report(member, propertyName(member) ?? '');
      } else if (GLOBALS.has(node.name) && parent?.type !== 'UnaryExpression') {
        report(node, node.name);
      }
    };

    const report = (node: Node, name: string): void => {
      const instead = /^set(Timeout|Interval)$/.test(name)
        ? "Wait with `yield* sleep('1 minute')`"
        : 'Put it in the body of a step';
      context.report({ node, messageId: 'global', data: { name, instead } });
    };

    return {
      Identifier(node) {
        const identifier = node as NodeOf<'Identifier'>;
        if (!isReference(identifier) || !code.isReplayed(functionAround(identifier))) return;
        checkImported(identifier);
        checkGlobal(identifier);
      },
    };
  },
};

/** Not a name that is declared, a key, or a part behind a dot, and nothing of a type. */
function isReference(node: NodeOf<'Identifier'>): boolean {
  const parent = parentOf(node);
  if (!parent || isFunction(parent) || parent.type.startsWith('TS')) return false;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed;
  if (parent.type === 'Property') return parent.value === node || parent.computed;
  if (parent.type === 'VariableDeclarator') return parent.init === node;
  return true;
}

/** `error instanceof S3ServiceException` reaches nothing. */
function isComparedClass(node: Node): boolean {
  const parent = parentOf(node);
  return parent?.type === 'BinaryExpression' && parent.operator === 'instanceof' && parent.right === node;
}

/** A module by its name, or all that begin with what stands before a star: `@acme/*`. */
function matches(pattern: string, module: string): boolean {
  return pattern.endsWith('*') ? module.startsWith(pattern.slice(0, -1)) : module === pattern;
}
