// Who may import whom. Each folder of lib/ names the folders that it may import; what is not named is forbidden.
// `types` names the folders of which it may import types only, `later` those that it may load when they are needed.

const pure = { packages: false };

/** @type {Record<string, { folders: string[], types?: string[], later?: string[], packages?: boolean }>} */
const mayImport = {
  core: { folders: [], ...pure },
  node: { folders: [] },
  codec: { folders: ['core'], ...pure },
  journal: { folders: ['core'], ...pure },
  api: { folders: ['core'], ...pure },
  scheduler: { folders: ['core', 'journal', 'frames'], types: ['codec'], ...pure },
  ports: { folders: ['core', 'journal'], types: ['codec'], ...pure },
  archive: { folders: ['core', 'codec', 'ports', 'node'], types: ['journal'] },
  token: { folders: ['core'] },
  schedule: { folders: ['core', 'api'] },
  engine: {
    folders: ['core', 'codec', 'journal', 'api', 'scheduler', 'schedule', 'ports', 'archive', 'token', 'node'],
  },
  aws: { folders: ['core', 'ports', 'node'] },
  s3: { folders: ['core', 'ports', 'aws'] },
  encryption: { folders: ['core', 'ports'], types: ['journal'] },
  kms: { folders: ['core', 'ports', 'aws', 'encryption', 'node'] },
  dynamodb: { folders: ['core', 'codec', 'ports', 'aws', 's3', 'encryption'], types: ['journal'] },
  memory: { folders: ['core', 'codec', 'ports'], types: ['journal'] },
  lambda: { folders: ['core', 'codec', 'ports', 'aws', 'node'], types: ['journal'] },
  client: {
    folders: [
      ...['core', 'codec', 'journal', 'api', 'schedule', 'ports', 'archive', 'token'],
      ...['dynamodb', 'kms', 'memory', 'lambda', 'node'],
    ],
    later: ['engine'],
  },
  http: { folders: ['core', 'client'] },
  eslint: { folders: ['core'] },
  frames: { folders: ['core'] },
};

/** The folders that stand on top: they may import all of the above and what is named here. */
const onTop = { local: ['testing'], testing: [], console: ['local'], cli: ['local', 'testing', 'http', 'console'] };

const awsFolders = 'aws|dynamodb|s3|kms|lambda|local|client|cli';

const folder = (names) => `^lib/(${names.join('|')})/`;

const folderRules = Object.entries(mayImport).flatMap(
  ([name, { folders, types = [], later = [], packages = true }]) => [
    {
      name: `${name}-imports-only-what-it-may`,
      comment: `lib/${name} may import ${folders.length > 0 ? folders.join(', ') : 'nothing'} from lib/${types.length > 0 ? ` (and types of ${types.join(', ')})` : ''}.`,
      severity: 'error',
      from: { path: `^lib/${name}/` },
      to: { path: '^lib/', pathNot: folder([name, ...folders, ...types, ...later]) },
    },
    ...(later.length > 0
      ? [
          {
            name: `${name}-loads-${later.join('-')}-later`,
            comment: `lib/${name} may load ${later.join(', ')} when it is needed: write \`await import(...)\`.`,
            severity: 'error',
            from: { path: `^lib/${name}/` },
            to: { path: folder(later), dependencyTypesNot: ['dynamic-import', 'type-only'] },
          },
        ]
      : []),
    ...(types.length > 0
      ? [
          {
            name: `${name}-imports-only-types-of-${types.join('-')}`,
            comment: `lib/${name} may import types of ${types.join(', ')}, no values: write \`import type\`.`,
            severity: 'error',
            from: { path: `^lib/${name}/` },
            to: { path: folder(types), dependencyTypesNot: ['type-only'] },
          },
        ]
      : []),
    ...(packages
      ? []
      : [
          {
            name: `${name}-imports-no-packages`,
            comment: `lib/${name} is pure: no npm package and no node module. What it needs is passed in.`,
            severity: 'error',
            from: { path: `^lib/${name}/` },
            to: { pathNot: '^lib/' },
          },
        ]),
  ],
);

const onTopRules = Object.entries(onTop).map(([name, above]) => ({
  name: `${name}-stands-on-top`,
  comment: `lib/${name} may import the folders below it${above.length > 0 ? ` and ${above.join(', ')}` : ''}.`,
  severity: 'error',
  from: { path: `^lib/${name}/` },
  to: { path: '^lib/', pathNot: folder([name, ...Object.keys(mayImport), ...above]) },
}));

/**
 * The rooms of lib/local, and the rooms that each may import; of those in `types` it may import types only. Only the files
 * beside the rooms, which start a cloud, know all of them.
 */
const localRooms = {
  net: {},
  time: {},
  iam: {},
  entry: {},
  template: {},
  services: { rooms: ['net', 'time', 'iam'], types: ['functions'] },
  functions: { rooms: ['net', 'time'], types: ['iam'] },
  triggers: { rooms: ['net', 'time', 'iam'], types: ['services', 'functions'] },
};

/** What each room may import besides: the description of a cloud, its error and its events, and JSON of any shape. */
const LOCAL_COMMON = '(resources|cloud-error|cloud-event|function-event|json)\\.ts$';

