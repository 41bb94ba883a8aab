/** The page in a real browser, before an engine in this process. */
import { expect, it } from 'vitest';
import { createConsoleWorld } from './console-world.ts';
import { axeFindings, usePages } from './open-page.ts';
import { HOSTILE } from './workflows.ts';

const pages = usePages(createConsoleWorld);
const { open } = pages;

it('lists runs as they are, finds one by keys alone, and shows why it waits and at which line', async (context) => {
  const page = await open(context, '');
  await page.getByText('invoice-R-2041').waitFor();
  await expect.poll(() => page.locator('.chip.is-failed .count').textContent()).not.toBe('0');
  await page.keyboard.press('/');
  await page.keyboard.type('DESK');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.row').count()).toBe(1);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const task = page.locator('.task').first();
  await task.waitFor();
  await expect
    .poll(() => task.textContent())
    .toMatch(/waits for signal "approved" since .*\(4 days\).*workflows\.ts:\d+$/);
  expect(new URL(page.url()).hash).toBe('#/runs/desk?text=DESK');
  await page.keyboard.press('2');
  await page.locator('.event-text').getByText('step "send mail" completed').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.run').count()).toBe(0);
});

it('filters by what the engine filters', async (context) => {
  const page = await open(context, '#/runs');
  await page.getByText('invoice-R-2041').waitFor();
  await page.locator('.chip.is-failed').click();
  await page.getByLabel('Workflow').selectOption('charge');
  await expect.poll(() => page.locator('.row .cell-id').allTextContents()).toEqual(['charge-4711']);
  expect(pages.world.asked).toContain('GET /runs?status=failed&workflow=charge&limit=100');
  await page.getByLabel('Workflow').selectOption('');
  await page.locator('.chip.is-failed').click();
  await page.getByLabel('Attributes').fill('item=desk size=42000');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.row .cell-id').allTextContents()).toEqual(['desk']);
});

it('shows the error of a run that failed with its causes and the line of its author', async (context) => {
  const page = await open(context, '#/runs/charge-4711');
  const error = page.locator('.error').first();
  await error.getByText('limit of 500.00 EUR exceeded').waitFor();
  await expect.poll(() => error.textContent()).toMatch(/StepFailedError.*TypeError.*workflows\.ts:\d+.*RangeError/s);
});

it('shows both sides of a blocked run, and the runs that another one has started', async (context) => {
  const page = await open(context, '#/runs/invoice-R-2041');
  await page.locator('.sides').waitFor();
  await expect
    .poll(() => page.locator('.sides').textContent())
    .toMatch(/The journal has#1 step "draw up".*asks for #1 step "write"/);
  await page.goto(`${pages.world.url}#/runs/o-17`);
  await page.locator('.children').getByText('o-17-ship').click();
  await page.locator('.facts').getByText('o-17', { exact: true }).waitFor();
});

it('takes what is new in without a reload, and says so while the engine is away', async (context) => {
  const page = await open(context, '#/runs/cart-ada');
  await page.locator('.task').first().waitFor();
  pages.world.isAway = true;
  await page.getByText('Not up to date: test engine cannot be reached').waitFor();
  await pages.world.engine.client.run('cart-ada').signal('approved', { by: 'Ada' });
  await pages.world.engine.settle();
  pages.world.isAway = false;
  await page.locator('.run .status.is-completed').first().waitFor();
  await expect.poll(() => page.locator('.trouble').textContent()).toBe('');
});

it('shows that a run was tried again, also when it failed again before the page looked', async (context) => {
  const page = await open(context, '#/runs/charge-4711?tab=journal');
  const kinds = page.locator('.event-kind');
  await kinds.getByText('failed', { exact: true }).waitFor();
  pages.world.isAway = true;
  await page.getByText('Not up to date: test engine cannot be reached').waitFor();
  await pages.world.engine.client.run('charge-4711').retry();
  await pages.world.engine.advance('1 minute');
  pages.world.isAway = false;
  await kinds.getByText('retried').waitFor();
  await expect.poll(() => kinds.getByText('failed', { exact: true }).count()).toBe(1);
});

it('draws a run as lanes on a time axis that is folded, zoomed by keys, and chosen from with a brush', async (context) => {
  const page = await open(context, '#/runs/o-17');
  await page.locator('.lane').first().waitFor();
  const names = () => page.locator('.lane-name').allTextContents();
  await expect.poll(names).toEqual(expect.arrayContaining(['reserve', 'open payment', 'signal approved', 'o-17-ship']));
  await page.locator('.bar.is-failed').first().waitFor({ state: 'attached' });
  await page.locator('.axis .fold').first().waitFor({ state: 'attached' });
  await page.locator('.lanes').focus();
  await page.keyboard.press('+');
  const windowOf = async (): Promise<number> => Number(await page.locator('.brush-window').getAttribute('width'));
  const { x, y, width } = (await page.locator('.brush').boundingBox())!;
  await expect.poll(windowOf).toBeLessThan(width * 0.9);
  await page.mouse.move(x + width * 0.2, y + 5);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.4, y + 5, { steps: 3 });
  await page.mouse.up();
  await expect.poll(windowOf).toBeCloseTo(width * 0.2, -1);
  await page.getByText('All of it').click();
  await page.locator('.bar.is-failed').first().click();
  await page.locator('.cursor').first().waitFor({ state: 'attached' });
  await expect.poll(() => page.url()).toMatch(/event=\d+/);
});

