// The table server in a process of its own, so that it can be killed in the middle of a write: `node table-process.ts
// <options as JSON>`. It dies with the one that forked it, and as suddenly.
import { startTableServer, type TableServerOptions } from '../../lib/local/services/dynamodb/table-server.ts';

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
const server = await startTableServer(JSON.parse(process.argv[2] ?? '') as TableServerOptions);
process.on('message', () => {
  server.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
process.send?.({ endpoint: server.endpoint });
