/* What is left to do when a run has ended (lib/engine/after-end.ts): its parent learns of it, or a run that watches it,
 * exactly once. Two workers, each crashing and starting over whenever it likes; a sweeper that purges; the receiver.
 *
 * Every atomic{} is one call to the table. The receiver is the child's parent from the start, or, with WATCH, a run that
 * asks for the end at any time (operation 18). ENDS: the receiver may end before it has learned of anything.
 * M_...: one planted mistake each.
 */
bool open = 1;            /* the run item of the child: open, or closed */
bool leased = 0;
byte epoch = 0;
byte wakes = 0;
bool afterEnd = 0;        /* something is left to do */
bool due = 1;
bool purged = 0;
#ifdef WATCH
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

inline tell() {
  if
  :: sees ->
     atomic { CRASH; payload = 1 };                                    /* operation 2 */
     atomic { CRASH; if :: receiverOpen -> inInbox = 1 :: else -> payload = 0 fi } /* operation 3 */
  :: else
  fi
}

proctype Worker() {
  byte mine, seenWakes;
  bool sees;
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
             open = 0; leased = 0;
#ifdef M_NOTSTORED
             afterEnd = 0; due = 0;
#else
             afterEnd = sees; due = sees;
#endif
             break
          fi }
     od
  :: atomic { !open && due && afterEnd; sees = told }                  /* the lease is refused: the run is closed */
  fi;
#ifdef M_SETTLESFIRST
  atomic { CRASH; if :: afterEnd -> afterEnd = 0; due = 1 :: else fi };
  tell()
#else
  tell();
  atomic { CRASH; if :: !open && afterEnd -> afterEnd = 0; due = 1 :: else fi } /* operation 19: due for its purge */
#endif
  ;
  sees = 0;
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
  atomic { run Worker(); run Worker(); run Sweeper(); run Receiver() };
  timeout;
  assert(delivered <= 1);
  assert(!asked || open || delivered == 1 || !receiverOpen);
  assert(!afterEnd || open)
}