const localRules = Object.entries(localRooms).flatMap(([name, { rooms = [], types = [] }]) => [
  {
    name: `local-${name}-imports-only-what-it-may`,
    comment: `lib/local/${name} may import ${[...rooms, ...types.map((type) => `types of ${type}`), 'the description'].join(', ')} of lib/local.`,
    severity: 'error',
    from: { path: `^lib/local/${name}/` },
    to: { path: '^lib/local/', pathNot: `^lib/local/((${[name, ...rooms, ...types].join('|')})/|${LOCAL_COMMON})` },
  },
  ...(types.length > 0
    ? [
        {
          name: `local-${name}-imports-only-types-of-${types.join('-')}`,
          comment: `lib/local/${name} may import types of ${types.join(', ')}, no values: write \`import type\`.`,
          severity: 'error',
          from: { path: `^lib/local/${name}/` },
          to: { path: `^lib/local/(${types.join('|')})/`, dependencyTypesNot: ['type-only'] },
        },
      ]
    : []),
]);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...folderRules,
    ...onTopRules,
    ...localRules,
    {
      name: 'front-door-names-only-the-api',
      comment: 'The import graph of a workflow file reaches api and core only: so lib/index.ts exports from these.',
      severity: 'error',
      from: { path: '^lib/index\\.ts$' },
      to: { pathNot: folder(['api', 'core']) },
    },
    {
      name: 'workflow-reaches-only-api-and-core',
      comment:
        'A workflow file is bundled and replayed: of lib/ it reaches the front door, api and core, nothing else.',
      severity: 'error',
      from: { path: '^functions/workflows/' },
      to: { path: '^lib/', pathNot: '^lib/(index\\.ts$|api/|core/)', reachable: true },
    },
    {
      name: 'import-the-file-not-the-door',
      comment: 'An index.ts is an entry of the package; within the library, import the file.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '/index\\.ts$', pathNot: 'node_modules' },
    },
    {
      name: 'frames-run-without-the-compiler',
      comment: 'What compiled code and the engine need of lib/frames is in every bundle: no compiler, no package.',
      severity: 'error',
      from: { path: '^lib/frames/(runtime|graph)/' },
      to: { pathNot: '^lib/(frames/(runtime|graph)|core)/|^node:util$|^util$' },
    },
    {
      name: 'frames-runtime-knows-no-graph',
      comment: 'Compiled code needs the runtime alone.',
      severity: 'error',
      from: { path: '^lib/frames/runtime/' },
      to: { pathNot: '^lib/frames/runtime/' },
    },
    {
      name: 'lib-stands-alone',
      comment: 'lib/ never imports what is built on it.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(functions|infra|test|bench|docs)/' },
    },
    {
      name: 'console-runs-in-a-browser',
      comment:
        'The page needs nothing of lib/ but the words for runs, events, pools and times, and the shapes of answers (types).',
      severity: 'error',
      from: { path: '^console/' },
      to: {
        path: '^(lib|functions|infra)/',
        pathNot: '^lib/client/explain-run\\.ts$|^lib/cli/text/(describe-event|describe-error|pool-limits|times)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'console-asks-over-http',
      comment: 'The page is files: no code of the library loads it.',
      severity: 'error',
      from: { path: '^(lib|functions|infra)/' },
      to: { path: '^console/' },
    },
    {
      name: 'tests-stay-in-test',
      comment: 'Nothing outside test/ leans on test code.',
      severity: 'error',
      from: { pathNot: '^(test/|vitest\\.config\\.ts$)' },
      to: { path: '^test/' },
    },
    {
      name: 'aws-sdk-stays-in-its-folders',
      comment: `Only lib/{${awsFolders.replaceAll('|', ',')}} and functions know the AWS SDK.`,
      severity: 'error',
      from: { path: '^(lib|infra)/', pathNot: `^lib/(${awsFolders})/` },
      to: { path: '(^|/)@(aws-sdk|smithy)/' },
    },
    {
      name: 'aws-cdk-stays-in-infra',
      comment: 'Only infra (and its tests) know the CDK.',
      severity: 'error',
      from: { pathNot: '^(infra|test/infra)/' },
      to: { path: '(^|/)(aws-cdk-lib|constructs)/' },
    },
    {
      name: 'published-code-uses-published-dependencies',
      comment: 'What is published may import the dependencies and peers of package.json, not the devDependencies.',
      severity: 'error',
      from: { path: '^(lib|functions)/', pathNot: '^functions/(workflows|examples)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'infra-uses-published-dependencies-and-peers',
      comment: 'The construct is published: it may import dependencies, and the CDK of the app that it is used in.',
      severity: 'error',
      from: { path: '^infra/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'npm-peer'],
      },
    },
    {
      name: 'infra-runs-nothing',
      comment: 'The construct knows the layout of the table and the shape of the code; it runs no workflow.',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^lib/(engine|scheduler|memory|http|local|testing|cli)/|^functions/' },
    },
    {
      name: 'no-loops',
      comment:
        'No loops. Types may name each other across files (a task its loop, a loop its tasks): nothing of that is loaded.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-broken-imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist/|test/conventions/fixtures/)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['lull-source', 'import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
