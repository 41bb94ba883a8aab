/* A pool (lib/engine/pools, lib/pool): runs that each want one place for one attempt of a step. The pool item is changed by
 * compare and set: who has read it writes only if nobody wrote since (`fresh`). Waiters are items of their own; the pool
 * item counts joinCount, and so says whether there may be some. Who gives a place back gives it to the first waiters, and
 * makes their runs due.
 *
 * Workers crash, and stand still until their lease is over, between any two calls. Each atomic{} is one call to the table,
 * or what a worker does at once. Limits are changed by others. FAULTS: so many crashes, and so many leases
 * that end, and places that are not taken in time. NOSWEEP: there is no sweeper. M_...: one planted mistake each.
 */
#ifndef RUNS
#define RUNS 2
#endif
#ifndef LIMIT
#define LIMIT 1
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef LOWERED
#define LOWERED LIMIT
#endif
#define SWEEPER RUNS
#define NOBODY RUNS

#define GIVEN 1                  /* and not taken yet; e + 1: taken by the worker of epoch e */
byte place[RUNS];
bool lineMayBe = 0;              /* joinCount != cleared */
byte limit = LIMIT;
bool waiter[RUNS];               /* its item in the line */

bool fresh[RUNS + 1];            /* nobody has written the pool item since this one has read it */
bool noArrival[RUNS + 1];        /* and nobody has joined the line */

byte epoch[RUNS];
bool leased[RUNS];
bool isOver[RUNS];               /* the lease */
bool isDue[RUNS];
bool seen[RUNS];                 /* by the turn: nothing has made the run due since */
bool isDone[RUNS];
bool running[RUNS];              /* the body */
byte freezes = 0;                /* and places that were not taken in time */
byte crashes = 0;
#define MAYCRASH crashes < FAULTS -> crashes++

#define CRASH(r) if :: atomic { MAYCRASH; running[r] = 0; isOver[r] = 1; isDue[r] = 1 }; goto again :: true fi

inline count(n) {
  n = 0; k = 0;
  do :: k < RUNS -> if :: place[k] != 0 -> n++ :: else fi; k++ :: else -> break od
}
inline countRunning(n) {
  n = 0; k = 0;
  do :: k < RUNS -> if :: running[k] && !isOver[k] -> n++ :: else fi; k++ :: else -> break od
}
inline written() { k = 0; do :: k <= RUNS -> fresh[k] = 0; k++ :: else -> break od }

#define ALIVE(q) (leased[q] && !isOver[q] && place[q] == epoch[q] + 1)

