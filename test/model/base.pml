/* Bases of one run with an unbounded history (lib/engine/unbounded, operation 43): whatever the workers do and leave undone,
 * the run item names a base that is there, each record is there or behind it, and no worker that was taken over adds one.
 * Workers, each crashing, or standing still before any of its calls, whenever it likes; leases run out at any time. A
 * put and a renewal may have no answer, and be carried out when their sender has given them up, or once more.
 *
 * Every atomic{} is one call to the table. What was recorded under a number is known by the epoch of its turn. Archives are
 * left out: nothing is read from them to go on. M_...: one planted mistake each.
 */
#define RECORDS 5
#define EPOCHS 3
#ifndef NW
#define NW 2
#endif

byte by[RECORDS];         /* the records in the table: the epoch of their turn; 0: there is none */
bit isFence[RECORDS];
byte was[RECORDS];        /* all that was ever recorded, also what is removed since */
byte length = 0;          /* so many */
bool leased = 0;
byte epoch = 0;
byte baseRecord = 0;      /* what the run item names; 0: nothing */
byte baseKey = 0;         /* of the value that it is */
byte baseEpoch = 0;       /* the lease at whose release it was named */
bit isThere[20];          /* values, by their keys: of a record and a turn */
#define KEY(n, e) ((n) * 4 + (e))

byte latePut = 0; byte latePutBy = 0;           /* on their way; 0: none */
byte lateBase = 0; byte lateBaseBy = 0;

#define CRASH if :: goto again :: true fi

/* Operation 10 and 8. What a turn puts goes behind all that was recorded, or it is there already, or is refused. */
inline put(n, e, fence) {
  if
  :: by[n] != 0
  :: by[n] == 0 && was[n] == e && n <= baseRecord -> by[n] = e                   /* once more, behind a base: no one reads it */
  :: else -> assert(n == length + 1); by[n] = e; was[n] = e; isFence[n] = fence; length = n
  fi
}

/* Operation 13 with a base, as the table carries it out. */
inline renew(n, e) {
  if
#ifdef M_STALEBASE
  :: leased && epoch == e -> baseRecord = n; baseKey = KEY(n, e); baseEpoch = 0
#else
  :: leased && epoch == e && baseRecord < n -> baseRecord = n; baseKey = KEY(n, e); baseEpoch = 0
#endif
  :: else
  fi
}

/* Nothing is lost: a load would come to all that was recorded. */
inline check() {
  assert(baseRecord == 0 || isThere[baseKey]);
  i = baseRecord + 1;
  do
  :: i <= length -> assert(by[i] == was[i]); i++
  :: else -> break
  od;
  i = 0
}

/* What is in the way of a write that may still come (staysAt). */
#define ISFIRST(n) (isFence[n] || was[n] - was[n - 1] > 1)
#define JUMP(n) ((n) < length && was[(n) + 1] - was[n] > 1)                   /* a lease in between wrote nothing */
#define ISLAST(n) (JUMP(n) || ((n) + 1 < length && was[(n) + 1] == was[n] && JUMP((n) + 1)))
#ifdef M_NOFIRST
#define STAYS(n) ((n) == 1 || ISLAST(n))
#else
#ifdef M_NOLAST
#define STAYS(n) ((n) == 1 || ISFIRST(n))
#else
#define STAYS(n) ((n) == 1 || ISFIRST(n) || ISLAST(n))
#endif
#endif

/* Behind the base, one by one, the last one first; and then the base before. The worker may die after any of them. */
inline removeBehind() {
  i = last - 1;
  do
  :: i >= 1 -> if :: by[i] != 0 && !STAYS(i) -> by[i] = 0 :: else fi; i--
  :: i == 0 -> isThere[beforeKey] = 0; break
  :: break
  od;
  i = 0; check()
}

