/* Steps that begin before the record that led to them is written (lib/engine/begin-early.ts): two steps one after the
 * other, then an answer.
 *
 * Step 1 gives 1 or 2, another at each attempt, as the world does; step 2 is asked for with that value as its input, then
 * the run answers it to a caller. Two workers take turns; a lease runs out and a worker dies whenever it likes.
 *   rec1, rec2  what the journal has of step 1 and step 2 (0 nothing); asked2: the journal has that step 2 was asked for
 * KEEPS: step 2 changes something outside. READS: it is readOnly. Neither: it is idempotent by its key, and begins early
 * all the same. KILLS: the body of step 2 ends its worker, always; MAXINT interruptions are allowed, those that the
 * journal knows of.
 */
#ifndef MAXINT
#define MAXINT 2
#endif
byte owner = 0; byte rec1 = 0, rec2 = 0; bool asked2 = 0, ended = 0; byte inter = 0;
bool behind[3]; byte seen2 = 0;   /* inputs with which a body of step 2 began, a set */
byte told = 0;                    /* what the caller was answered */
byte kills = 0;
#ifndef NOCB
#define CRASH if :: goto down :: true fi
#else
#define CRASH skip
#endif
inline put() { if :: me == 1 -> behind[2] = 1 :: me == 2 -> behind[1] = 1 fi }

proctype Worker(byte me) {
  byte l1, l2; bool tko, durable, mayEarly;
idle:
  atomic { !ended -> tko = (owner != 0); owner = me; behind[me] = 0; l1 = rec1; l2 = rec2; durable = 1;
    mayEarly = !tko };
  /* the fence: what was asked for and has no end was interrupted */
  atomic { CRASH; if :: behind[me] -> goto down
    :: !behind[me] && tko -> put(); if :: asked2 && !rec2 && inter <= MAXINT -> inter++ :: else fi
    :: else fi };
#ifdef M_EARLYAFTERTAKEOVER
  mayEarly = 1;
#endif
step1:
  atomic { CRASH; if :: l1 -> skip :: else -> durable = 0; if :: l1 = 1 :: l1 = 2 fi fi };
  if
  :: atomic { !durable || !asked2 -> CRASH;                               /* the record: step 1 ended, step 2 asked for */
       if :: behind[me] -> assert(owner != me); goto down
          :: else -> put(); assert(!rec1 || rec1 == l1); rec1 = l1; asked2 = 1; durable = 1 fi }
#if !defined(KEEPS) || defined(M_EARLYEFFECT)
  :: mayEarly && !durable -> skip                                         /* step 2 begins before it */
#endif
  :: durable && asked2 -> skip
  fi;
#ifdef KILLS
  if :: inter > MAXINT && asked2 -> l2 = 1; goto finish :: else fi;      /* given up: the step fails */
#endif
step2:
  atomic { CRASH;
    seen2 = seen2 | (1 << l1);
#ifndef READS
    assert((seen2 & (seen2 - 1)) == 0);                                   /* one step, one key, one input */
#endif
#ifdef KILLS
    if :: kills <= MAXINT + 2 -> kills++ :: else fi;
    assert(kills <= MAXINT + 2);                                          /* a body that kills its worker is given up */
    goto down
#endif
    l2 = l1 };
finish:
  atomic { CRASH;
#ifdef M_EARLYANSWER
    if :: l2 -> if :: !told -> told = l2 :: else fi; assert(told == l2) :: else fi;   /* what was answered is what happened */
#endif
    skip };
#ifdef M_FINISHWITHOUTHELD
  atomic {                                                                /* the end is written, and not what is held */
    if
    :: owner == me && !ended -> assert(!behind[me]); ended = 1; owner = 0;
       assert(rec1 && rec2)                                               /* what led to the end is in the journal */
    :: else
    fi };
  goto down;
#endif
  /* all that is not written yet, in one record; then the end, which tells the caller */
  atomic { CRASH;
    if
    :: rec2 -> skip
    :: !rec2 && behind[me] -> assert(owner != me); goto down
    :: else -> put(); assert(!rec1 || rec1 == l1); rec1 = l1; rec2 = l2; asked2 = 1; durable = 1
    fi };
  atomic { CRASH;
    if
    :: owner == me && !ended -> assert(!behind[me]); ended = 1; owner = 0;
       assert(rec1 && rec2);                                              /* what led to the end is in the journal */
#ifdef M_EARLYANSWER
       assert(!told || told == rec2)                                      /* what was answered is what happened */
#else
       told = rec2
#endif
    :: else
    fi };
down:
  atomic { l1 = 0; l2 = 0; tko = 0; durable = 0; mayEarly = 0; if :: ended -> goto stop :: else -> goto idle fi };
stop: skip
}
init { atomic { run Worker(1); run Worker(2) } }