/* r: a run and its worker, or the sweeper. */
proctype Worker(byte r) {
  byte mine, k, n, q;
  byte old[RUNS];                /* the pool item as it was read, and as it is to be written */
  byte want[RUNS];
  bool line[RUNS];
  bool lineWas, gives, changed;
again:
  atomic {
    mine = 0; gives = 0; changed = 0; lineWas = 0; n = 0; q = 0; k = 0;
    do :: k < RUNS -> old[k] = 0; want[k] = 0; line[k] = 0; k++ :: else -> break od;
    k = 0
  };
endworker:
  if
  :: r == SWEEPER ->
#ifdef NOSWEEP
     false
#else
     /* It looks again and again; in the model only where there is something to find. */
     atomic { lineMayBe || place[0] != 0 || place[RUNS - 1] != 0 -> skip }
#endif
  :: else ->
     atomic { r != SWEEPER && isDue[r] && !isDone[r] && (!leased[r] || isOver[r]) && epoch[r] < EPOCHS ->
       epoch[r]++; leased[r] = 1; isOver[r] = 0; seen[r] = 1; mine = epoch[r] }
  fi;
visit:
  skip;
  atomic {                                                            /* the pool item is read */
    fresh[r] = 1; noArrival[r] = 1; lineWas = lineMayBe; n = 0; k = 0;
    do :: k < RUNS -> old[k] = place[k]; want[k] = place[k]; k++ :: else -> break od
  };
  if
  :: gives -> want[r] = 0
  :: !gives && r != SWEEPER && old[r] != 0 -> want[r] = mine + 1       /* it was given, or taken by a worker before */
  :: else
  fi;
  atomic {                                                            /* are those alive who have places? */
    q = 0;
    do
    :: q < RUNS && q != r && old[q] != 0 ->
       if
       :: old[q] == GIVEN && isDone[q] -> want[q] = 0
       :: old[q] == GIVEN && !isDone[q] && freezes < FAULTS -> freezes++; want[q] = 0          /* not taken for long */
       :: old[q] == GIVEN && !isDone[q]
#ifdef M_FREESTHELIVING
       :: old[q] > GIVEN && !running[q] -> want[q] = 0
       :: old[q] > GIVEN && running[q]
#else
       :: old[q] > GIVEN && !ALIVE(q) -> want[q] = 0
       :: old[q] > GIVEN && ALIVE(q)
#endif
       fi;
       q++
    :: q < RUNS && (q == r || old[q] == 0) -> q++
    :: q == RUNS -> q = 0; break
    od
  };
  atomic {                                                            /* and what is to be written follows */
    k = 0; do :: k < RUNS -> line[k] = lineWas && waiter[k]; k++ :: else -> break od;     /* the line is read */
    n = 0; k = 0;
    do :: k < RUNS -> if :: want[k] != 0 -> n++ :: else fi; k++ :: else -> break od;
    k = 0;
    do
    :: k < RUNS && line[k] && want[k] == 0 && n < limit && !(gives && k == r) ->
       if :: k == r && r != SWEEPER -> want[k] = mine + 1 :: else -> want[k] = GIVEN fi;
       n++; k++
    :: k < RUNS && !(line[k] && want[k] == 0 && n < limit && !(gives && k == r)) -> k++
    :: k == RUNS -> break
    od;
    if
    :: r != SWEEPER && !gives && !lineWas && want[r] == 0 && n < limit -> want[r] = mine + 1; n++
    :: else
    fi;
    changed = 0; k = 0;
    do :: k < RUNS -> if :: want[k] != old[k] -> changed = 1 :: else fi; k++ :: else -> break od
  };
  if :: r != SWEEPER -> CRASH(r) :: else fi;
  atomic {                                                            /* the pool item is written, if it is as it was read */
#ifdef M_NOCONDITION
    if
    :: true ->
#else
    if
    :: !fresh[r] -> goto visit
    :: else ->
#endif
#ifdef M_INHERITSUNWRITTEN
       if :: r != SWEEPER && !gives && old[r] != 0 && want[r] != 0 -> changed = 0 :: else fi;
#endif
       if
       :: changed ->
          k = 0;
          do :: k < RUNS -> place[k] = want[k]; k++ :: else -> break od;
          written(); fresh[r] = 1;
          count(n)
       :: else
       fi;
       /* The line is known to be empty if none was there, and none has come since the pool item was read. */
       k = 0; q = 0;
       do :: k < RUNS -> if :: line[k] && place[k] == 0 -> q = 1 :: else fi; k++ :: else -> break od;
       if :: lineWas && q == 0 && noArrival[r] -> lineMayBe = 0 :: else fi
    fi
  };
  if :: r != SWEEPER && changed -> CRASH(r) :: else fi;
  atomic {                                                            /* those who have places leave the line */
    k = 0;
    do :: k < RUNS -> if :: line[k] && want[k] != 0 -> waiter[k] = 0 :: else fi; k++ :: else -> break od;
    k = 0
  };
  if :: r != SWEEPER && changed -> CRASH(r) :: else fi;
  atomic {                                                            /* and are due */
    k = 0;
    do
    :: k < RUNS ->
       if
       :: k != r && line[k] && want[k] != 0 -> isDue[k] = 1; seen[k] = 0
       /* A place that was given, and whose run was not made due, since who was to do it has died. */
       :: r == SWEEPER && old[k] == GIVEN && want[k] == GIVEN -> isDue[k] = 1; seen[k] = 0
       :: else
       fi;
       k++
    :: else -> break
    od;
    k = 0
  };
  atomic { k = 0; do :: k < RUNS -> old[k] = 0; line[k] = 0; k++ :: else -> break od; q = 0; k = 0; changed = 0; lineWas = 0 };
  if :: !noArrival[r] && n < limit -> goto visit :: else fi;          /* who has joined meanwhile, and saw no place */
  if
  :: r == SWEEPER -> goto again
  :: r != SWEEPER && gives ->
     atomic { if :: epoch[r] == mine -> isDone[r] = 1; leased[r] = 0 :: else fi };
     goto again
  :: r != SWEEPER && !gives && want[r] == 0 ->
     CRASH(r);
     waiter[r] = 1;                                                   /* it joins the line */
     CRASH(r);
     atomic {
       lineMayBe = 1; k = 0;
       do :: k <= RUNS -> noArrival[k] = 0; k++ :: else -> break od
     };
     /* The answer to that has the pool item as it is now. */
     if :: !fresh[r] || n < limit -> goto visit :: else fi;
     CRASH(r);
     atomic {                                                         /* operation 14 */
       if
       :: epoch[r] != mine -> goto again
       :: epoch[r] == mine && seen[r] -> leased[r] = 0; isDue[r] = 0; goto again
       :: epoch[r] == mine && !seen[r] -> seen[r] = 1
       fi };
     goto visit
  :: else
  fi;
  CRASH(r);
  atomic {
    if
    :: isOver[r] || epoch[r] != mine -> goto again                    /* nothing begins without the lease */
    :: else ->
       running[r] = 1;
       countRunning(n);
       assert(n <= LIMIT)
    fi };
  CRASH(r);
  atomic { running[r] = 0; gives = 1 };
  goto visit
}

/* A worker stands still until its lease is over. Its body, if it runs, is not counted any more. */
proctype Time() {
endtime:
  do
  :: atomic { freezes < FAULTS && leased[0] && !isOver[0] && epoch[0] < EPOCHS -> isOver[0] = 1; isDue[0] = 1; freezes++ }
  :: atomic { freezes < FAULTS && leased[RUNS - 1] && !isOver[RUNS - 1] && epoch[RUNS - 1] < EPOCHS ->
       isOver[RUNS - 1] = 1; isDue[RUNS - 1] = 1; freezes++ }
  od
}

#if LOWERED != LIMIT
proctype Others() {
  byte k;
  atomic { limit = LOWERED; written() };
  atomic { limit = LIMIT; written() };
}
#endif

init {
  byte k = 0;
  atomic {
    do :: k < RUNS -> isDue[k] = 1; run Worker(k); k++ :: else -> break od;
    run Worker(SWEEPER);
    run Time();
#if LOWERED != LIMIT
    run Others()
#endif
  }
}
