/** What is known of something that has a place in a pool, or waits for one. */
import { Moment } from './moment.tsx';

export interface PlaceOwner {
  readonly step?: number | undefined;
  readonly key?: string | undefined;
  readonly priority?: number | undefined;
  readonly since: string;
  /** The place was given to it, and it has not taken it yet. */
  readonly isOnItsWay?: true;
}

export function OwnerFacts({ owner: { step, key, priority = 0, since, isOnItsWay } }: { readonly owner: PlaceOwner }) {
  const facts = [
    ...(step === undefined ? [] : [`step #${step}`]),
    ...(key === undefined ? [] : [`key ${key}`]),
    ...(priority === 0 ? [] : [`priority ${priority}`]),
    ...(isOnItsWay === true ? ['is woken to take it'] : []),
  ];
  return (
    <span class="quiet">
      {facts.map((fact) => `${fact}, `).join('')}
      since <Moment at={since} />
    </span>
  );
}