it('keeps hostile texts as texts', async (context) => {
  const page = await open(context, '#/runs/hostile?tab=journal&event=2');
  await page.locator('.event-text').getByText(HOSTILE).first().waitFor();
  await page.keyboard.press('Escape'); // from the event back to now
  await page.keyboard.press('1');
  await page.locator('.error').getByText(HOSTILE).waitFor();
  await page.keyboard.press('3');
  await page.locator('.data').getByText(JSON.stringify(HOSTILE)).first().waitFor();
  expect(await page.evaluate("[document.querySelectorAll('img').length, 'hacked' in globalThis]")).toEqual([0, false]);
});

it('says what will happen before it is done: a signal, a query, a fork with another input, a cancel', async (context) => {
  const page = await open(context, '#/runs/desk');
  await page.getByRole('button', { name: 'Cancel' }).click();
  const dialog = page.locator('dialog');
  await dialog.getByText('Its code gets a CancelledError where it waits').waitFor();
  await expect.poll(() => dialog.textContent()).toContain('waits for signal "approved"');
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByLabel('Reason').fill('no budget');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.run .status.is-cancelled').first().waitFor();
  await page.getByText('no budget').last().waitFor();

  await page.goto(`${pages.world.url}#/runs/cart-fresh`);
  await page.getByRole('button', { name: 'Query' }).click();
  await dialog.getByLabel('Name of the query').fill('lines');
  await page.keyboard.press('Enter');
  await dialog.getByText('answer: ').waitFor();
  await expect.poll(() => dialog.locator('.value').textContent()).toBe('answer: 2');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await page.locator('.run .status.is-paused').first().waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await page.locator('.run .status.is-suspended').first().waitFor();
  await page.getByRole('button', { name: 'Signal' }).click();
  await dialog.getByText('The run waits for it now.').waitFor();
  await dialog.getByLabel('Payload').fill('{"by":');
  await dialog.getByText('that is no JSON').waitFor();
  expect(await dialog.getByRole('button', { name: 'Signal' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Payload').fill('{"by":"Grace"}');
  await dialog.getByRole('button', { name: 'Signal' }).click();
  await page.locator('.run .status.is-completed').first().waitFor();
});

it('steps through time, and compares two runs to where they part', async (context) => {
  const page = await open(context, '#/runs/charge-4711?event=7');
  const then = page.locator('.commands li');
  await then.first().waitFor();
  await expect.poll(() => then.allTextContents()).toEqual([expect.stringMatching(/^openstep "charge#3".*attempt 3/)]);
  await page.keyboard.press(']');
  await expect.poll(() => then.allTextContents()).toEqual([expect.stringMatching(/^failedstep "charge#3"/)]);
  await page.keyboard.press('Escape');
  await page.locator('.error').first().waitFor();
  await page.goto(`${pages.world.url}#/runs/lamp?tab=compare&with=charge-4711`);
  await page.getByText('Up to event 1 they are about the same things').waitFor();
  await expect.poll(() => page.locator('.sides').textContent()).toMatch(/step "send mail" began.*step "look up" began/);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel('With which run').fill('no-such-run');
  await page.getByText('there is no run "no-such-run"').waitFor();
});

it('forks a run before a step with its input edited, and shows a refusal of the engine', async (context) => {
  const page = await open(context, '#/runs/report-31?tab=journal&event=1');
  await page.getByRole('button', { name: 'Fork before it' }).click();
  const dialog = page.locator('dialog');
  await dialog.getByText('A new run is started. It has the events of this one up to event 1').waitFor();
  await dialog.getByLabel('Input of the new run, as JSON').fill('"2030-02-02"');
  await dialog.getByLabel('Id of the new run').fill('not an id!');
  await dialog.getByRole('button', { name: 'Fork' }).click();
  await expect.poll(() => dialog.locator('.dialog-error').textContent()).toContain('not an id!');
  await dialog.getByLabel('Id of the new run').fill('report-fork');
  await dialog.getByRole('button', { name: 'Fork' }).click();
  await page.locator('.run h1').getByText('report-fork').waitFor();
  expect(await pages.world.engine.client.run('report-fork').describe()).toMatchObject({ input: '2030-02-02' });
});

it('does to many runs what a dry run has shown before, and starts one', async (context) => {
  const page = await open(context, '#/runs');
  await page.getByRole('button', { name: 'Start a run' }).click();
  const dialog = page.locator('dialog');
  for (const id of ['many-1', 'many-2'])
    await pages.world.engine.client.start('approval', { item: 'cup', cents: 5 }, { id });
  await dialog.getByLabel('Workflow').selectOption('approval');
  await dialog.getByLabel('Input, as JSON').fill('{"item":"cup","cents":5}');
  await dialog.getByLabel('Id', { exact: true }).fill('many-3');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.locator('.run h1').getByText('many-3').waitFor();
  await page.goto(`${pages.world.url}#/runs?text=many-`);
  await expect.poll(() => page.locator('.row').count()).toBe(3);
  for (const id of ['many-1', 'many-2']) await page.getByLabel(`Choose ${id}`).check();
  await page.locator('.bulk-bar').getByRole('button', { name: 'Terminate' }).click();
  await dialog.getByText('2 runs, and no others').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Terminate 2' }).click();
  await dialog.getByText('2 done, 0 refused.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => page.locator('.row .is-terminated.status').count()).toBe(2);
});
