import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCloudFolder, type CloudFolder } from '../../lib/local/folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function open(path: string): Promise<CloudFolder> {
  const folder = await openCloudFolder(path);
  onTestFinished(() => folder.close());
  return folder;
}

describe('the folder of a local cloud', () => {
  it('is made where there is none, says its format and stays out of git', async () => {
    const path = join(temporaryFolder(), 'deep/.lull');
    await open(path);
    expect(JSON.parse(readFileSync(join(path, 'format.json'), 'utf8'))).toEqual({ format: 1 });
    expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('can be opened again once it is closed', async () => {
    const path = temporaryFolder();
    await (await openCloudFolder(path)).close();
    expect((await open(path)).wasLeftInUse).toBe(false);
  });

  it('is for one at a time: the second is told who has it and what to do', async () => {
    const path = temporaryFolder();
    const first = await open(path);
    first.announce({ url: 'http://127.0.0.1:4000' });
    await expect(openCloudFolder(path)).rejects.toMatchObject({
      code: 'FOLDER_IN_USE',
      message: expect.stringMatching(
        new RegExp(`in use by process ${process.pid} at http://127.0.0.1:4000: .*stop it, or name another folder`),
      ) as string,
    });
  });

  it('knows that its last owner left without a word', async () => {
    const path = temporaryFolder();
    await (await openCloudFolder(path)).close();
    writeFileSync(join(path, 'owner.json'), '{"pid":1}'); // what a killed owner leaves behind: the lock is gone with it
    expect((await open(path)).wasLeftInUse).toBe(true);
  });

  it('of a newer format is left alone, and the message says what to do', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'format.json'), '{"format":2}');
    await expect(openCloudFolder(path)).rejects.toMatchObject({
      code: 'FOLDER_FORMAT',
      message: expect.stringMatching(
        /format 2, written by a newer lull.* reads format 1: use the newer lull/,
      ) as string,
    });
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it.each(['{"format":0}', '{"format":"1"}', 'not json', ''])('with the format %j is refused', async (text) => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'format.json'), text);
    await expect(openCloudFolder(path)).rejects.toMatchObject({
      code: 'FOLDER_FORMAT',
      message: expect.stringContaining('or delete') as string,
    });
  });

  it('is not made among files that are not its own', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    await expect(openCloudFolder(path)).rejects.toMatchObject({ code: 'FOLDER_FORMAT' });
    expect(existsSync(join(path, 'format.json'))).toBe(false);
  });

  it('that cannot be written is refused with the reason', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, '.lull')]) {
      await expect(openCloudFolder(path)).rejects.toMatchObject({
        code: 'FOLDER_NOT_WRITABLE',
        message: expect.stringMatching(
          /cannot write in the folder .*\((EEXIST|ENOTDIR)\): name another folder with --dir/,
        ) as string,
      });
    }
  });
});
