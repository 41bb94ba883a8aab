/* One update (lib/engine/answer-update.ts, lib/engine/inbox.ts): it is refused, or carried out once and answered, never
 * both. Three workers, each crashing, or standing still before any of its calls, whenever it likes; leases run out at any
 * time. The sender's requests may be carried out late: what was accepted is accepted again, what was put is put again.
 *
 * Every atomic{} is one call to the table. What a validator says differs from worker to worker.
 * M_...: one planted mistake each.
 */
#define NONE 0
#define REFUSED 1
#define DONE 2

#ifndef EPOCHS
#define EPOCHS 4
#endif

bool leased = 0;
byte epoch = 0;
byte recordedBy = 0;      /* the epoch of the last record: an earlier one can write no more (I2) */
bool inInbox = 1;
byte journaled = 0;       /* how often the journal has it */
byte answer = NONE;       /* the item of the message */
byte claimedBy = 0;

#define CRASH if :: goto again :: true fi

inline check() {
  assert(journaled <= 1);                        /* it is carried out once */
  assert(!(journaled > 0 && answer == REFUSED)); /* what was refused is not carried out */
  assert(answer != DONE || journaled > 0)        /* what was not carried out has no result */
}

inline writeAnswer(what) {
  atomic { CRASH;                                                     /* operation 21 */
    if
    :: answer == NONE && claimedBy <= mine -> answer = what; removes = 1
    :: answer != NONE -> removes = 1
    :: else -> goto again
    fi;
    check() }
}

proctype Worker() {
  byte mine;
  bool takesOver, sees, isIn, removes;
again:
  removes = 0; sees = 0; isIn = 0;
endworker:
  atomic { epoch < EPOCHS; takesOver = leased; epoch++; mine = epoch; leased = 1; sees = inInbox }; /* operation 6 */
  if
  :: takesOver ->
     atomic { CRASH; if :: recordedBy > mine -> goto again :: else -> recordedBy = mine fi } /* operation 8 */
  :: else
  fi;
  atomic { CRASH; isIn = (journaled > 0) };                           /* operation 7 */
  if
  :: isIn -> writeAnswer(DONE)                                        /* the step of the worker before goes on */
  :: !isIn && sees ->
#ifndef M_ANSWEREDISLOADED
     atomic { CRASH; removes = (answer != NONE) };                    /* operation 9 */
#endif
#ifndef M_NOCLAIM
     if
     :: takesOver && !removes ->
        atomic { CRASH;                                               /* operation 20 */
          if
          :: answer != NONE -> removes = 1
          :: answer == NONE && claimedBy < mine -> claimedBy = mine
          :: else
          fi }
     :: else
     fi;
#endif
     if
     :: removes
     :: !removes                                                      /* it waits for its handler */
     :: !removes -> writeAnswer(REFUSED)
     :: !removes ->
        atomic { CRASH;                                               /* operation 10 */
          if :: recordedBy > mine -> goto again :: else -> recordedBy = mine; journaled++; check() fi };
        writeAnswer(DONE)
     fi
  :: else
  fi;
  atomic { CRASH;                                                     /* operation 14 */
    if
    :: epoch == mine && leased ->
       leased = 0;
       if :: removes -> inInbox = 0 :: else fi
    :: else
    fi };
  goto again
}

proctype Sender() {
  byte times = 0;
endsender:
  do
  :: atomic { times < 2; inInbox = 1; times++ }                       /* operation 3, late */
#ifdef M_PUTERASESCLAIM
  :: atomic { times < 2 && answer == NONE && journaled == 0; claimedBy = 0; times++ } /* operation 2, late */
#endif
  od
}

init {
  atomic { run Worker(); run Worker(); run Worker(); run Sender() }
}
