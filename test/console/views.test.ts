/** Schedules, pools, workflows and the form of an input, in a real browser. */
import { expect, it } from 'vitest';
import { createConsoleWorld } from './console-world.ts';
import { usePages } from './open-page.ts';
import { printing } from './workflows.ts';

const pages = usePages(createConsoleWorld);
const { open } = pages;

it('says of a run that its workflow is paused, since when and why, and resumes it', async (context) => {
  const page = await open(context, '#/workflows');
  const report = page.locator('.card').filter({ hasText: 'report' });
  await report.getByRole('button', { name: 'Pause' }).click();
  const dialog = page.locator('dialog');
  await dialog.getByText('Within 5 seconds no turn of its runs begins any more').waitFor();
  await dialog.getByLabel('Reason').fill('the printer is out of paper');
  await page.keyboard.press('Enter');
  await report.getByText('the printer is out of paper').waitFor();

  await pages.world.engine.advance('10 seconds'); // a worker looks at the list at most every 5 seconds
  await pages.world.engine.client.start('report', '2030-03-03', { id: 'report-held' });
  await pages.world.engine.settle();
  await page.keyboard.press('r');
  await page.getByText('Workflow report is paused: its runs take no turns.').waitFor();
  const row = page.locator('.row').filter({ hasText: 'report-held' });
  await row.getByText('its workflow is paused').waitFor({ state: 'attached' });
  await row.locator('a').click();
  await expect
    .poll(() => page.locator('.held').textContent())
    .toMatch(/It waits because its workflow "report" has been paused since .*: the printer is out of paper\./);
  await page.getByRole('button', { name: 'Resume workflow report' }).click();
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => dialog.count()).toBe(0);
  await pages.world.engine.advance('2 minutes');
  await page.locator('.run .status.is-completed').first().waitFor();
  await expect.poll(() => page.locator('.paused-note').count()).toBe(0);
});

