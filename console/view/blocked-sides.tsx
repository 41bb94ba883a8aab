/** Why a run is blocked: what its journal has, next to what its code does. */
import type { Blocked } from '../data/answers.ts';
import { Moment } from './moment.tsx';

export function BlockedSides({ blocked }: { readonly blocked: Blocked }) {
  const { reason, since, code, recorded, requested, version } = blocked;
  const hasSides = recorded !== undefined && requested !== undefined;
  return (
    <section class="blocked">
      <h2>
        Blocked since <Moment at={since} />
      </h2>
      {hasSides ? (
        <>
          <p>Its code cannot follow its journal.</p>
          <div class="sides">
            <div>
              <h3>The journal has</h3>
              <code>{recorded}</code>
            </div>
            <div>
              <h3>The code {version === undefined ? '' : <span class="quiet">({version})</span>}</h3>
              <code>{requested}</code>
            </div>
          </div>
        </>
      ) : (
        <p class="reason">{reason}</p>
      )}
      <p class="advice">
        {code === undefined ? '' : <code>{code}</code>} Deploy code that can follow, and the run goes on by itself; or
        terminate it.
      </p>
    </section>
  );
}
