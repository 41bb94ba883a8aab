declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** DynamoDB in this process, over HTTP. Closing the server closes its database too. */
  export default function dynalite(options?: {
    /** A folder for LevelDB; without one all is in memory. */
    path?: string;
    /** How long tables stay in these states. Default 500 each. */
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    maxItemSizeKb?: number;
  }): Server;
}
