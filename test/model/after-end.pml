/* What is left to do when a run has ended (lib/engine/after-end.ts): its parent learns of it, or a run that watches it,
 * exactly once. Two workers, each crashing and starting over whenever it likes; a sweeper that purges; the receiver.
 *
 * Every atomic{} is one call to the table. The receiver is the child's parent from the start, or, with WATCH, a run that
 * asks for the end at any time (operation 18). ENDS: the receiver may end before it has learned of anything. BUS: the end is
 * also put on an event bus, which may be away whenever it likes; then that alone is left to do (onlyBus). RETRY: no run is to
 * learn of the end, and a caller tries the run again once (operation 25), so that it ends twice.
 * M_...: one planted mistake each.
 */
bool open = 1;            /* the run item of the child: open, or closed */
bool leased = 0;
byte epoch = 0;
byte wakes = 0;
bool afterEnd = 0;        /* something is left to do */
bool due = 1;
bool onlyBus = 0;         /* of what is left to do: others have learned of the end, the bus has not */
byte ends = 0;            /* how often it has ended: the number of the end that there is now */
bool heard[3];            /* the bus has the end of that number */
bool purged = 0;
#if defined(WATCH) || defined(RETRY)
bool told = 0;            /* the run item names the receiver */
#else
bool told = 1;
#endif
bool asked = 0;           /* the receiver was answered that it watches */
bool found = 0;           /* the receiver has read the end itself */

bool receiverOpen = 1;
bool payload = 0, inInbox = 0, inJournal = 0;
byte delivered = 0;

#define CRASH if :: goto again :: true fi

#ifdef M_ANYEND
#define SAME_END true
#else
#define SAME_END (end == ends)                                          /* the time of the end is part of the condition */
#endif

inline tell() {
  if
  :: sees ->
     atomic { CRASH; payload = 1 };                                    /* operation 2 */
     atomic { CRASH; if :: receiverOpen -> inInbox = 1 :: else -> payload = 0 fi } /* operation 3 */
  :: else
  fi
}

proctype Worker() {
  byte mine, seenWakes, end;
  bool sees, isPut;
again:
endworker:
  if
  :: atomic { open && due;                                             /* operation 6; a lease may run out at any time */
       epoch = epoch + (epoch < 3); mine = epoch; leased = 1; seenWakes = wakes; sees = told };
     do
     :: atomic { CRASH;                                                /* operation 15 */
          if
          :: !(open && leased && epoch == mine) -> goto again
          :: open && leased && epoch == mine && wakes != seenWakes -> seenWakes = wakes; sees = told
          :: open && leased && epoch == mine && wakes == seenWakes ->
             open = 0; leased = 0; ends++; end = ends;
#ifdef M_NOTSTORED
             afterEnd = 0; due = 0;
#else
#ifdef BUS
             afterEnd = 1; due = 1; onlyBus = !sees;
#else
             afterEnd = sees; due = sees;
#endif
#endif
             break
          fi }
     od
  :: atomic { !open && due && afterEnd; end = ends; sees = told && !onlyBus } /* the lease is refused: the run is closed */
  fi;
#ifdef M_BUSFIRST                                                      /* what is left to do is the bus alone, before others know */
  atomic { CRASH; if :: !open && afterEnd -> onlyBus = 1 :: else fi };
#endif
#ifdef M_SETTLESFIRST
  atomic { CRASH; if :: afterEnd -> afterEnd = 0; due = 1 :: else fi };
  tell()
#else
  tell();
#ifdef BUS
#ifdef M_SETTLEDUNHEARD
  isPut = 1; atomic { CRASH; if :: heard[end] = 1 :: true fi };
#else
  atomic { CRASH; if :: heard[end] = 1; isPut = 1 :: isPut = 0 fi };   /* it takes the end, or is away */
#endif
#else
  isPut = 1;
#endif
  atomic { CRASH;                                                      /* operation 19: due for its purge, or for the bus */
    if
    :: !open && afterEnd && SAME_END && isPut -> afterEnd = 0; onlyBus = 0; due = 1
    :: !open && afterEnd && SAME_END && !isPut -> onlyBus = 1
    :: else
    fi };
#endif
  sees = 0; end = 0;
  goto again
}

proctype Sweeper() {
endsweeper:
  do
#ifdef M_PURGESUNSETTLED
  :: atomic { !open && due; purged = 1; due = 0; told = 0; afterEnd = 0 }
#else
  :: atomic { !open && due && !afterEnd; purged = 1; due = 0; told = 0 }
#endif
  od
}

#ifdef RETRY
proctype Caller() {
endcaller:
  atomic { !open && !purged && (!afterEnd || onlyBus); open = 1; due = 1; afterEnd = 0; onlyBus = 0 }
}
#endif

proctype Receiver() {
#ifdef WATCH
  atomic {                                                             /* operation 18 */
    if
    :: open -> told = 1; asked = 1;
#ifndef M_WATCHISNOWAKE
       wakes = wakes + 1
#else
       skip
#endif
    :: !open && !purged -> found = 1
    :: purged -> found = 1                                             /* RUN_NOT_FOUND: an answer as well */
    fi
  };
#else
  asked = 1;
#endif
endreceiver:
  do
  :: atomic { receiverOpen && inInbox && !inJournal; assert(payload); inJournal = 1; delivered++ }
  :: atomic { receiverOpen && inInbox && inJournal; inInbox = 0; payload = 0 } /* operation 11; the id leaves the inbox */
#ifdef ENDS
  :: atomic { receiverOpen; receiverOpen = 0; inInbox = 0 }
#endif
  od
}

init {
#ifdef RETRY
  atomic { run Worker(); run Worker(); run Sweeper(); run Caller() };
#else
  atomic { run Worker(); run Worker(); run Sweeper(); run Receiver() };
#endif
  timeout;
  assert(delivered <= 1);
  assert(!asked || open || delivered == 1 || !receiverOpen);
  assert(!afterEnd || open);
#ifdef BUS
  assert(open || heard[ends])
#endif
}
