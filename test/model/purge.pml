/* The purge of a closed run, as lib/dynamodb/purge-run.ts does it: two sweepers at once, each crashing and starting over
 * whenever it likes, and a caller who starts a new run under the same id (lib/client/start-run.ts).
 *
 * Every atomic{} is one call to the table. What a run has beside its run item: a record (the key "record 1" is the same
 * in every life of the id) and an input of its own key. An item's value is the nonce of its put; 0: not there.
 * The life of the id: 1 is the closed run, 2 the new one, 3 the new one when it has ended and is to be kept for now. A
 * purge reads in two pages.
 *
 * LATEWRITER: a worker of the closed run whose writes are still on their way, which the shortest retention of 15 minutes
 * excludes. Then records may be left over, but the run item does not come back and nothing of the new run is deleted.
 * SENDER: two (LIVE, DELETER: one) who send a message to the id meanwhile, each whenever it likes; they may die in between. A purge
 * that finds a message puts the run off before it deletes the message, and leaves the rest for its next time: by then, 15
 * minutes later, whoever had put that message has had an answer, or is dead (TIME).
 * STARTER: in their place one who starts the next run, with an input in an item of its own, and dies when the run is
 * there: the caller without this switch lives, and puts the input again, however late.
 * DELETER: one who deletes the run when asked for it (lib/dynamodb/delete-run.ts), at any time after its end, in the place of the
 * second sweeper: it puts the run off first, then deletes what is the run's, and the run item only if it found nothing
 * that may be on its way (it would stay for ever), and the run was not put off before: who did that may have deleted such
 * a thing.
 * LIVE: with finitely many crashes the run is purged in the end. M_...: one planted mistake each.
 */
#ifndef CB
#define CB 1
#endif

/* run item: 0 none, 1 the old run, closed, 2 the new one, open, 3 the same, closed */
byte life = 1;
/* the record under the key 1; the input of the old run; that of the new one */
byte record = 1, oldInput = 1, newInput = 0;
bool payload[2];            /* of a message; each has an id of its own */
bool sending[2], waited[2]; /* between put and accept; of those, whom TIME waits for */
bool accepted[2];           /* by the new run */
bool due = 1;               /* the closed run is to be purged now */
bool stale[2];              /* the sweeper has read a due time that is not that of the run any more */
byte nonces = 1;            /* puts of the new input */
bool begun = 0;             /* the new run's worker has put its record */
bool checked = 0;           /* the caller has looked after its input */
#ifdef LIVE
byte cb = 2 * CB;
#define CRASH if :: cb > 0 -> cb--; goto again :: true fi
#else
#define CRASH if :: goto again :: true fi
#endif

#ifdef M_NONONCE
#define SAME(item, seen) true
#else
#define SAME(item, seen) (item == seen)
#endif
#ifdef M_NOCREATED
#define SAMELIFE (life != 0)  /* open or closed, whichever run */
#else
#define SAMELIFE (life == seenLife)
#endif
#ifdef M_NOSAMEDUE
#define SAMEDUE true
#else
#define SAMEDUE (!stale[me])
#endif
#ifdef M_NOLOOKAGAIN
#define THERESTILL true
#else
#define THERESTILL (life == seenLife)
#endif

#define DELETEPAYLOADS \
  atomic { CRASH; if :: seenPayload[0] -> assert(!accepted[0]); payload[0] = 0 :: else fi }; \
  atomic { CRASH; if :: seenPayload[1] -> assert(!accepted[1]); payload[1] = 0 :: else fi }
#define PUTOFF \
  stale[0] = 1; stale[1] = 1; due = 0; waited[0] = waited[0] || sending[0]; waited[1] = waited[1] || sending[1]

proctype Sweeper(bool me) {
  byte seenLife, seenRecord, seenOld, seenNew;
  bool seenPayload[2];
again:
endsweeper:
  atomic { life == 1 && due;                                              /* found in the index of the due, and read */
           seenLife = 0; seenRecord = 0; seenOld = 0; seenNew = 0; seenPayload[0] = 0; seenPayload[1] = 0 };
  atomic { CRASH;                                                         /* read again: closed, and due */
    if
    :: life == 1 && due -> seenLife = 1; stale[me] = 0
#ifdef M_NODUE
    :: life == 3 -> seenLife = 3
#endif
    :: else -> goto again
    fi };
#ifdef M_RUNFIRST
  atomic { CRASH; if :: SAMELIFE -> life = 0 :: else -> goto again fi };
#endif
  atomic { CRASH; seenRecord = record };                                  /* page 1 */
  atomic { CRASH; if :: THERESTILL :: else -> goto again fi };
  atomic { CRASH; if :: seenRecord && SAME(record, seenRecord) -> assert(record != 2) /* the new run keeps its journal */; record = 0 :: else fi };
  atomic { CRASH; seenOld = oldInput; seenNew = newInput;           /* page 2 */
                  seenPayload[0] = payload[0]; seenPayload[1] = payload[1] };
#ifdef SENDER
  if
  :: seenPayload[0] || seenPayload[1] ->
#ifdef M_DELETEFIRST
     DELETEPAYLOADS;
#endif
#ifndef M_NOPUTOFF
     atomic { CRASH; if :: SAMELIFE && SAMEDUE -> PUTOFF :: else -> goto again fi };
#endif
     DELETEPAYLOADS;
#ifndef M_NOPUTOFF
     goto again
#endif
  :: else
  fi;
#endif
  atomic { CRASH; if :: THERESTILL :: else -> goto again fi };
  atomic { CRASH; if :: seenOld && SAME(oldInput, seenOld) -> oldInput = 0 :: else fi };
  atomic { CRASH; if :: seenNew && SAME(newInput, seenNew) ->
                        assert(!checked);                                 /* the new run keeps its input */
                        newInput = 0
                     :: else fi };
#ifndef M_RUNFIRST
  atomic { CRASH; if :: SAMELIFE && SAMEDUE -> assert(life == 1);                 /* the new run is not deleted */
                                    life = 0
                     :: else fi };
#endif
  goto again
}

