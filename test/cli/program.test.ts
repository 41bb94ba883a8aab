import { describe, expect, it } from 'vitest';
import { runFake } from './fake-surroundings.ts';

/** What the program prints for these arguments, and how it ends. */
async function call(...args: string[]): Promise<{ exitCode: number; text: string }> {
  const { exitCode, out, err } = await runFake(args);
  return { exitCode, text: out + err };
}

describe('the command lull', () => {
  it('shows its commands', async () => {
    const { exitCode, text } = await call('--help');
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^Usage: lull .*\n\nasyncio for AWS Lambda.*dev .*the cloud on this machine/s);
  });

  it('shows the options of dev with their defaults', async () => {
    const { text } = await call('dev', '--help');
    expect(text).toMatch(
      /--port <number> .*default: 4000.*--dir <path> .*default: "\.lull".*--workers <number> .*default: 2/s,
    );
  });

  it('says its version', async () => {
    expect((await call('--version')).text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(['70000', '-1', '40x', '4000.5', ''])('refuses the port %j', async (port) => {
    const { exitCode, text } = await call('dev', 'workflows.ts', '--port', port);
    expect(exitCode).toBe(2);
    expect(text).toContain('It is a whole number from 0 to 65535.');
  });

  it('refuses to work with no worker', async () => {
    expect((await call('dev', '--workers', '0')).text).toContain('It is a whole number from 1 to 32.');
  });

  it.each([
    [['workflows.ts', '--from', 'cdk.out'], 'name either workflows (workflows.ts) or a template (--from cdk.out)'],
    [['--dynamodb', 'local-jar'], '--dynamodb is for the cloud of a template: name that with --from'],
    [['--dynamodb', 'jar'], '--dynamodb is for the cloud of a template: name that with --from'],
    [['--from', 'cdk.out', '--frames'], '--frames is for workflows in a file'],
    [['--from', 'cdk.out', '--dynamodb', 'oracle'], 'Allowed choices are dynalite, local-jar'],
  ])('refuses options that mean nothing together: %j', async (args, message) => {
    const { exitCode, text } = await call('dev', ...args);
    expect(exitCode).toBe(2);
    expect(text).toContain(message);
  });

  it.each([[['--dir', '']], [['-d', ' ']], [['']]])('refuses a path that is empty, as in %j', async (args) => {
    const { exitCode, text } = await call('dev', ...args);
    expect(exitCode).toBe(2);
    expect(text).toContain('It is a path, and not empty.');
  });

  it('suggests the command that was meant', async () => {
    const { exitCode, text } = await call('dve');
    expect(exitCode).toBe(2);
    expect(text).toContain('Did you mean dev?');
  });
});
