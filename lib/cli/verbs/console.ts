/** `lull console`: the console in a browser, for the engine that is named. It opens nothing to the world. */
import { Option } from 'commander';
import { startConsole } from '../../console/console-server.ts';
import { CloudError } from '../../local/cloud-error.ts';
import { CliError } from '../cli-error.ts';
import type { EngineVerb } from '../engine-verb.ts';
import { EXIT } from '../exit-codes.ts';
import { waitForStopSignal } from '../wait-for-stop-signal.ts';
import { LONGEST_PORT, wholeNumber } from '../whole-number.ts';

export const showConsole: EngineVerb<{ readonly port?: number }> = {
  name: 'console',
  summary: 'serve a page that shows runs, why they wait, and what can be done',
  options: [
    new Option('-p, --port <number>', 'of the page, on 127.0.0.1 (default: any free one)').argParser(
      wholeNumber(0, LONGEST_PORT),
    ),
  ],
  examples: [
    ['lull console --stack Shop', 'Of a deployed engine, with your AWS credentials'],
    ['lull console', 'Of the lull dev of this folder, which prints a link to it as well'],
  ],
  async act({ engine, output, options: { port = 0 } }) {
    await engine.get('/workflows'); // an engine that cannot be reached is an error here, not on the page
    const page = await startConsole({ engine, port }).catch((error: unknown) => {
      throw error instanceof CloudError ? new CliError(EXIT.refused, error.message) : error;
    });
    if (output.isJson) output.jsonLine({ kind: 'ready', url: page.url, engine: engine.name });
    else output.lines([[['bold', 'console'], ` of ${engine.name}`], ['  ', ['cyan', page.url]], '  Ctrl-C ends it.']);
    await waitForStopSignal();
    await page.stop();
    return EXIT.ok;
  },
};