#ifdef DELETER
proctype Deleter() {
  byte seenLife, seenRecord, seenOld, seenNew;
  bool seenPayload[2], onTheirWay, wasDue;
  bool me = 1;
again:
enddeleter:
  atomic { life == 1; seenLife = 1; seenRecord = 0; seenOld = 0; seenNew = 0; seenPayload[0] = 0; seenPayload[1] = 0;
           onTheirWay = 0 };
  atomic { CRASH; if :: SAMELIFE -> wasDue = due; PUTOFF; stale[1] = 0 :: else -> goto again fi };  /* deleted: no caller finds it any more */
  atomic { CRASH; seenRecord = record };
  atomic { CRASH; if :: THERESTILL :: else -> goto again fi };
  atomic { CRASH; if :: seenRecord && SAME(record, seenRecord) -> assert(record != 2); record = 0 :: else fi };
  atomic { CRASH; seenOld = oldInput; seenNew = newInput; seenPayload[0] = payload[0]; seenPayload[1] = payload[1];
                  onTheirWay = seenPayload[0] || seenPayload[1] };
  atomic { CRASH; if :: THERESTILL :: else -> goto again fi };
  atomic { CRASH; if :: seenOld && SAME(oldInput, seenOld) -> oldInput = 0 :: else fi };
#ifdef M_DELETESALL
  DELETEPAYLOADS;
#endif
#ifdef M_DELETEFORGETS
  wasDue = 1;
#endif
  atomic { CRASH; if :: wasDue && !onTheirWay && SAMELIFE && SAMEDUE -> assert(life == 1); life = 0 :: else fi }
}
#endif

/* Starts until it is the one who created the run. */
proctype Caller() {
  byte found;
  atomic { nonces++; newInput = nonces };
#if defined(LIVE) || defined(M_RUNFIRST)
  atomic { if :: life == 0 -> life = 2 :: life == 1 -> goto gone fi };    /* exists: that is the answer */
#else
  atomic { life == 0 -> life = 2 };
#endif
#ifdef M_READSINPUT
  atomic { found = newInput; if :: found -> checked = 1; goto done :: else fi };
#endif
#ifndef M_NOKEEPINPUT
  atomic { nonces++; newInput = nonces; checked = 1 };
#else
  checked = 1;
#endif
done:
  do
  :: atomic { begun -> assert(record == 2); break }                       /* the new run keeps its journal */
  :: atomic { checked -> assert(newInput); break }                        /* the new run keeps its input */
  od;
  goto end;
gone:
  newInput = 0;
end:
  skip
}

#ifdef SENDER
proctype Sender(byte me) {
  atomic { payload[me] = 1; sending[me] = 1 };
  atomic {
    if
    :: life == 2 -> assert(payload[me]); accepted[me] = 1                 /* what is accepted has its payload */
    :: life != 2 -> payload[me] = 0                                       /* refused: its sender deletes it */
    :: true                                                               /* its sender dies */
    fi;
    sending[me] = 0; waited[me] = 0 }
}

/* Creates the run, and does nothing more for its input. */
proctype Starter(byte me) {
  atomic { payload[me] = 1; sending[me] = 1 };
  atomic {
    if
    :: life == 0 -> life = 2; assert(payload[me]); accepted[me] = 1       /* what begins has its input */
    :: life != 0 -> payload[me] = 0                                       /* exists: its starter deletes it */
    :: true                                                               /* its starter dies */
    fi;
    sending[me] = 0; waited[me] = 0 }
}

/* So late that no request of before is under way any more. */
proctype Time() {
end:
  do :: atomic { !due && !waited[0] && !waited[1] -> due = 1 } od
}
#endif

/* The new run's first commit. */
proctype NewWorker() {
  atomic { life == 2;
#ifndef LATEWRITER
    assert(!record);                                                      /* nothing is left of the old one */
#endif
    if :: !record -> record = 2; begun = 1 :: else fi };
  atomic { begun && checked -> life = 3 }
}

#ifdef LATEWRITER
/* A worker of the old run: a record (not there yet), and an update of the run item (a release, a renewal, an accept). */
proctype LateWorker() {
  do
  :: atomic { !record -> record = 1 }
#ifdef M_NOCONDITION
  :: atomic { life == 0 -> life = 1; assert(false) }                      /* an update without a condition makes the item anew */
#endif
  :: break
  od
}
#endif

init {
  atomic {
    run Sweeper(0);
#ifdef DELETER
    run Deleter();
#else
    run Sweeper(1);
#endif
    run Caller(); run NewWorker();
#ifdef SENDER
    run Time();
#ifdef STARTER
    run Starter(0);
#else
    run Sender(0);
#if !defined(LIVE) && !defined(DELETER)
    run Sender(1);
#endif
#endif
#endif
#ifdef LATEWRITER
    run LateWorker();
#endif
  }
}

#ifdef LIVE
ltl live { <>[] (life != 1) }
#endif