it('makes, triggers, pauses, backfills and deletes a schedule, and leads to the runs that it started', async (context) => {
  const page = await open(context, '#/runs');
  await page.locator('.row').first().waitFor();
  await page.keyboard.press('s');
  const create = page.getByRole('button', { name: 'Create a schedule' });
  await create.waitFor();
  const entries = await page.evaluate<number>('history.length');
  await page.keyboard.press('Escape'); // the list is shown already
  expect(await page.evaluate<number>('history.length')).toBe(entries);
  await create.click();
  const dialog = page.locator('dialog');
  await dialog.getByLabel('Name').fill('nightly');
  await dialog.getByLabel('Workflow').selectOption('report');
  await dialog.getByLabel('When').fill('cron(0 3 * * *)');
  await dialog.getByLabel('Input, as JSON').fill('"each day"');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect.poll(() => dialog.locator('.dialog-error').textContent()).toContain('cron(0 3 * * *)');
  await dialog.getByLabel('When').fill('cron(0 3 * * ? *)');
  await dialog.getByLabel('Time zone').fill('Europe/Berlin');
  await dialog.getByLabel('If its last run still goes on').selectOption('allow');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const details = page.locator('.run');
  await details.getByText('cron(0 3 * * ? *) Europe/Berlin').waitFor();
  await details.getByText('If its last run still goes on, another one is started.').waitFor();
  await details.getByText('It has started none yet.').waitFor();
  await details.getByText('"each day"').waitFor();

  await page.getByRole('button', { name: 'Pause' }).click();
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await details.getByText('It is paused: it starts nothing until it is resumed.').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await details.getByText('The next run starts at').waitFor();

  await page.getByRole('button', { name: 'Backfill' }).click();
  await dialog.getByLabel('From').fill('2029-01-01T00:00');
  await dialog.getByLabel('Before').fill('2028-12-31T00:00');
  await dialog.getByText('is not after the first moment').waitFor();
  await dialog.getByLabel('Before').fill('2029-01-04T00:00');
  await dialog.getByRole('button', { name: 'Backfill' }).click();
  await dialog.getByText('3 started: nightly-2029-01-0').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Trigger' }).click();
  await dialog.getByRole('button', { name: 'Trigger' }).click();
  await page.locator('.run .status.is-completed').first().waitFor();
  const id = decodeURIComponent(new URL(page.url()).hash.replace('#/runs/', ''));
  expect(await pages.world.engine.client.run(id).describe()).toMatchObject({ workflow: 'report', input: 'each day' });

  await page.goto(`${pages.world.url}#/schedules/nightly`);
  await details.getByText('All that it has started').click();
  await expect.poll(() => page.locator('.row').count()).toBe(4);
  await page.goto(`${pages.world.url}#/schedules/nightly`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByText('Runs that it has started go on.').waitFor();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There are no schedules.').waitFor();
  await page.goto(`${pages.world.url}#/schedules/nightly`);
  await details.getByText('there is no schedule "nightly"').waitFor();
});

it('shows who has the places of a pool and who waits, sets its limits, pauses it and takes that back', async (context) => {
  const { engine } = pages.world;
  const page = await open(context, '#/runs');
  await page.locator('.row').first().waitFor();
  await page.keyboard.press('p');
  await page.getByText('There are no pools').waitFor();
  let free = (): void => undefined;
  printing.busy = new Promise((resolve) => (free = resolve));
  for (const letter of ['a', 'bb']) await engine.client.start('print', letter, { id: `print-${letter}` });
  await engine.settle();
  await page.getByRole('button', { name: 'printer' }).click();
  const details = page.locator('.run');
  const places = details.getByLabel('places');
  await expect.poll(() => places.locator('li').count()).toBe(2);
  expect(await places.textContent()).toMatch(/print-a.*key a, since/);

  const act = async (action: string, button = action): Promise<void> => {
    await details.getByRole('button', { name: action, exact: true }).click();
    await dialog.getByRole('button', { name: button, exact: true }).click();
  };
  const dialog = page.locator('dialog');
  await act('Pause');
  await details.getByText('it gives no places until it is resumed').waitFor();
  for (const letter of ['c', 'ddd']) await engine.client.start('print', letter, { id: `print-${letter}` });
  await engine.settle();
  const waiting = details.getByLabel('waiting');
  await expect.poll(() => waiting.locator('a').allTextContents()).toEqual(['print-ddd', 'print-c']);

  await details.getByRole('button', { name: 'Set limits' }).click();
  expect(await dialog.getByLabel(/^So many in a time(?! for)/).inputValue()).toBe('100/60s');
  await dialog.getByLabel(/^So many at once(?! for)/).fill('many');
  await dialog.getByText('is no whole number').waitFor();
  await dialog.getByLabel(/^So many at once(?! for)/).fill('0');
  await dialog.getByRole('button', { name: 'Set', exact: true }).click();
  await expect.poll(() => dialog.locator('.dialog-error').textContent()).toContain('concurrency');
  await dialog.getByLabel(/^So many at once(?! for)/).fill('3');
  await dialog.getByRole('button', { name: 'Set', exact: true }).click();
  await details.getByText('The code says: 2 at once, 100 in 60 s.').waitFor();
  await details.getByText('3 at once, 100 in 60 s', { exact: true }).waitFor();
  await act('Reset limits', 'Reset');
  await details.getByText('2 at once, 100 in 60 s', { exact: true }).waitFor();

  await waiting.getByText('print-c').click();
  await details.getByRole('button', { name: 'pool printer' }).click();
  free();
  await act('Resume');
  await engine.settle();
  await expect.poll(() => details.getByText('Nothing does.').count()).toBe(2);
  expect((await engine.client.run('print-c').describe()).status).toBe('completed');
});

it('makes a form of the schema of an input, and shows what the engine has against it beside the field', async (context) => {
  const page = await open(context, '#/workflows');
  await page.locator('.card').filter({ hasText: 'cart' }).getByRole('button', { name: 'Start' }).click();
  const dialog = page.locator('dialog');
  await dialog.getByText('Whose cart it is').waitFor();
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect.poll(() => dialog.locator('.field-problem').allTextContents()).toEqual(['is missing', 'is missing']);
  await dialog.getByLabel('customer').fill('Ada');
  await dialog.getByLabel('lines').fill('-3');
  await dialog.getByLabel('country').selectOption('FR');
  await dialog.getByLabel('Id', { exact: true }).fill('cart-form');
  await dialog.getByRole('button', { name: 'Start' }).click();
  const lines = dialog.locator('.field').filter({ hasText: 'lines' });
  await expect.poll(() => lines.locator('.field-problem').textContent()).toMatch(/>=0|too small/i);

  await dialog.getByRole('button', { name: 'JSON' }).click();
  const json = dialog.getByLabel('Input, as JSON');
  expect(JSON.parse(await json.inputValue())).toEqual({ customer: 'Ada', lines: -3, country: 'FR' });
  await json.fill('{"customer":"Ada","country":"FR","more":1}');
  expect(await dialog.getByRole('button', { name: 'Form' }).isDisabled()).toBe(true);
  await json.fill('{"customer":"Ada","country":"FR","express":true}');
  await dialog.getByRole('button', { name: 'Form' }).click();
  await expect.poll(() => dialog.getByLabel('express').inputValue()).toBe('true');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.locator('.run h1').getByText('cart-form').waitFor();
  const { input } = await pages.world.engine.client.run('cart-form').describe();
  expect(input).toEqual({ customer: 'Ada', lines: 1, country: 'FR', express: true });

  await page.getByRole('button', { name: 'Fork' }).click(); // the input of the run is in the fields
  await expect.poll(() => dialog.getByLabel('customer').inputValue()).toBe('Ada');
});

it('does all of it by keys alone: starts a run, finds it, signals it, and steps through what it did', async (context) => {
  const page = await open(context, '#/runs');
  await page.locator('.row').first().waitFor();
  await page.keyboard.press('n');
  const dialog = page.locator('dialog');
  await dialog.getByLabel('Workflow').waitFor();
  await page.keyboard.type('approval'); // a select takes what is typed
  await dialog.getByLabel('Input, as JSON').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('{"item":"chair","cents":900}');
  await page.keyboard.press('Tab');
  await page.keyboard.type('by-keys');
  await page.keyboard.press('Enter');
  await page.locator('.run h1').getByText('by-keys').waitFor();
  await page.locator('.task').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.type('by-k');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.task').first().waitFor();
  const focused = () => page.evaluate<string>('document.activeElement?.textContent ?? ""');
  for (let presses = 0; presses < 60 && (await focused()) !== 'Signal'; presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog.getByText('The run waits for it now.').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('{"by":"Grace"}');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.run .status.is-completed').first().waitFor();
  await page.keyboard.press('[');
  await page.locator('.commands').waitFor();
  await expect.poll(() => page.url()).toMatch(/event=\d+/);
  await page.keyboard.press('2');
  await page.locator('.event-details').waitFor();
  await page.keyboard.press('?');
  await page.locator('.key-help').waitFor();
});
