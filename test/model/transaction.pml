/* One transaction (lib/engine/commit-transaction.ts, lib/dynamodb/transact.ts): the author's write and the record of its
 * end, together or not at all, once, and what the turn believes is what the journal has. Three workers, each crashing, or
 * standing still before any of its calls, whenever it likes; leases run out at any time. A request may have no answer and
 * be repeated, and be carried out when its sender has given it up. The condition of the author's write is met or not as
 * others please.
 *
 * Every atomic{} is one call to the table. A nonce is the turn's epoch; that of a transaction's record is another one.
 * M_...: one planted mistake each.
 */
#define NONE 0
#define FENCE 1
#define DONE 2
#define FAILED 3

#define RECORDS 5
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef LATE
#define LATE 1
#endif

byte kind[RECORDS];       /* of each record; NONE: there is none */
byte by[RECORDS];         /* its nonce */
bool leased = 0;
byte epoch = 0;
byte written = 0;         /* how often the author's write was carried out */
bool met = 1;             /* its condition */

byte lateNumber[LATE];    /* requests on their way; 0: none */
byte lateBy[LATE];

#define CRASH if :: goto again :: true fi
#ifdef M_SAMENONCE
#define OWN(e) (e)
#else
#define OWN(e) ((e) + EPOCHS)
#endif

inline check() {
  assert(written <= 1);
  assert(written == 0 || kind[1] == DONE || kind[2] == DONE || kind[3] == DONE || kind[4] == DONE);
  assert(written == 1 || (kind[1] != DONE && kind[2] != DONE && kind[3] != DONE && kind[4] != DONE))
}

/* Operation 31, as the table carries it out. */
inline transact(n, nonce) {
  if
#ifdef M_NOCONDITION
  :: met -> kind[n] = DONE; by[n] = nonce; written++
#else
  :: met && kind[n] == NONE -> kind[n] = DONE; by[n] = nonce; written++
#endif
  :: else
  fi;
  check()
}

inline load() {
  last = 0; isEnded = 0; i = 1;
  do
  :: i < RECORDS && kind[i] != NONE -> last = i; isEnded = (isEnded || kind[i] == DONE || kind[i] == FAILED); i++
  :: else -> break
  od
}

proctype Worker() {
  byte mine, last, i;
  bool takesOver, isEnded;
again:
  takesOver = 0; isEnded = 0; last = 0; i = 0;
endworker:
  atomic { epoch < EPOCHS; takesOver = leased; epoch++; mine = epoch; leased = 1 };   /* operation 6 */
reload:
  atomic { CRASH; load() };                                                           /* operation 7 */
  if
  :: takesOver ->
     atomic { CRASH;                                                                  /* operation 8 */
       if
       :: last + 1 >= RECORDS -> goto again
       :: last + 1 < RECORDS && kind[last + 1] != NONE -> goto reload
       :: else -> last++; kind[last] = FENCE; by[last] = mine
       fi }
  :: else
  fi;
  if
  :: isEnded || last + 1 >= RECORDS
  :: else ->
     do                                                                               /* sent, and without an answer */
     :: atomic { lateNumber[0] == 0 -> lateNumber[0] = last + 1; lateBy[0] = OWN(mine) }
     :: atomic { lateNumber[LATE - 1] == 0 -> lateNumber[LATE - 1] = last + 1; lateBy[LATE - 1] = OWN(mine) }
     :: goto again                                                                    /* and given up */
     :: break
     od;
#ifdef M_NOTTOGETHER
     atomic { CRASH; if :: met && kind[last + 1] == NONE -> written++ :: else fi };
     atomic { CRASH; if :: kind[last + 1] == NONE -> kind[last + 1] = DONE; by[last + 1] = OWN(mine) :: else fi; check() };
#endif
     atomic { CRASH; transact(last + 1, OWN(mine)) };                                 /* operation 31 */
     atomic { CRASH;                                                                  /* refused or not: what is there? */
       if
       :: kind[last + 1] != NONE && by[last + 1] == OWN(mine) -> assert(kind[last + 1] == DONE); goto release
       :: kind[last + 1] != NONE && by[last + 1] != OWN(mine) -> goto again
       :: else
       fi };
     atomic { CRASH;                                                                  /* operation 10: it has failed */
       if
       :: kind[last + 1] == NONE -> kind[last + 1] = FAILED; by[last + 1] = mine
       :: kind[last + 1] != NONE && by[last + 1] == mine                              /* its own earlier request */
       :: else -> goto again
       fi;
       assert(kind[last + 1] == FAILED);                                              /* what the turn believes */
       check() }
  fi;
release:
  atomic { CRASH; if :: epoch == mine && leased -> leased = 0 :: else fi };           /* operation 14 */
  goto again
}

proctype Network() {
endnetwork:
  do
  :: atomic { lateNumber[0] != 0 -> transact(lateNumber[0], lateBy[0]); lateNumber[0] = 0 }
  :: atomic { lateNumber[LATE - 1] != 0 -> transact(lateNumber[LATE - 1], lateBy[LATE - 1]); lateNumber[LATE - 1] = 0 }
  od
}

proctype Others() {
  byte times = 0;
endothers:
  do
  :: atomic { times < 3 -> met = 1 - met; times++ }
  od
}

init {
  atomic { run Worker(); run Worker(); run Worker(); run Network(); run Others() }
}
