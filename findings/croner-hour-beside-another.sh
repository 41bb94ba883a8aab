#!/usr/bin/env bash
# croner treats 02:30 on the days on which clocks change differently when another hour stands beside it.
#
# One would guess: whether a job of 02:30 runs in the hour that is left out in spring, and how often in the hour that
# comes twice in autumn, is a property of 02:30. So "30 2 * * *" and the 02:30 of "30 2,3 * * *" behave alike.
# What is so: in the autumn "30 2 * * *" runs once at 02:30, and "30 2,3 * * *" and "0,30 2 * * *" run at both of them. In
# spring "30 2 * * *" runs at 03:00, and the 02:30 of "30 1,2 * * *" is dropped. To add an hour or a minute to a pattern
# so changes what happens at a time that was in it already, on two days of the year.
# Version: croner 11.0.1. Needs Node 20 or newer.
# Source: croner's release notes of 10.0.2-dev.0: patterns of a specific time run once where clocks go back, those of a high
# frequency go on; a list of two hours, or of two minutes, counts as the latter.

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --no-audit --no-fund --loglevel=error croner@11.0.1 >/dev/null

cat >probe.mjs <<'JS'
import { Cron } from 'croner';

const [spring, autumn] = ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z'];
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' });
/** What the clocks of Berlin show at the runs of the day on which they change. */
const shown = (pattern, from) =>
  new Cron(pattern, { paused: true, timezone: 'Europe/Berlin' })
    .nextRuns(8, new Date(from))
    .filter((run) => run.getTime() < Date.parse(from) + 23 * 3_600_000)
    .map((run) => clock.format(run))
    .join(' ');

let isAsSeen = true;
for (const [season, from, pattern, expected] of [
  ['autumn', autumn, '30 2 * * *', '02:30'],
  ['autumn', autumn, '30 2,3 * * *', '02:30 02:30 03:30'],
  ['autumn', autumn, '0,30 2 * * *', '02:00 02:30 02:00 02:30'],
  ['spring', spring, '30 2 * * *', '03:00'],
  ['spring', spring, '30 1,2 * * *', '01:30'],
]) {
  const runs = shown(pattern, from);
  console.log(`${season}  ${pattern.padEnd(14)} ${runs}`);
  if (runs !== expected) isAsSeen = false;
}
if (!isAsSeen) process.exitCode = 1;
JS
echo 'croner 11.0.1'
node probe.mjs