proctype Worker() {
  byte mine, last, i, before, beforeKey, beforeEpoch;
  bool takesOver;
again:
  takesOver = 0; last = 0; mine = 0; before = 0; beforeKey = 0; beforeEpoch = 0;
endworker:
  atomic { epoch < EPOCHS;                                                            /* operation 6 */
    takesOver = leased; epoch++; mine = epoch; leased = 1;
    before = baseRecord; beforeKey = baseKey; beforeEpoch = baseEpoch };
readbase:
  atomic { CRASH;
    if
    :: before == 0 || isThere[beforeKey]
    :: else -> assert(baseKey != beforeKey); goto again                               /* another one was named meanwhile */
    fi };
load:
  atomic { CRASH;                                                                     /* operation 7 */
    last = before;
    if
#ifdef M_ISEND
    :: before != 0 && beforeEpoch != 0 && !takesOver
#else
#ifdef M_ENDTAKEOVER
    :: before != 0 && beforeEpoch != 0 && beforeEpoch >= mine - 2
#else
    :: before != 0 && beforeEpoch == mine - 1 && !takesOver
#endif
#endif
       -> assert(epoch != mine || length == before)                                   /* there is nothing behind it */
    :: else ->
       i = last + 1;
       do
       :: i < RECORDS && by[i] == 0 -> i++
       :: i < RECORDS && by[i] != 0 ->
          if :: by[i] > mine || i != last + 1 -> goto again :: else fi;               /* it was taken over, or looks again */
          last = i; i++
       :: else -> break
       od;
       i = 0
    fi };
  if
  :: takesOver ->
     atomic { CRASH;                                                                  /* operation 8 */
       if
       :: last + 1 >= RECORDS -> goto again
       :: last + 1 < RECORDS && by[last + 1] != 0 -> goto load
       :: else -> put(last + 1, mine, 1); last++
       fi }
  :: else
  fi;
  do
  :: last + 1 < RECORDS ->
     if                                                                               /* sent, and without an answer */
#ifndef NOLATEPUT
     :: atomic { latePut == 0 -> latePut = last + 1; latePutBy = mine }
#endif
     :: goto again                                                                    /* and given up */
     :: true
     fi;
     atomic { CRASH;                                                                  /* operation 10 */
       put(last + 1, mine, 0);
       if
       :: by[last + 1] == mine -> last++
       :: else -> goto again
       fi;
       check() }
  :: last > before ->                                                                 /* a base in the midst of a turn */
#ifdef M_EARLYREMOVE
     atomic { CRASH; removeBehind() };
#endif
     if
#ifndef NOLATEBASE
     :: atomic { lateBase == 0 -> isThere[KEY(last, mine)] = 1; lateBase = last; lateBaseBy = mine }
#endif
     :: true
     fi;
     atomic { CRASH; isThere[KEY(last, mine)] = 1; renew(last, mine); check();
       if
       :: epoch == mine && leased && baseKey == KEY(last, mine)
       :: else ->
#ifdef M_DELETENAMED
          isThere[KEY(last, mine)] = 0; check();
#endif
          goto again
       fi };
     atomic { CRASH; removeBehind() };
     before = last; beforeKey = KEY(last, mine)
#ifdef M_DELETENAMED
  :: last > before ->                                                                 /* its answer is lost */
     atomic { isThere[KEY(last, mine)] = 1; renew(last, mine); isThere[KEY(last, mine)] = 0; check() };
     goto again
#endif
  :: break
  od;
  if
  :: last > before ->                                                                 /* a base at its end */
     atomic { CRASH;                                                                  /* operation 14 */
       if
       :: epoch == mine && leased ->
          isThere[KEY(last, mine)] = 1; leased = 0; baseRecord = last; baseKey = KEY(last, mine); baseEpoch = mine
       :: else -> goto again
       fi;
       check() };
     atomic { CRASH; removeBehind() }
  :: atomic { CRASH; if :: epoch == mine && leased -> leased = 0 :: else fi }
  fi;
  goto again
}

proctype Network() {
  byte i;
endnetwork:
  do
  :: atomic { latePut != 0 -> put(latePut, latePutBy, 0); latePut = 0; check() }
  :: atomic { lateBase != 0 -> renew(lateBase, lateBaseBy); lateBase = 0; check() }
  od
}

init {
  byte workers = 0;
  atomic {
    do
    :: workers < NW -> run Worker(); workers++
    :: else -> break
    od;
    run Network()
  }
}
