/** Objects of buckets, in memory or as files of a folder. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ObjectHead {
  readonly key: string;
  readonly bytes: number;
  /** With its quotes. */
  readonly etag: string;
  readonly storedAtMs: number;
  /** What a GetObject tells: content type, checksums, metadata of the user's (`x-amz-meta-*`). */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ObjectStore {
  head(bucket: string, key: string): ObjectHead | undefined;
  /** In the order of their keys' UTF-8 bytes. */
  list(bucket: string): readonly ObjectHead[];
  read(bucket: string, key: string): Promise<Buffer | undefined>;
  write(bucket: string, head: ObjectHead, body: Buffer): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
}

export function createMemoryStore(): ObjectStore {
  const bodies = new Map<string, Buffer>();
  const index = new StoreIndex();
  return {
    head: (bucket, key) => index.of(bucket).get(key),
    list: (bucket) => index.list(bucket),
    read: async (bucket, key) => bodies.get(`${bucket}/${key}`),
    write: async (bucket, head, body) => {
      bodies.set(`${bucket}/${head.key}`, body);
      index.of(bucket).set(head.key, head);
    },
    remove: async (bucket, key) => {
      bodies.delete(`${bucket}/${key}`);
      index.of(bucket).delete(key);
    },
  };
}

/** A file for each object: its head as a line of JSON, and then its bytes. A process that dies while it writes leaves no object. */
export async function openFolderStore(folder: string): Promise<ObjectStore> {
  await mkdir(folder, { recursive: true });
  const index = new StoreIndex();
  for (const bucket of await readdir(folder)) {
    for (const file of await readdir(join(folder, bucket))) {
      if (file.endsWith('.part')) await rm(join(folder, bucket, file));
      else index.add(bucket, await readHead(join(folder, bucket, file)));
    }
  }
  const pathOf = (bucket: string, key: string): string =>
    join(folder, bucket, createHash('sha256').update(key).digest('hex'));
  return {
    head: (bucket, key) => index.of(bucket).get(key),
    list: (bucket) => index.list(bucket),
    read: async (bucket, key) => {
      if (!index.of(bucket).has(key)) return undefined;
      const file = await readFile(pathOf(bucket, key));
      return file.subarray(file.indexOf('\n') + 1);
    },
    write: async (bucket, head, body) => {
      await mkdir(join(folder, bucket), { recursive: true });
      const path = pathOf(bucket, head.key);
      const part = `${path}.${randomUUID()}.part`;
      await writeFile(part, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]));
      await rename(part, path);
      index.add(bucket, head);
    },
    remove: async (bucket, key) => {
      index.of(bucket).delete(key);
      await rm(pathOf(bucket, key), { force: true });
    },
  };
}

class StoreIndex {
  readonly #buckets = new Map<string, Map<string, ObjectHead>>();

  of(bucket: string): Map<string, ObjectHead> {
    const found = this.#buckets.get(bucket) ?? new Map<string, ObjectHead>();
    this.#buckets.set(bucket, found);
    return found;
  }

  add(bucket: string, head: ObjectHead): void {
    this.of(bucket).set(head.key, head);
  }

  list(bucket: string): ObjectHead[] {
    return [...this.of(bucket).values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }
}

/** Without reading the bytes behind it. */
async function readHead(path: string): Promise<ObjectHead> {
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(4096));
      const end = buffer.indexOf('\n');
      chunks.push(end >= 0 ? buffer.subarray(0, end) : buffer.subarray(0, bytesRead));
      if (end >= 0 || bytesRead === 0) return JSON.parse(Buffer.concat(chunks).toString()) as ObjectHead;
    }
  } finally {
    await file.close();
  }
}
