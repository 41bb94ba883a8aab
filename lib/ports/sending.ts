/** What comes of sending a run a message: of the put (operation 2), and of the accept (operation 3). */
import type { RunItem } from './run-item.ts';

export type PutMessageResult =
  | { readonly kind: 'put' }
  /** It was accepted before, and is in the journal: nothing was put. */
  | { readonly kind: 'received' }
  /** Another message was put under this id, with another digest. It stays as it is. */
  | { readonly kind: 'differs' };

export type AcceptMessageResult =
  /** `leased`: a worker has the lease (expired or not), or the run is paused, so no wake is needed from the sender. */
  | { readonly kind: 'accepted'; readonly leased: boolean }
  /** `isRepeat`: the request was sent before, and that one was not answered: it may have been accepted. */
  | { readonly kind: 'closed'; readonly run: RunItem; readonly isRepeat?: true }
  | { readonly kind: 'full'; readonly run: RunItem }
  /** There is no room for its letter: it is to be put first, and accepted without. */
  | { readonly kind: 'put-first' }
  | { readonly kind: 'not-found' };
