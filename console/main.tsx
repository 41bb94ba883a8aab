import { render } from 'preact';
import { readAbout, place, watchPage } from './data/page-state.ts';
import { watchOther } from './data/other-run.ts';
import { lookAtRun, watchChanges, watchRun } from './data/run-store.ts';
import { lookAtRuns, watchRuns } from './data/runs-store.ts';
import { watchWorkflows } from './data/workflows-store.ts';
import { App } from './view/app.tsx';
import { listenToKeys } from './view/keys.ts';

const root = document.getElementById('app');
if (root !== null) {
  watchPage();
  await readAbout().catch(() => undefined); // the first look says that there is no answer
  watchRuns();
  watchWorkflows();
  watchRun();
  watchOther();
  watchChanges((runId) => {
    lookAtRuns();
    if (runId === place.value.run) lookAtRun();
  });
  listenToKeys();
  render(<App />, root);
}
