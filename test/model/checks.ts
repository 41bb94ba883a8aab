/** What the model checker is asked, and what it has to answer. */

export interface Check {
  readonly name: string;
  readonly file: 'run.pml' | 'purge.pml' | 'after-end.pml' | 'update.pml';
  /** `safe`: no assertion fails, in any state. `live`: with weak fairness and finitely many faults, it comes to rest. */
  readonly kind: 'safe' | 'live';
  /** `breaks`: a mistake is planted, or a limit is known; the checker has to find it. */
  readonly want: 'holds' | 'breaks';
  /** The switches that are named at the head of the model. */
  readonly switches: string;
}

const SMALL = 'NSTEP=0 NTIMER=0';

export const checks: readonly Check[] = [
  ...of('run.pml', 'safe', 'holds', [
    ['one sender; it and the workers crash, freeze and repeat without limit', ''],
    ['two senders; workers crash and freeze without limit', 'S2=1 NOSB'],
    ['three workers', `NW=3 NOSB ${SMALL}`],
    ['three workers, one step', 'NW=3 NOSB NTIMER=0'],
    ['two steps at once, two timers', 'NSTEP=2 NTIMER=2 NOSB'],
    ['messages are delivered in the order in which they were accepted', 'ORDER S2=1 NOSB'],
    ['at most once: the body of such a step begins once, two of them', 'AMO NSTEP=2 NOSB'],
    ['no time left in the turn to begin a step', 'AMO DEADLINE NOSB'],
    ['wakes come a moment early', 'SLACK NTIMER=2 NOSB'],
    ['the answer to a take is lost; what a worker keeps warm is exact', 'RETAKE WARM NOSB'],
    ['renewals, and what they find is taken up late', 'RENEW NOSB'],
    ['renewals, two senders', `RENEW S2=1 NOSB ${SMALL}`],
    ['messages are deleted by half', 'PARTIAL S1=2 NOSB'],
    ['cancel', 'S2=1 CANCEL_ID=2 NOSB'],
    ['terminate, and code that cannot follow, or cannot take a message', 'S2=2 TERM_ID=2 BLOCK NOSB'],
    ['delayed start', 'DELAY NOSB'],
    ['delayed start, a signal and a cancel before its time', 'DELAY S1=2 S2=2 CANCEL_ID=2 NOSB NOCB NSTEP=0'],
    ['delayed start, cancelled before its time', 'DELAY S1=0 S2=2 CANCEL_ID=2 NOSB'],
    ['delayed start, a signal and a request to terminate before its time', `DELAY S1=1 S2=2 TERM_ID=2 NOSB ${SMALL}`],
    ['a full mail: who is refused is never delivered', 'S1=2 S2=2 CAP=1 NOSB'],
    ['two callers at once with one id', 'S1=3 NOSB NSTEP=0'],
    ['two callers at once with one id, who crash and repeat', `S1=3 ${SMALL}`],
    ['two callers at once with one id, and a full mail', 'S1=3 S2=2 CAP=1 NOSB NOCB NSTEP=0'],
    ['a request that is carried out when its sender has given it up', 'LATE S1=2 S2=2 CAP=1 NOSB NOCB NSTEP=0'],
    ['messages without end', 'NOISE CAP=2 NOSB'],
    [
      'a busy run hears: no body begins a second after a request to terminate',
      'HEARS NTIMER=0 S1=2 S2=2 TERM_ID=2 NOSB',
    ],
    ['a busy run hears a request to cancel', 'HEARS NTIMER=0 S1=2 S2=2 CANCEL_ID=2 NOSB'],
    ['continues as new; the sender and the workers crash, freeze and repeat without limit', 'CONT NTIMER=0'],
    ['continues as new: two senders, what was not received moves along', `CONT S2=1 NOSB ${SMALL}`],
    ['continues as new: two senders, steps', 'CONT S2=2 NOSB NTIMER=0'],
    ['continues as new: messages are deleted by half', `CONT PARTIAL NOSB ${SMALL}`],
    ['continues as new: renewals', `CONT RENEW NOSB ${SMALL}`],
    ['two callers at once with one key and different payloads, who crash and repeat', `S1=4 ${SMALL}`],
    ['two callers at once with one key and different payloads, and a full mail', `S1=4 S2=2 CAP=1 NOSB NOCB ${SMALL}`],
  ]),
  ...of('purge.pml', 'safe', 'holds', [
    ['purge: two sweepers, and a new run under the same id', ''],
    ['purge: nothing of a new run is deleted, also with late writers', 'LATEWRITER'],
    ['purge: what is sent to the id meanwhile is accepted with its payload, or refused', 'SENDER'],
    ['purge: a run begins with its input, although its starter dies', 'SENDER STARTER'],
    ['delete: beside a sweeper, and a new run under the same id', 'DELETER SENDER'],
    ['delete: a run begins with its input, although its starter dies', 'DELETER SENDER STARTER'],
  ]),
  ...of('after-end.pml', 'safe', 'holds', [
    ['after the end: a parent learns of it once, although workers crash', ''],
    ['after the end: a run that begins to watch at any time learns of it once', 'WATCH'],
    ['after the end: a receiver that may end first keeps nothing from being settled', 'ENDS'],
    ['after the end: a watcher that may end first', 'WATCH ENDS'],
  ]),
  ...of('after-end.pml', 'safe', 'breaks', [
    ['planted: after the end: what is left to do is not stored with it', 'M_NOTSTORED'],
    ['planted: after the end: settled before the parent has learned of it', 'M_SETTLESFIRST'],
    ['planted: after the end: purged before it is settled', 'M_PURGESUNSETTLED'],
    ['planted: after the end: a watcher that comes while the run ends is not seen', 'WATCH M_WATCHISNOWAKE'],
  ]),
  ...of('update.pml', 'safe', 'holds', [['update: it is refused, or carried out once, whoever is late', '']]),
  ...of('update.pml', 'safe', 'breaks', [
    ['planted: update: a worker that took over does not claim it', 'M_NOCLAIM'],
    ['planted: update: one that has its answer is decided on again', 'M_ANSWEREDISLOADED'],
    ['planted: update: its sender puts it again, and with it the claim is gone', 'M_PUTERASESCLAIM'],
  ]),
  ...of('purge.pml', 'live', 'holds', [
    ['purge: one that crashes is done in the end', 'CB=2'],
    ['purge: one that is put off is done in the end', 'SENDER CB=2'],
  ]),
  ...of('run.pml', 'live', 'holds', [
    ['two workers: a crash and a freeze', 'CB=1 XB=1'],
    ['three workers: a crash and a freeze', 'NW=3 CB=1 XB=1 NTIMER=0'],
    ['a sender crashes; a wake is lost, one comes twice', 'SB=1 LB=1 DB=1'],
    ['a sender and a worker crash', 'CB=1 SB=1'],
    ['two senders, no faults', 'S2=1'],
    ['two callers at once with one id', 'S1=3 SB=1'],
    ['nothing waits for a lease to run out if nobody dies', 'RENEW NOEXPIRY S2=1'],
    ['renewals: a crash and a freeze', 'RENEW CB=1 XB=1 NSTEP=0'],
    ['a blocked run goes on with the next deployment', 'BLOCK BB=2 CB=1 XB=1 NTIMER=0'],
    [
      'a run that is blocked for ever and whose mail is full can be terminated',
      'NEVERFOLLOWS BLOCK S2=2 TERM_ID=2 CAP=1',
    ],
    ['delayed start, cancelled: a crash and a freeze', 'DELAY S1=0 S2=2 CANCEL_ID=2 CB=1 XB=1'],
    ['delayed start, terminated: a crash and a freeze', 'DELAY S1=0 S2=2 TERM_ID=2 CB=1 XB=1'],
    ['an endless stream of messages does not keep a run from ending', 'NOISE CAP=2'],
    ['continues as new: a crash and a freeze', `CONT CB=1 XB=1 ${SMALL}`],
    ['an endless stream of messages, and a crash', `NOISE CAP=2 CB=1 ${SMALL}`],
  ]),
  ...of('run.pml', 'safe', 'breaks', [
    ['planted: wakes and dueAtMs in two updates', 'M_SPLITDUE'],
    ['planted: the message is accepted before its payload is put', 'M_COUNTFIRST'],
    ['planted: deleted before it is in the journal', 'M_DELFIRST'],
    ['planted: a body begins before the record that led to it', 'M_EFFECTFIRST'],
    ['planted: released without the condition on wakes', 'M_NOWAKES'],
    ['planted: wakes learned after the mail was read', 'M_SEENLATE'],
    ['planted: the inbox is delivered, not the mail', 'M_INBOX S2=1 NOSB'],
    ['planted: no fence after a takeover', 'M_NOFENCE NOSB'],
    ['planted: the fence of a worker that was taken over itself', 'M_NORECEPOCH NOSB'],
    ['planted: gone, without a look into the journal', 'M_NOGONECHECK'],
    ["planted: another worker's record is taken for one's own retry", 'M_FOREIGN NOSB'],
    ['planted: who releases twice does not know that it is done', 'M_REPEATGOESON NOSB'],
    ['planted: a repeated take forgets that it was a takeover', 'RETAKE M_RETAKENEW NOSB'],
    ['planted: a renewal counts as a look at all that came since', 'RENEW M_RENEWSEEN NOSB'],
    ['planted: what comes after the end of the code is dropped', 'M_DROPUNREAD S2=1 NOSB'],
    ['planted: half a delete is taken for a whole one', 'PARTIAL M_PARTIALDONE S1=2 NOSB'],
    ['planted: a takeover does not count as an interruption', 'AMO M_AMOAGAIN NOSB'],
    ['planted: the last timer is due, not the next', 'M_LASTTIMER NTIMER=2 NOSB'],
    ['planted: a blocked run loses its mail', 'BLOCK M_HOLDEMPTIES NOSB'],
    ['planted: a blocked run deletes what it could not take', 'BLOCK M_HOLDDELETES NOSB'],
    ['planted: a delayed run that has begun is put back to wait', 'DELAY M_BEGUNFORGOTTEN S1=0 S2=2 CANCEL_ID=2 NOSB'],
    ['planted: who lost the lease in the delay begins when it is over', 'DELAY M_LATEBEGINNER NOSB'],
    ['planted: the mail is counted after the message was added', 'M_CAPAFTER CAP=1 S1=2 S2=2 NOSB'],
    [
      "planted: the payload of a refused message is deleted, though it is another caller's too",
      'M_DELSHARED S1=3 S2=2 CAP=1 NOSB NSTEP=0',
    ],
    [
      'planted: a turn begins further steps without a check of its inbox',
      'HEARS M_NOCHECK NTIMER=0 S1=2 S2=2 TERM_ID=2 NOSB',
    ],
    [
      'planted: what a check finds counts as seen, and is not read',
      'HEARS M_CHECKLEARNS NTIMER=0 S1=2 S2=2 TERM_ID=2 NOSB',
    ],
    ['planted: a message replaces the one that has its key', `S1=4 M_OVERWRITES NOSB ${SMALL}`],
    ['planted: continued without the condition on wakes', `CONT S2=1 M_MOVENOWAKES NOSB ${SMALL}`],
    ['planted: the inbox does not move along', `CONT S2=1 M_MOVEEMPTIES NOSB ${SMALL}`],
    ['planted: what no code has received is not carried', `CONT S2=1 M_NOCARRY NOSB ${SMALL}`],
    ['planted: the next link does not take what is carried', `CONT S2=1 M_NOTTAKEN NOSB ${SMALL}`],
    ['planted: only who begins a journal takes what is carried', `CONT S2=1 M_FIRSTONLY NOSB ${SMALL}`],
    ['planted: the next link is not due', `CONT M_NOTDUE NOSB ${SMALL}`],
    ['planted: records of all links have the same keys', `CONT S2=1 M_SAMEKEYS NOSB ${SMALL}`],
    [
      'planted: the id of a message leaves the inbox at a link, and its item stays',
      `CONT PARTIAL M_KEEPSITEM ${SMALL}`,
    ],
    ['planted: an SDK that sends again without a word', 'LATE M_SDKREPEATS S1=2 S2=2 CAP=1 NOSB NSTEP=0'],
  ]),
  ...of('run.pml', 'live', 'breaks', [
    ['planted: a stale worker reads again and goes on', 'M_GOESROUND XB=1'],
    ['planted: a late renewal revives the lease', 'RENEW NOEXPIRY M_RENEWREVIVES'],
    ['planted: a full mail keeps a request to terminate out', 'NEVERFOLLOWS BLOCK S2=2 TERM_ID=2 CAP=1 M_NOROOM'],
    ['planted: a mail without a limit', `NOISE CAP=2 M_NOCAP NOEXPIRY ${SMALL}`],
  ]),
  ...of('purge.pml', 'safe', 'breaks', [
    ['planted: the run item is deleted first', 'M_RUNFIRST'],
    ['planted: items are deleted without a condition', 'M_NONONCE'],
    ['planted: the run item is deleted though it is another run', 'M_NOCREATED'],
    ['planted: no look whether the run is there still', 'M_NOLOOKAGAIN'],
    ['planted: who found a run due purges the next one of its id', 'M_NODUE'],
    ['planted: the input of a new run is not put again', 'M_NOKEEPINPUT'],
    ['planted: it is put again only if it is not there', 'M_READSINPUT'],
    ['planted: an update without a condition', 'LATEWRITER M_NOCONDITION'],
    ['planted: a message is deleted, and the run with it', 'SENDER M_NOPUTOFF'],
    ['planted: the input of a start is deleted, and the run with it', 'SENDER STARTER M_NOPUTOFF'],
    ['planted: a message is deleted before the run is put off', 'SENDER M_DELETEFIRST'],
    ['planted: a run that another sweeper has put off is deleted', 'SENDER M_NOSAMEDUE'],
    ['planted: delete: what is on its way is deleted', 'DELETER SENDER STARTER M_DELETESALL'],
    ['planted: delete: the id is free although the run was put off', 'DELETER SENDER STARTER M_DELETEFORGETS'],
  ]),
];

function of(
  file: Check['file'],
  kind: Check['kind'],
  want: Check['want'],
  named: readonly (readonly [name: string, switches: string])[],
): Check[] {
  return named.map(([name, switches]) => ({ file, kind, want, name, switches }));
}
