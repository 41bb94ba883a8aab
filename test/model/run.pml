/* One run, as lib/engine, lib/client and the stores treat it: workers, senders, and whatever befalls them.
 *
 * Every atomic{} is one call to the table (one item, one condition) or one local action. The numbers are those of the
 * run protocol's operations (docs/protocol.md).
 *
 * The program: it waits for a signal, asks for NSTEP steps, then for NTIMER timers, then returns. A message of the id
 * CANCEL_ID cancels it (what is left is a cleanup that sleeps), one of TERM_ID terminates it.
 *
 * Abstractions, exact: numbers that only grow need no end
 *   epoch           whoever is in a turn and is the owner has the run's epoch; rank[w]: the order in which those in a turn took it
 *   wakes, seen     dirty: wakes was counted up since the owner learned it; rdirty: since the owner's last renewal
 *   journal length  behind[w]: a record was put by another since w's last load or put ("n+1 is there already")
 *   record epochs   fenced[w]: the journal has a record of an epoch later than w's
 *   time            a lease runs out and times pass (nbpast, tpast) whenever they like: no clock is relied upon
 *   payload items   inb, a set; mail and views of it are lists of up to three ids, two bits each
 *   seconds         HEARS: one passes whenever it likes; it is longer than the answer to a check of the inbox takes
 *
 * Safety runs: crashes, expiries, retries without limit; a worker may wake at any time, which covers every queue and
 * every index. -DLIVE: a queue of two that loses and repeats, a sweeper, finite faults (CB XB SB LB DB), weak fairness.
 *
 * Sizes: NW workers; S1 S2 S3: who sends the messages 1, 2, 3 (0 nobody; 1 a caller who repeats with the same id; 2 one
 * with an id of its own, never repeated; 3 two callers at once with that id; 4 the same, and each has a payload of its own); NSTEP, NTIMER, CAP (the mail's), CANCEL_ID, TERM_ID.
 * Parts: DELAY BLOCK NEVERFOLLOWS NOEXPIRY RENEW RETAKE PARTIAL AMO DEADLINE SLACK LATE NOISE ORDER WARM HEARS CONT PAUSE BESIDE HOLD EARLY CREATE AUTO TAIL LATEREL.
 * M_...: one planted mistake each.
 * LETTERS: the set of ids that are sent as letters, in the run item; of these it takes at most ICAP, and who finds it full puts
 * the payload first. What the run item has of a message is let.
 * BESIDE: the payloads of the mail are read beside the journal. Without it they are read after it, which is one of the orders.
 * PAUSE: somebody pauses and resumes the run, without limit (LIVE: once).
 * HOLD: the same with its workflow; who knows of that may know what was true at any time before (LIVE: what is true).
 * NORESUME: the workflow stays paused (LIVE).
 * EARLY: the steps are readOnly, one after the other. What they gave may be held back, in memory, while the next one runs.
 * CREATE: the run is not there yet. Whoever starts it creates it, perhaps with what came of its first turn.
 * AUTO: the code waits for no signal.
 * TAIL: what is delivered last may go into the run item with the release or the finish, in place of a record that is put.
 * LATEREL: a release or a finish may be carried out when its worker has given it up.
 * CONT: at its end the program continues as new, once: the second link is the same program, with a journal of its own.
 */
#ifndef NW
#define NW 2
#endif
#ifndef NSTEP
#define NSTEP 1
#endif
#ifndef NTIMER
#define NTIMER 1
#endif
#ifndef CAP
#define CAP 3
#endif
#ifndef LETTERS
#define LETTERS 0
#endif
#ifndef ICAP
#define ICAP 2
#endif
#ifndef CANCEL_ID
#define CANCEL_ID 0
#endif
#ifndef TERM_ID
#define TERM_ID 0
#endif
#ifndef S1
#define S1 1
#endif
#ifndef S2
#define S2 0
#endif
#ifndef S3
#define S3 0
#endif
#ifndef CB
#define CB 0   /* worker crashes */
#endif
#ifndef XB
#define XB 0   /* leases that run out under a live worker */
#endif
#ifndef SB
#define SB 0   /* sender crashes and lost answers */
#endif
#ifndef LB
#define LB 0   /* wakes lost */
#endif
#ifndef DB
#define DB 0   /* wakes repeated */
#endif
#ifndef BB
#define BB 0   /* turns of a code that cannot follow */
#endif

/* lists and sets of ids */
#define BIT(i)    (1 << (i))
#define LEN(l)    (((l) > 0) + ((l) > 3) + ((l) > 15))
#define HAS(l, i) (((l) & 3) == (i) || (((l) >> 2) & 3) == (i) || (((l) >> 4) & 3) == (i))
#define SET(l)    ((BIT((l) & 3) | BIT(((l) >> 2) & 3) | BIT(((l) >> 4) & 3)) & 14)
#define APPEND(l, i) l = l | ((i) << (2 * LEN(l)))

/* when to look at the run again */
#define NONE 0
#define ZERO 1   /* now */
#define SOON 2   /* blocked: whenever that is */
#define NB   3   /* the delay of the start */
#define T1   4
#define T2   5

#define STEPS  (BIT(NSTEP) - 1)
#define TIMERS (BIT(NTIMER) - 1)
#define CANCEL (BIT(CANCEL_ID) & 14)
#define TERM   (BIT(TERM_ID) & 14)
#define SIGNALS (14 & ~CANCEL & ~TERM)

/* what the code wants, by what of the journal it has been given: messages d, steps s, timers t */
#ifdef AUTO
#define GIVEN(d) true
#else
#define GIVEN(d) ((d) & SIGNALS)
#endif
#define PENDING(d, s)  (GIVEN(d) && !((d) & CANCEL) && (s) != STEPS)
#define SLEEPS(d, s)   (((d) & CANCEL) || (GIVEN(d) && (s) == STEPS))
#define ENDED(d, s, t) (SLEEPS(d, s) && (t) == TIMERS)
#define NEXTT(t)       (((t) & 1) -> T2 : T1)

/* run item */
#ifdef CREATE
bool open = 0, created = 0, inFirst = 0;   /* inFirst: the lease is that of the creation */
#else
bool open = 1;
#endif
byte owner = 0; byte mail = 0; bool dirty = 0;
/* payloads of messages; those of them that are letters */
byte inb = 0;
#if LETTERS
byte let = 0;
#endif
/* journal: messages, steps, timers */
byte jd = 0, js = 0, jt = 0;
#ifdef TAIL
/* of the journal, what is in the run item and not in an item of its own yet: it counts as long as there is none of its number */
byte td = 0, ts = 0, tt = 0;
byte ed = 0, es = 0, et = 0; /* ghosts: all that was ever written down of this journal */
#define NOTEALL ed = ed | jd; es = es | js; et = et | jt
#define ITEMS(j, t) ((j) & ~(t))
#else
#define ITEMS(j, t) (j)
#define NOTEALL skip
#endif
#ifdef LATEREL
bool relOn = 0, relFin = 0; byte relBy = 0, relMail = 0, relDue = 0, reld = 0, rels = 0, relt = 0;
#endif
#ifdef M_PUTORTAIL
bool lpOn = 0, lpDead = 0; byte lpd = 0, lps = 0, lpt = 0;
#endif
bool behind[NW + 1]; bool fenced[NW + 1];
/* workers, time */
bool inturn[NW + 1]; byte tpast = 0;
#if NW == 3
byte rank[NW + 1];
#endif
/* ghosts: accepted by the table; what callers were told */
byte counted = 0, toldAccepted = 0, toldGone = 0, toldFull = 0;
#ifdef LIVE
bool expired = 0;
#endif
#ifdef DELAY
byte due = NB; bool pending = 1, jput = 0, nbpast = 0;   /* pending: the status; jput: the journal has begun */
bool over[NW + 1];   /* its lease was over before the delay: a later worker found it over, and the delay not */
#else
#ifdef CREATE
byte due = NONE;
#else
byte due = ZERO;
#endif
#define nbpast true
#ifdef CONT
bool jput = 1;
#else
#define jput true
#endif
#endif
#ifdef CONT
bool second = 0;      /* the link */
bool jc = 0;          /* the journal of the first ends with `continued` */
byte old = 0;         /* of it: the messages that code has received */
byte carry = 0;       /* and those that move along, in the entry `continued` */
byte digests = 0;     /* items of received messages of which the digest is left */
bool lk[NW + 1];      /* of each worker, the link whose journal it has */
#define GOT   (jd | old)                     /* what has reached code, or will */
#define THERE (jd | old | carry)             /* what is in a journal */
#define FIRST(x) (((x) & 2) -> 2 : (((x) & 4) -> 4 : ((x) & 8)))
#define SAMELINK(w) (lk[w] == lk[me])
#else
#define GOT   jd
#define THERE jd
#define SAMELINK(w) true
#endif
#ifdef WARM
bool warm[NW + 1];
#endif
#ifdef RENEW
#ifdef PAUSE
bool rpaused = 0;
#endif
bool rnews = 0, rdirty = 0; byte rmail = 0, rlet = 0;  /* of the owner's last renewal, not taken up yet */
#ifdef M_RENEWREVIVES
byte lastowner = 0;
#endif
#endif
#ifdef AMO
byte jint = 0, bodies = 0;   /* interrupted by a takeover; begun ever */
#endif
#ifdef LATE
bool late = 0, lateRef = 0;  /* an accept is on its way whose sender has given it up */
#endif
#ifdef ORDER
byte corder = 0, jorder = 0; /* in which order accepted, delivered */
#endif
#ifdef HEARS
bool aged[NW + 1];           /* a second has passed since this worker last knew what was accepted */
bool overdue = 0;            /* and one since a request to stop was accepted */
#endif
#if S1 == 4
byte pay = 0;                /* whose payload the item of message 1 has, or had: 1 or 2; 0 for none */
bool rec = 0;                /* it is received: only its digest is left */
byte jpay = 0, toldPay = 0;  /* ghosts: whose payload was delivered; who was told accepted, a set */
#endif
#ifdef PAUSE
bool paused = 0, pdirty = 0; /* pdirty: wakes was counted up since the one who pauses has read the run item */
byte waits = 0;              /* ghost: signals that were accepted while it was paused, since the pause */
#define ISPAUSED  paused
#define UNPAUSE   paused = 0; waits = 0
#else
#define ISPAUSED  false
#define UNPAUSE   skip
#endif
#ifdef HOLD
bool wpaused = 0;            /* in the list of paused workflows: the run's workflow is paused */
bool known = 0;              /* and: the list has its name, paused or not */
bool held = 0;               /* its entry of the index is in the partition of held runs of its workflow */
bool everpaused = 0;         /* ghost: somebody may believe that the workflow is paused */
#define WPAUSED   wpaused
#define TOSTOP    (counted & (CANCEL | TERM))                             /* the run item says so from the accept on */
#ifdef M_STOPISHELD
#define MAYHOLD   (open && FREE && ISDUE && !ISPAUSED)
#else
#define MAYHOLD   (open && FREE && ISDUE && !ISPAUSED && !TOSTOP)
#endif
#define BACK      held = 0
#define LOOKEDAT  (!held || known)                                        /* the sweeper reads the partitions of all names in the list that are not paused */
#else
#define WPAUSED   false
#define BACK      skip
#define LOOKEDAT  true
#endif
#if defined(PAUSE) || defined(HOLD)
#define HOLDSBACK
#endif
#ifdef NOISE
byte nmail = 0, jn = 0;      /* of the mail: messages without a name; those of them in the journal */
#define NLEN nmail
#else
#define NLEN 0
#endif

#ifdef LIVE
#ifdef CREATE
byte q = 0;
#else
byte q = 1;
#endif
byte cb = CB, xb = XB, sb = SB, lb = LB, db = DB, bb = BB;
#define SOME(b) b > 0 -> b--
inline send() { if :: q < 2 -> q++ :: else fi }
#else
#define SOME(b) true
inline send() { skip }
#endif

#ifdef LIVE
#define FREE    (owner == 0 || expired)
#else
#define FREE    true               /* a lease runs out whenever it likes */
#endif
#define PAST(x) ((x) == ZERO || (x) == SOON || ((x) == NB && nbpast) || ((x) == T1 && tpast >= 1) || ((x) == T2 && tpast >= 2))
#ifdef SLACK
#define ISDUE   (due != NONE)      /* a wake may come a moment early */
#else
#define ISDUE   PAST(due)
#endif
#ifdef M_PAUSEDTAKEN
#define CANTAKE (open && FREE && ISDUE)
#else
#define CANTAKE (open && FREE && ISDUE && !ISPAUSED)
#endif

/* nobody has the run, something is to be done, and nobody will be told */
#define TODO   (!jput || (counted & ~GOT) || PENDING(jd, js) || SLEEPS(jd, js) || (jd & TERM))
#define LISTED (PAST(due) || (due == NB && !jput && !(counted & ~GOT & (CANCEL | TERM))) || \
               (due >= T1 && due == NEXTT(jt) && !(counted & ~GOT) && !PENDING(jd, js) && !ENDED(jd, js, jt) && !(jd & TERM)))
#define STUCK  (open && !ISPAUSED && !WPAUSED && (owner == 0 || !inturn[owner]) && TODO && !(LISTED && LOOKEDAT))

#if NW == 3
#define ANYTURN (inturn[1] || inturn[2] || inturn[3])
#else
#define ANYTURN (inturn[1] || inturn[2])
#endif
#ifdef NEVERFOLLOWS
#define STABLE (!open)                             /* terminated; until then it is looked at again and again */
#elif defined(NOISE)
#define STABLE (!open || !counted)                 /* the endless stream wakes for ever; the run has to end all the same */
#else
#define STABLE (!ANYTURN && (!open || !TODO))
#endif

inline bump() {
#ifdef RENEW
  rdirty = 1;
#endif
#ifdef PAUSE
  pdirty = 1;
#endif
  dirty = 1
}

#if NW == 3
#define LATER(w) (rank[me] > rank[w])
#else
#define LATER(w) (owner == me)
#endif
#ifdef WARM
#define MINDS(w) (inturn[w] || warm[w])
#else
#define MINDS(w) (inturn[w])
#endif
#define BEHIND(w) if :: w != me && MINDS(w) && SAMELINK(w) -> behind[w] = 1; if :: LATER(w) -> fenced[w] = 1 :: else fi :: else fi
#ifdef TAIL
/* The record has in front what its worker knows of the tail. What else was there counts no more. */
#define TAKESALONG \
  assert(!(yd & ITEMS(jd, td)) && !(ys & ITEMS(js, ts)) && !(yt & ITEMS(jt, tt)));      /* once */ \
  jd = ITEMS(jd, td) | yd; js = ITEMS(js, ts) | ys; jt = ITEMS(jt, tt) | yt; td = 0; ts = 0; tt = 0; yd = 0; ys = 0; yt = 0
#endif
inline put() {
#if NW == 3
  BEHIND(3);
#endif
#ifdef DELAY
  jput = 1;
#endif
#ifdef CONT
  if :: lk[me] == second -> jput = 1 :: else fi;
#endif
#ifdef TAIL
#ifdef FREEPUT
  assert(owner != 0);                                                     /* while a run is free, nobody writes */
#endif
#ifdef CONT
  if :: lk[me] == second -> TAKESALONG :: else fi;
#else
  TAKESALONG;
#endif
#endif
#ifdef M_PUTORTAIL
  lpDead = 1;
#endif
  BEHIND(1); BEHIND(2)
}

/* ---------------------------------------------------------------- senders: lib/client/send-message.ts */
#if SB == 0 && (defined(LIVE) || defined(NOSB))
#define SENDERDOWN false
#else
#define SENDERDOWN SOME(sb)
#endif
#define ACCEPTED 1
#define CLOSED   2
#define FULL     3
#define NOROOM   4

#ifdef M_NOROOM
#define ROOM(id) CAP
#else
#define ROOM(id) (CAP + ((BIT(id) & (CANCEL | TERM)) != 0))               /* requests to stop have places of their own */
#endif
#ifdef M_CAPAFTER
#define ISFULL(id) false
#else
#define ISFULL(id) (LEN(mail) + NLEN >= ROOM(id))
#endif

/* operation 3: one update of the run item, or the answer why not. */
#if LETTERS
#define COUNT(l) ((((l) & 2) != 0) + (((l) & 4) != 0) + (((l) & 8) != 0))
#define ISLETTER(id) ((BIT(id) & LETTERS) && !byRef)
#define NOPLACE(id) (ISLETTER(id) && COUNT(let) >= ICAP)
#else
#define ISLETTER(id) false
#define NOPLACE(id) false
#endif
inline accept(id, answer, isFree, byRef) {
  if
  :: !open -> answer = CLOSED
  :: open && HAS(mail, id) -> answer = ACCEPTED; isFree = (owner == 0)
  :: open && !HAS(mail, id) && ISFULL(id) -> answer = FULL
  :: open && !HAS(mail, id) && !ISFULL(id) && NOPLACE(id) -> answer = NOROOM
  :: open && !HAS(mail, id) && !ISFULL(id) && !NOPLACE(id) ->
     answer = ACCEPTED; isFree = (owner == 0);
     APPEND(mail, id); bump();
#if LETTERS && !defined(M_LETTERLATER)
     if :: ISLETTER(id) -> let = let | BIT(id) :: else fi;
#endif
#ifndef M_SPLITDUE
     due = ZERO;
#endif
#ifdef PAUSE
     if
     :: BIT(id) & (CANCEL | TERM) ->                                      /* a request to stop ends the pause */
#ifndef M_STOPWAITS
        UNPAUSE
#endif
     :: !(BIT(id) & (CANCEL | TERM)) && paused -> waits = waits | BIT(id)
     :: else
     fi;
#endif
#if defined(HOLD) && !defined(M_STOPISHELD)
     if :: BIT(id) & (CANCEL | TERM) -> BACK :: else fi;                  /* and is never held again */
#endif
#ifdef ORDER
     if :: !(counted & BIT(id)) -> APPEND(corder, id) :: else fi;
#endif
     counted = counted | BIT(id);
#ifdef M_CAPAFTER
     if :: LEN(mail) > CAP -> answer = FULL :: else fi
#endif
  fi
}

#if S1 == 3
#define TELL toldAccepted = toldAccepted | BIT(id)
#else
#define TELL skip
#endif

#if S1 == 4
#define TELLPAY if :: kind > 2 -> toldPay = toldPay | BIT(kind - 2); assert(!(jd & 2) || jpay == kind - 2) /* who is told accepted was delivered as sent */ :: else fi
#else
#define TELLPAY skip
#endif

/* kind 3 and 4: of S1 == 4, with the payloads 1 and 2 */
proctype Sender(byte id; byte kind) {
  byte answer = 0; bool isFree = 0, isRepeat = 0, isThere = 0;
#ifdef TAIL
  bool inTail = 0;
#endif
#if LETTERS
  bool byRef = 0;
#endif
#ifdef CREATE
  created;                                                                /* before, there is nobody to send to */
#endif
again:
#if S1 == 4
  atomic {                                                                /* 2: new, or the same; else it is refused */
    if
#ifdef M_OVERWRITES
    :: kind > 2 -> pay = kind - 2; rec = 0; inb = inb | BIT(id)
#else
    :: kind > 2 && pay != 0 && pay != kind - 2 -> goto stop
    :: kind > 2 && pay == kind - 2 && rec ->
       assert(jd & BIT(id)); TELLPAY; goto stop                           /* what has only a digest is in the journal */
    :: kind > 2 && (pay == 0 || (pay == kind - 2 && !rec)) -> pay = kind - 2; inb = inb | BIT(id)
#endif
    :: else -> inb = inb | BIT(id)
    fi };
#elif defined(CONT)
  atomic {                                                                /* 2: what has only a digest was received */
    if
    :: digests & BIT(id) -> assert(THERE & BIT(id)); assert(!(toldGone & BIT(id))); TELL; goto stop
#if LETTERS
    :: !(digests & BIT(id)) && ISLETTER(id)
    :: !(digests & BIT(id)) && !ISLETTER(id) -> inb = inb | BIT(id)
#else
    :: else -> inb = inb | BIT(id)
#endif
    fi };
#elif LETTERS
  if :: ISLETTER(id) :: else -> inb = inb | BIT(id) fi;                   /* 2: a letter is sent with its id */
#elif !defined(M_COUNTFIRST)
  inb = inb | BIT(id);                                                    /* 2 */
#endif
accept3:
#ifdef LATE
  if                                                                      /* on its way, and the sender hears nothing */
  :: atomic { id == 1 && !late && !isRepeat -> late = 1;
#if LETTERS
       lateRef = byRef;
#endif
#ifndef M_SDKREPEATS
       isRepeat = 1
#endif
     }
  :: true
  fi;
#endif
  atomic {                                                                /* 3 */
    if :: SENDERDOWN; if :: kind != 2 -> goto again :: goto stop fi :: true fi;
#if defined(TAIL) && !defined(M_NOTAILCHECK)
    inTail = (td & BIT(id)) != 0;                                         /* a refusal comes with the run item */
#endif
#if LETTERS
    accept(id, answer, isFree, byRef);
    if
    :: answer == NOROOM -> answer = 0; byRef = 1; goto again
    :: else
    fi;
#else
    accept(id, answer, isFree, false);
#endif
#ifdef M_SPLITDUE
    if :: answer != ACCEPTED -> goto refused :: else fi
#elif !defined(M_COUNTFIRST)
    if :: answer != ACCEPTED -> goto refused :: else fi
#endif
  };
#ifdef M_COUNTFIRST
  inb = inb | BIT(id);
  if :: answer != ACCEPTED -> goto refused :: else fi;
#endif
#ifdef M_SPLITDUE
  atomic { if :: SENDERDOWN; goto stop :: true fi; if :: open -> due = ZERO :: else fi };
#endif
#ifdef M_LETTERLATER
  let = let | BIT(id);
#endif
  atomic {                                                                /* 4 */
    if :: SENDERDOWN; answer = 0; if :: isRepeat = 1; goto accept3 :: kind != 2 -> isRepeat = 0; goto again :: goto stop fi
       :: true fi;
    if :: isFree -> send() :: else fi;
    assert(!ISPAUSED || !(counted & ~GOT & (CANCEL | TERM)));             /* no request to stop waits for the resume */
#ifdef HOLD
    assert(!held || !TOSTOP);
#endif
    assert(counted & BIT(id)); assert(!(toldGone & BIT(id))); TELL; TELLPAY; goto stop };
refused:
  atomic {
    if :: SENDERDOWN; answer = 0; if :: isRepeat = 1; goto accept3 :: kind != 2 -> isRepeat = 0; goto again :: goto stop fi
       :: true fi;
#ifndef M_NOGONECHECK
#ifdef TAIL
    isThere = (ITEMS(THERE, td) & BIT(id)) || inTail                      /* 5: the run item first, then the records */
#else
    isThere = (THERE & BIT(id)) != 0                                      /* 5 */
#endif
#endif
  };
  atomic {
    if :: SENDERDOWN; isThere = 0; answer = 0; if :: kind != 2 -> isRepeat = 0; goto again :: goto stop fi :: true fi;
    if
#ifdef M_DELSHARED
    :: true -> inb = inb & ~BIT(id)
#else
#if S1 == 4
    :: kind > 2 && isThere -> inb = inb & ~BIT(id); rec = 1               /* its digest stays */
    :: kind > 2 && !isThere && answer == CLOSED -> inb = inb & ~BIT(id); pay = 0; rec = 0
    :: kind <= 2 && !(isRepeat && !isThere && answer == FULL) && (kind == 2 || isThere || answer == CLOSED) -> inb = inb & ~BIT(id)
#else
    :: !(isRepeat && !isThere && answer == FULL) && (kind == 2 || isThere || answer == CLOSED) ->
#ifdef CONT
       if :: isThere -> digests = digests | (inb & BIT(id)) :: else fi;
#endif
       inb = inb & ~BIT(id)
#endif
    :: else
#endif
    fi;
    if
    :: isThere -> assert(THERE & BIT(id)); assert(!(toldGone & BIT(id))); TELL; TELLPAY
    :: !isThere && answer == CLOSED ->
       assert(!(THERE & BIT(id)));                                        /* who is told gone was not delivered */
       assert(!(toldAccepted & BIT(id))); toldGone = toldGone | BIT(id)
    :: !isThere && answer == FULL && !isRepeat && kind == 2 -> toldFull = toldFull | BIT(id)
    :: else                                                               /* full, of a shared id; open: try again */
    fi };
stop:
  atomic {
#if LETTERS
    byRef = 0;
#endif
#ifdef TAIL
    inTail = 0;
#endif
    answer = 0; isFree = 0; isRepeat = 0; isThere = 0 }
}

#ifdef LATE
/* A request whose sender got no answer is carried out whenever it likes. */
proctype Net() {
  byte answer; bool isFree;
endnet:
  do
  :: atomic { late -> late = 0; accept(1, answer, isFree, lateRef); answer = 0; isFree = 0; lateRef = 0 }
  od
}
#endif

#ifdef NOISE
/* Messages without end: what one of them does to the run item and to the journal. */
proctype Noise() {
endnoise:
  do
#ifdef M_NOCAP
  :: atomic { open -> bump(); due = ZERO; if :: owner == 0 -> send() :: else fi; if :: nmail < CAP -> nmail++ :: else fi }
#else
  :: atomic { open && !ISFULL(0) -> bump(); due = ZERO; if :: owner == 0 -> send() :: else fi; nmail++ }
#endif
  od
}
#endif

/* ---------------------------------------------------------------- workers: lib/engine/turn.ts */
#ifdef NOCB
#define CRASH skip
#else
#define CRASH if :: SOME(cb); goto down :: true fi
#endif
#ifdef M_NOWAKES
#define UNSEEN false
#else
#define UNSEEN dirty
#endif
#ifdef M_TWIN
#define MINE (owner == me || (twin && inFirst && owner != 0))             /* the epoch is the same */
#else
#define MINE (owner == me)
#endif
#define MAYGO (open && MINE && !UNSEEN)
#define LOST  (!open || !MINE)

#if LETTERS
#define VIEWMAIL v = mail; vl = let
#define INITEM   vl
#else
#define VIEWMAIL v = mail
#define INITEM   0
#endif
#ifdef NOISE
#define VIEW  VIEWMAIL; nv = nmail
#define NOISY (nv > ln)
#elif defined(PAUSE) && !defined(M_PAUSEUNSEEN)
#define VIEW  VIEWMAIL; vp = paused
#define NOISY false
#else
#define VIEW  VIEWMAIL
#define NOISY false
#endif
#ifdef PAUSE
#define RUNPAUSED vp
#else
#define RUNPAUSED false
#endif
#ifdef HOLD
#define HELD  ((RUNPAUSED || hv) && mode == GOING && !ENDED(ld, ls, lt))
#elif defined(PAUSE)
#define HELD  (vp && mode == GOING && !ENDED(ld, ls, lt))   /* the turn has heard of the pause */
#else
#define HELD  false
#endif
#ifdef M_SEENLATE
#define LEARN skip
#else
#define LEARN dirty = 0
#endif

#ifdef WARM
#define ISFIRST true
#else
#define ISFIRST ((me == 1 || inturn[1]) && (me < 3 || inturn[2]))   /* who is idle is like any other */
#endif

#define GOING   0
#define HOLDING 1
#define ENDING  2  /* terminated */

#if NW == 3
#define STEPDOWN(w) if :: rank[w] > rank[me] -> rank[w]-- :: else fi
#define STEPUP(w)   if :: rank[w] < rank[me] -> rank[w]++ :: else fi
#endif

#ifdef LATEREL
#define NORELEASE relOn = 0; relFin = 0; relBy = 0; relMail = 0; relDue = 0; reld = 0; rels = 0; relt = 0
#endif
inline take() {
  assert(!ISPAUSED);                                                      /* no turn of a paused run begins */
  tko = (owner != 0);
#ifdef EARLY
  tookover[me] = tko;
#ifndef M_EARLYAFTERTAKEOVER
  took = tko;
#endif
#endif
#ifdef DELAY
  before = pending; over[me] = 0;
#endif
#ifdef WARM
  if :: warm[me] && owner == 0 -> assert(!behind[me]) :: else fi;         /* what was kept warm is exact */
  warm[1] = 0; warm[2] = 0;                                               /* its epoch is not the last any more */
#endif
#ifdef CREATE
  inFirst = 0;
#endif
#ifdef TAIL
  yd = td; ys = ts; yt = tt; behind[me] = 0;
#ifdef M_TAKEDROPSTAIL
  jd = ITEMS(jd, td); js = ITEMS(js, ts); jt = ITEMS(jt, tt); td = 0; ts = 0; tt = 0;
#endif
#endif
#ifdef LATEREL
  NORELEASE;                                                              /* of an epoch that is over */
#endif
  owner = me; inturn[me] = 1; BACK;
#ifdef CONT
  lk[me] = second;
#endif
#ifdef LIVE
  expired = 0;
#endif
#if NW == 3
  STEPDOWN(1); STEPDOWN(2); STEPDOWN(3); rank[me] = 3;
#endif
#ifdef RENEW
  rnews = 0; rmail = 0; rlet = 0; rdirty = 0;
#endif
#ifdef HEARS
  aged[me] = 0;
#endif
  fenced[me] = 0; VIEW; LEARN
}

/* of the letters, those of messages that stay in the mail stay */
#if LETTERS
#ifdef M_LETTERSGO
#define KEEPLETTERS let = 0
#else
#define KEEPLETTERS let = let & SET(mail)
#endif
#else
#define KEEPLETTERS skip
#endif
#ifdef TAIL
#ifdef CONT
#define EXACT skip
#else
#define EXACT assert(ld == jd && ls == js && lt == jt)                    /* the owner's view is exact */
#endif
#ifdef ORDER
#define NOTEORDER \
       if :: holds -> INORDER(v & 3); INORDER((v >> 2) & 3); INORDER((v >> 4) & 3); \
          assert((corder & (BIT(2 * LEN(jorder)) - 1)) == jorder)         /* in the order of acceptance */ \
       :: else fi
#else
#define NOTEORDER skip
#endif
#define WITHTAIL \
       NOTEORDER; writeTail(p, ps, pt); ld = ld | p; ls = ls | ps; lt = lt | pt; \
       if :: holds -> forget(ld) :: else fi; holds = 0; p = 0; ps = 0; pt = 0
#ifdef LATEREL
/* no answer: the worker gives up, and the request may be carried out yet */
#define DELAYED(f) \
       if \
       :: SOME(cb); relOn = 1; relFin = f; relBy = me; reld = yd | p; rels = ys | ps; relt = yt | pt; \
          forget(ld | p); relMail = (f -> 0 : v); \
          relDue = (SLEEPS(ld | p, ls | ps) -> NEXTT(lt | pt) : NONE); goto down \
       :: true \
       fi
#else
#define DELAYED(f) skip
#endif
#ifdef EARLY
#define KEEPSNOT (!keeps)
#else
#define KEEPSNOT true
#endif
#endif
/* lets the run go */
inline leave() {
#ifdef M_RENEWREVIVES
  lastowner = me;
#endif
  owner = 0; dirty = 0;
#ifdef LIVE
  expired = 0;
#endif
#ifdef RENEW
  rnews = 0; rmail = 0; rlet = 0; rdirty = 0;
#endif
#ifdef DELAY
  pending = 0;
#endif
#ifdef NOISE
  nmail = 0; jn = 0
#endif
}

/* what is in the journal and was deleted leaves the list */
inline forget(d) {
  w = 0;
  if :: (v & 3) && !(d & BIT(v & 3)) -> APPEND(w, v & 3) :: else fi;
  if :: ((v >> 2) & 3) && !(d & BIT((v >> 2) & 3)) -> APPEND(w, (v >> 2) & 3) :: else fi;
  if :: ((v >> 4) & 3) && !(d & BIT((v >> 4) & 3)) -> APPEND(w, (v >> 4) & 3) :: else fi;
  v = w; w = 0
}

#ifdef TAIL
/* with the release or the finish, in one write */
#ifdef M_TAILREPLACED
#define NEWTAIL(t, x, n) t = (n)
#else
#define NEWTAIL(t, x, n) t = (x) | (n)
#endif
#if defined(CONT) || defined(DELAY)
#define NORECORD (holds && !lput)
#else
#define NORECORD false
#endif
inline writeTail(hd, hs, ht) {
  assert(!(hd & jd) && !(hs & js) && !(ht & jt));                         /* once */
  assert(td == yd && ts == ys && tt == yt);                               /* the tail is what it was at the take */
  if
  :: hd || hs || ht || NORECORD ->
     jd = ITEMS(jd, td); js = ITEMS(js, ts); jt = ITEMS(jt, tt);
     NEWTAIL(td, yd, hd); NEWTAIL(ts, ys, hs); NEWTAIL(tt, yt, ht);
     jd = jd | td; js = js | ts; jt = jt | tt; ed = ed | yd | hd; es = es | ys | hs; et = et | yt | ht
#ifdef CONT
     ; lput = 1; if :: lk[me] == second -> jput = 1 :: else fi
#endif
#ifdef DELAY
     ; lput = 1; jput = 1
#endif
  :: else
  fi
}
/* what goes with the release: nothing that a body is to begin after, and no message that has an item, which is to be deleted */
#ifdef M_TAILEFFECT
#define RESTS(d, s, t) (mode == GOING)
#else
#define RESTS(d, s, t) (mode != HOLDING && !HELD && (mode == ENDING || ENDED(d, s, t) || (!PENDING(d, s) && !(SLEEPS(d, s) && (DUETIMERS & ~(t))))))
#endif
#ifdef CONT
#define NOTATLINK(d, s, t) (!lc && !(ENDED(d, s, t) && !lk[me]) && !(lk[me] && (carry & ~(d))))
#else
#define NOTATLINK(d, s, t) true
#endif
#ifdef M_TAILDELFIRST
#define LETTERSONLY true
#else
#define LETTERSONLY (!(p & ~INITEM))
#endif
/* the first record of a run with a delay is an item: before it, turns let the run go without a fence */
#if defined(DELAY) && !defined(M_DELAYTAIL)
#define ISITEM lput
#else
#define ISITEM true
#endif
#define MAYTAIL (open && RESTS(ld | p, ls | ps, lt | pt) && NOTATLINK(ld | p, ls | ps, lt | pt) && LETTERSONLY && ISITEM && \
                 !NOISY && !(SET(v) & ~(ld | p | rep)))
#endif

#ifdef ORDER
#define INORDER(i) if :: (i) && (p & BIT(i)) -> APPEND(jorder, i) :: else fi
#endif

#ifdef EARLY
/* Which turns took over, as the world sees it. */
bool tookover[NW + 1];
#ifdef M_HOLDSMESSAGE
#define NOMESSAGE true
#else
#define NOMESSAGE (!p && !pt && !NOISY)
#endif
#ifdef M_HOLDSALL
#define BEGINSNEXT true
#else
#define BEGINSNEXT (((res | ls) & STEPS) != STEPS)                       /* a step of this kind is about to begin */
#endif
#ifdef M_HOLDSPAUSED
#define NOTPAUSED true
#else
#define NOTPAUSED (!HELD)
#endif
#define MAYHOLDBACK (!took && ps && NOMESSAGE && BEGINSNEXT && mode == GOING && lput && NOTPAUSED && !(SET(v) & (CANCEL | TERM)))
#endif

/* what to do when nothing is left to be written or deleted: end, begin steps (operation 12), deliver, or go to bed */
#define DUETIMERS (((tpast >= 1) + 2 * (tpast >= 2)) & TIMERS & ~lt)
#ifdef AMO
#define TOFAIL (lint & ~ls)
#else
#define TOFAIL false
#endif
#ifdef CONT
#define ALL (SET(v) | (lk[me] && !lc -> carry : 0))
#else
#define ALL SET(v)
#define rep 0
#endif
#ifdef DEADLINE
#define NOTIME true
#else
#define NOTIME false
#endif
#ifdef CONT
#define CONTINUES (mode != ENDING && ENDED(ld, ls, lt) && !lk[me])
#else
#define CONTINUES false
#endif
inline next() {
  if
  :: CONTINUES -> goto continue
#ifdef HOLDSBACK
  :: !CONTINUES && mode == GOING && ENDED(ld, ls, lt) && (ALL & ~ld & ~rep) -> goto receive   /* what a held turn has left */
  :: !CONTINUES && (mode == ENDING || ENDED(ld, ls, lt)) && !(mode == GOING && (ALL & ~ld & ~rep)) -> goto finish
  :: HELD -> goto release
#else
  :: !CONTINUES && (mode == ENDING || ENDED(ld, ls, lt)) -> goto finish
#endif
  :: else ->
     if
     :: PENDING(ld, ls) && TOFAIL -> goto receive
     :: PENDING(ld, ls) && !TOFAIL -> goto body
     :: PENDING(ld, ls) && NOTIME -> goto release
     :: SLEEPS(ld, ls) && DUETIMERS -> goto receive
     :: !PENDING(ld, ls) && !(SLEEPS(ld, ls) && DUETIMERS) -> goto release
     fi
  fi
}

#ifdef M_CHECKLEARNS
#define CHECKED dirty = 0   /* the count is taken up, and the mail is not */
#else
#define CHECKED VIEW; LEARN
#endif

#ifdef BESIDE
#define PAYLOADS (got | inb | INITEM)
#if S1 == 4
#define READBESIDE asked = SET(v); got = inb & SET(v); gpay = pay
#define DELIVERED (got & 2 -> gpay : pay)
#else
#define READBESIDE asked = SET(v); got = inb & SET(v)
#endif
#else
#define PAYLOADS (inb | INITEM)
#define DELIVERED pay
#endif

proctype Worker(byte me) {
  byte v, ld, ls, lt;          /* the mail as last seen; the journal as last seen */
  byte res, p, ps, pt, w, mode; bool tko;
#if LETTERS
  byte vl;                     /* the letters, as the mail was last seen */
#endif
#ifdef DELAY
  bool before, lput;
#elif defined(CONT)
  bool lput, lc; byte rep;     /* rep: of the mail, what came again, and an earlier link has received */
#else
#define lput true
#endif
#ifdef PAUSE
  bool vp;                     /* the run was paused when it was last seen */
#endif
#ifdef HOLD
  bool hv;                     /* this turn believes that the workflow is paused */
#endif
#ifdef AMO
  byte lint;
#endif
#ifdef NOISE
  byte nv, ln;
#endif
#ifdef EARLY
  bool took, keeps;            /* it has taken over; what its steps gave stays in memory */
#endif
#ifdef BESIDE
  byte asked, got;             /* of the mail: what was read beside the journal, and what was there */
#if S1 == 4
  byte gpay;
#endif
#endif
#ifdef TAIL
  byte yd, ys, yt;             /* the tail as it was at the take, as long as no item has it */
  bool holds;                  /* p, ps and pt are to go with the release */
#endif
#ifdef M_TWIN
  bool twin;
#endif
endidle:
#ifdef CREATE
  if
  :: atomic { !created ->                                                 /* 1 */
       created = 1; open = 1;
       if
       :: due = ZERO; take(); tko = 0; inFirst = 1                        /* with the lease, and the first record */
#ifdef M_CREATENODUE
          ; due = NONE
#endif
       :: due = ZERO; send(); goto endidle                                /* without a first turn */
       :: !PENDING(0, 0) && !ENDED(0, 0, 0) ->                            /* at rest: the code has been to its first wait */
          due = (SLEEPS(0, 0) -> T1 : NONE); goto endidle
       :: ENDED(0, 0, 0) -> open = 0; due = NONE; goto endidle            /* and to its end */
       fi };
     atomic {                                                             /* the answer was lost: repeated */
       if
       :: CRASH
       :: owner == me -> VIEW; LEARN
       :: owner != me -> goto down                                        /* its own, and another's by now */
       fi };
     goto load
#ifdef M_TWIN
  :: atomic { open && inFirst && owner != 0 && owner != me ->             /* taken for its own creation */
       twin = 1; inturn[me] = 1; tko = 0; VIEW
     };
     goto load
#endif
  :: atomic { created ->
#else
  atomic {                                                                /* 6 */
#endif
#ifdef LIVE
    q > 0;
    if :: db > 0 -> db-- :: q-- :: lb > 0 -> lb--; q--; goto endidle fi;
#ifdef HOLD
    if                                                                    /* 29: in place of the turn */
    :: wpaused && MAYHOLD -> held = 1; goto endidle
    :: wpaused && !MAYHOLD && !TOSTOP -> goto endidle
    :: else
    fi;
#endif
    if :: CANTAKE :: else -> goto endidle fi;
#else
    CANTAKE && ISFIRST;
#endif
    take() }
#ifdef CREATE
  fi
#endif
  ;
#ifdef RETAKE
  atomic {                                                                /* the answer was lost: repeated */
    if
    :: true
    :: owner == me -> VIEW; LEARN;
#ifdef M_RETAKENEW
       tko = 0
#endif
    :: owner != me && CANTAKE -> take()
    :: owner != me -> goto down
    fi };
#endif
#ifdef M_SEENLATE
  atomic { if :: owner == me -> dirty = 0 :: else fi };
#endif

#ifdef DELAY
  /* lib/engine/wait-until-start.ts */
  atomic { CRASH;
    if
    :: nbpast ->
#ifndef M_LATEBEGINNER
       if :: over[me] -> goto down :: else fi;
#endif
       goto load
    :: !nbpast ->
       if :: owner == me -> over[1] = (me != 1); over[2] = (me != 2) :: else fi;
#ifndef M_BEGUNFORGOTTEN
       if :: (tko && jput) || (!tko && !before) -> goto load :: else fi
#endif
    fi };
wait:
  atomic { CRASH;                                                         /* 9 */
    if
    :: SET(v) & ~(inb | INITEM) -> if :: LOST -> goto down :: else -> goto load fi
    :: else -> if :: SET(v) & (CANCEL | TERM) -> goto load :: else fi
    fi };
  atomic { CRASH;                                                         /* 14 */
    if
    :: MAYGO ->
       assert(!jput);                                                     /* who has begun is not put back */
       leave(); mail = v; KEEPLETTERS; due = NB; pending = 1; goto down
    :: LOST -> goto down
    :: !LOST && UNSEEN -> VIEW; LEARN; goto wait
    fi };
#endif

load:
#ifdef BESIDE
  if
  :: atomic { !asked && v -> READBESIDE }                                 /* 9, beside 7 */
  :: true
  fi;
#endif
  atomic { CRASH;                                                         /* 7 */
#ifndef M_NORECEPOCH
    if :: fenced[me] -> goto down :: else fi;
#endif
#ifdef TAIL
#ifndef M_TAILTWICE
    if :: behind[me] -> yd = 0; ys = 0; yt = 0 :: else fi;                /* an item of its number is there */
#endif
    behind[me] = 0; ld = ITEMS(jd, td) | yd; ls = ITEMS(js, ts) | ys; lt = ITEMS(jt, tt) | yt;
#else
    behind[me] = 0; ld = jd; ls = js; lt = jt;
#endif
#ifdef CONT
    lput = jput; lc = (jc && !lk[me]);
    if :: lk[me] != second -> ld = old | carry; ls = STEPS; lt = TIMERS; lput = 1 :: else fi;
#endif
#ifdef DELAY
    lput = jput; before = 0;
#endif
#ifdef AMO
    lint = jint;
#endif
#ifdef NOISE
    ln = jn;
#endif
#ifdef M_NOFENCE
    tko = 0;
#endif
    if
    :: ld & TERM -> mode = ENDING
#if defined(NEVERFOLLOWS)
    :: !(ld & TERM) -> mode = HOLDING
#elif defined(BLOCK)
    :: !(ld & TERM) && SOME(bb) -> mode = HOLDING                         /* the code cannot follow */
    :: !(ld & TERM)
#else
    :: else
#endif
    fi;
    if :: !tko -> goto receive :: else fi };
#ifdef BESIDE
  if
  :: atomic { !asked && v -> READBESIDE }
  :: true
  fi;
#ifdef M_MISSINGBESIDE
  atomic { if :: asked & ~ld & ~got -> assert(owner != me) /* the owner misses no payload */ :: else fi };
#endif
#endif
fence:
  atomic { CRASH;                                                         /* 8 */
    if
    :: !behind[me] ->
#ifdef M_FENCEOVERTAIL
       yd = 0; ys = 0; yt = 0;
#endif
#ifdef M_FENCEAFTERTAIL
       if
       :: yd || ys || yt -> if :: me == 1 -> fenced[2] = inturn[2] :: else -> fenced[1] = inturn[1] fi
       :: else -> put()
       fi;
#else
#ifdef TAIL
       if                                                                 /* the tail first, as a record of its own */
       :: yd || ys || yt -> put(); goto fence
       :: else -> put()
       fi;
#else
       put();
#endif
#endif
       tko = 0;
#ifdef DELAY
       lput = 1;
#endif
#if defined(AMO) && !defined(M_AMOAGAIN)
       if :: PENDING(ld, ls) -> jint = STEPS & ~js; lint = jint :: else fi;
#endif
    :: else -> mode = GOING; goto load
    fi };

receive:                                                                  /* 9 */
  atomic { CRASH;
#ifdef HEARS
    if                                                                    /* lib/engine/check-inbox.ts, within a step */
    :: owner == me -> aged[me] = 0; CHECKED
    :: true
    fi;
#endif
#ifdef RENEW
    if                                                                    /* lib/engine/lease-renewer.ts: its answer came */
    :: owner == me && rnews -> rnews = 0; v = rmail; rmail = 0;
#if LETTERS
#ifndef M_RENEWNOLETTERS
       vl = rlet;
#endif
       rlet = 0;
#endif
#ifdef PAUSE
       vp = rpaused;
#endif
#ifdef M_RENEWSEEN
       dirty = 0
#else
       dirty = rdirty
#endif
    :: true
    fi;
#endif
#ifdef M_INBOX
    v = 0;
    if :: inb & 2 -> APPEND(v, 1) :: else fi;
    if :: inb & 4 -> APPEND(v, 2) :: else fi;
    if :: inb & 8 -> APPEND(v, 3) :: else fi;
#endif
#ifdef CONT
    rep = (lk[me] -> SET(v) & ~ld & ~inb & (old | carry) : 0);            /* lib/engine/link-before.ts: a letter tells nothing */
#endif
    if
    :: SET(v) & ~ld & ~rep & ~PAYLOADS -> assert(owner != me); goto down  /* the owner misses no payload */
    :: else
    fi;
    if :: SET(v) & ~ld & TERM -> mode = ENDING :: else fi;
#ifdef HOLD
    if                                                                    /* as the list was read last, and the run item */
    :: everpaused && !((SET(v) | ld) & (CANCEL | TERM)) ->
#ifdef LIVE
       hv = wpaused
#else
       if :: hv = 0 :: hv = 1 fi
#endif
    :: else -> hv = 0
    fi;
#endif
    if :: mode == HOLDING -> goto hold :: else fi };

#ifdef M_DELFIRST
  inb = inb & ~SET(v);
#endif
#ifdef M_EFFECTFIRST
  if :: (SET(v) & ~ld & SIGNALS) && !res -> atomic { assert(jd & SIGNALS) /* the record that led to it is there */; res = STEPS } :: else fi;
#endif
commit:                                                                   /* 10 */
  atomic { CRASH;
    p = SET(v) & ~ld & ~rep; ps = 0; pt = 0;
#ifdef CONT
    if
    :: lc -> p = 0                                                        /* it stays in the inbox */
#ifdef M_FIRSTONLY
    :: !lc && lk[me] && !lput -> p = p | carry
#else
#ifndef M_NOTTAKEN
    :: !lc && lk[me] -> p = p | (carry & ~ld)                             /* what the link before carries comes first */
#endif
#endif
    :: else
    fi;
#endif
#ifdef M_DROPUNREAD
    if :: ENDED(ld, ls, lt) -> p = 0; forget(SET(v)) :: else fi;
#endif
#ifdef HOLDSBACK
    if
    :: HELD ->
       assert(!(p & (CANCEL | TERM)));                                    /* no request to stop waits for the resume */
       p = 0
    :: else
    fi;
#endif
    if
    :: mode == GOING ->
#ifdef BLOCK
       if                                                                 /* the code cannot take a message */
       :: p && SOME(bb) -> mode = HOLDING;
          if
          :: p = 0
          :: LEN(v) > 1 && (p & BIT(v & 3)) -> p = BIT(v & 3)
          fi
       :: true
       fi;
#endif
       if :: !((ld | p) & CANCEL) -> ps = res & ~ls :: else fi;
#ifdef AMO
       if :: PENDING(ld | p, ls) -> ps = ps | (lint & ~ls) :: else fi;    /* interrupted: it fails */
#endif
       if :: SLEEPS(ld, ls) && mode == GOING && !HELD -> pt = DUETIMERS :: else fi
    :: else
    fi;
#ifdef EARLY
    if                                                                    /* lib/engine/begin-early.ts */
    :: MAYHOLDBACK -> keeps = 1;
#ifdef M_HOLDSALL
       ls = ls | ps;                                                      /* it counts as recorded */
#endif
       ps = 0
    :: true
    fi;
#endif
    if
#ifdef EARLY
    :: keeps -> skip
    :: !keeps && lput && !p && !ps && !pt && !NOISY -> skip
#else
    :: lput && !p && !ps && !pt && !NOISY -> skip
#endif
#ifdef TAIL
    :: KEEPSNOT && (!lput || p || ps || pt) && MAYTAIL -> goto rest
#ifdef M_PUTORTAIL
    :: (p || ps || pt) && MAYTAIL && !lpOn && me == 1 ->                  /* put, no answer; and the tail in its place */
       lpOn = 1; lpDead = behind[me]; lpd = yd | p; lps = ys | ps; lpt = yt | pt; goto rest
#endif
    :: KEEPSNOT && !(lput && !p && !ps && !pt && !NOISY) ->
#else
    :: else ->
#endif
putit:
       if
       :: behind[me] ->
          assert(owner != me);                                            /* the owner loses no record */
#ifdef M_FOREIGN
          ld = ld | p                                                     /* taken for its own */
#else
          goto down
#endif
       :: else ->
          assert(open);                                                   /* nothing after the end */
#ifdef CONT
          assert(lk[me] == second && !(jc && !second));                   /* nothing after `continued` */
          assert(!(p & old));                                             /* once, over all links */
#ifdef TAIL
          assert(!second || !(jd & old));                                 /* the tail is of its link */
#endif
          lput = 1;
#endif
          assert(!(p & jd) && !(ps & js) && !(pt & jt));                  /* once */
          assert(!(p & ~counted));                                        /* only what was accepted */
          assert(!(p & toldGone) && !(p & toldFull));                     /* nothing that was refused */
#ifdef PAUSE
          assert(!(p & waits) || mode != GOING || ENDED(ld, ls, lt));     /* a signal waits for the resume */
#endif
#ifdef ORDER
          INORDER(v & 3); INORDER((v >> 2) & 3); INORDER((v >> 4) & 3);
          assert((corder & (BIT(2 * LEN(jorder)) - 1)) == jorder);        /* in the order of acceptance */
#endif
#ifdef M_RECORDWITHOUTTAIL
          yd = 0; ys = 0; yt = 0;
#endif
          put();
#if S1 == 4
          if
          :: p & 2 -> jpay = DELIVERED; assert(!(toldPay & ~BIT(jpay)))   /* nobody else was told accepted */
          :: else
          fi;
#endif
#ifdef EARLY
          assert(!(ps & 2) || ((js | ps) & 1));                           /* what led to a step is before it */
#endif
          jd = jd | p; js = js | ps; jt = jt | pt;
#ifdef NOISE
          jn = nv; ln = nv;
#endif
#ifdef DELAY
          lput = 1;
#endif
          NOTEALL;
          ld = jd; ls = js; lt = jt
       fi
    fi;
#ifdef TAIL
    if :: holds -> holds = 0; p = 0; ps = 0; pt = 0; res = 0; goto receive :: else fi;   /* messages that came since are taken up */
#endif
#ifdef EARLY
#ifdef M_HOLDSMESSAGE
    ld = ld | p;                                                          /* it counts as recorded */
#endif
    if :: !keeps -> res = 0 :: else -> keeps = 0 fi;
    p = 0; ps = 0; pt = 0;
#else
    p = 0; ps = 0; pt = 0; res = 0;
#endif
    if
    :: mode == HOLDING ->
#ifdef M_HOLDDELETES
       inb = inb & ~SET(v); forget(SET(v));
#endif
       goto receive
    :: mode != HOLDING && !(SET(v) & (ld | rep)) -> next()
    :: else
    fi };
  atomic { CRASH;                                                         /* 11 */
    if
    :: assert(!(SET(v) & ld & ~THERE));                                   /* only what is in the journal is deleted */
#ifdef CONT
       digests = digests | (SET(v) & ld & inb);
#endif
       inb = inb & ~(SET(v) & ld);
#if S1 == 4
       if :: SET(v) & ld & 2 -> rec = 1 :: else fi;                       /* its digest stays */
#endif
       forget((ld | rep))
#ifdef PARTIAL
#ifdef M_PARTIALDONE
    :: forget(ld)
#else
    :: true                                                               /* none, or the first; and an error */
    ::
#ifdef CONT
       digests = digests | (BIT(v & 3) & ld & inb);
#endif
       inb = inb & ~(BIT(v & 3) & ld & 14)
#endif
#endif
    fi;
    next() };

body:                                                                     /* 12 */
  atomic { CRASH;
#ifdef HEARS
#ifndef M_NOCHECK
    if                                                                    /* lib/engine/check-inbox.ts */
    :: aged[me] && owner != me -> goto down
    :: aged[me] && owner == me -> aged[me] = 0; if :: dirty -> CHECKED; goto receive :: else fi
    :: else
    fi;
#endif
    assert(!overdue);                                                     /* no body begins a second after a request to stop */
#endif
#ifndef AUTO
    assert(THERE & SIGNALS);                                              /* the record that led to it is there */
#endif
    if
    :: !(ls & 1) && !(res & 1) -> w = 1
#ifdef EARLY
    :: ((ls | res) & 1) && !(ls & 2) && !(res & 2) -> w = 2
#else
    :: NSTEP == 2 && !(ls & 2) && !(res & 2) -> w = 2
#endif
    fi;
#ifdef EARLY
    assert(w == 1 || (js & 1) || owner != me || !tookover[me]);           /* who took over begins nothing early */
#endif
#ifdef AMO
    assert(!(bodies & w)); bodies = bodies | w;                           /* at most once */
#endif
    res = res | w; w = 0;
    if
    :: goto receive
#ifndef EARLY
    :: (res | ls) != STEPS -> goto body
#endif
    fi };

#ifdef TAIL
rest:                                                                     /* 14 or 15, lib/engine/rest-with-tail.ts */
  atomic { CRASH; holds = 1;
#ifdef M_TAILDELFIRST
    inb = inb & ~p;
#endif
    if
    :: mode == ENDING || ENDED(ld | p, ls | ps, lt | pt) -> goto finish
#ifdef M_TAILEFFECT
    :: PENDING(ld | p, ls | ps) -> ld = ld | p; ls = ls | ps; lt = lt | pt; p = 0; ps = 0; pt = 0; holds = 0; goto body
#endif
    :: else -> goto release
    fi };
#endif

release:                                                                  /* 14 */
  atomic { CRASH;
    if
    :: MAYGO ->
       assert(!behind[me]);                                               /* the owner's view is exact */
#ifdef TAIL
       EXACT;
       if :: holds -> res = 0; DELAYED(false) :: else fi;
       WITHTAIL;
#endif
#ifdef EARLY
       assert(!res);                                                      /* nothing that is held is lost */
#endif
#ifdef PAUSE
       assert(paused == vp);                                              /* it is released as it is */
#endif
#ifdef HOLDSBACK
       assert(!(counted & ~GOT & ~(HELD -> ALL : 0)));                    /* nothing accepted is lost */
#else
       assert(!(counted & ~GOT));                                         /* nothing accepted is lost */
#endif
       leave(); mail = v; KEEPLETTERS;
#ifdef PARTIAL
       assert(!(inb & ld & ~SET(v)));                                     /* what is to be deleted yet is not forgotten */
#endif
#ifdef WARM
       warm[me] = 1;
#endif
       if
#if defined(HOLDSBACK) && !defined(M_HELDNOTDUE)
       :: HELD && (ALL & ~ld) -> due = ZERO                               /* for the resume */
#define WAITING (HELD && (ALL & ~ld))
#else
#define WAITING false
#endif
       :: !WAITING && PENDING(ld, ls) -> due = ZERO
       :: !WAITING && SLEEPS(ld, ls) ->
#ifdef M_LASTTIMER
          due = T1 + NTIMER - 1
#else
          due = NEXTT(lt)
#endif
       :: else -> due = NONE
       fi;
#ifdef HOLD
#ifndef M_RELEASEDHELD
       BACK;
#endif
       assert(!held || due != NONE);                                      /* who is held is in the index */
#endif
#ifdef M_REPEATGOESON
       if :: goto receive :: true fi;                                     /* answer lost; repeated, and not known as done */
#endif
       goto down
#ifdef M_GOESROUND
    :: LOST -> goto receive
#else
    :: LOST -> goto down
#endif
    #ifdef TAIL
    :: !LOST && UNSEEN && holds -> VIEW; LEARN; goto commitheld
    :: !LOST && UNSEEN && !holds -> VIEW; LEARN; goto receive
#else
    :: !LOST && UNSEEN -> VIEW; LEARN; goto receive
#endif
    fi };

finish:                                                                   /* 15 */
  atomic { CRASH;
    if
    :: MAYGO ->
       assert(!behind[me]);                                               /* the owner's view is exact */
#ifdef TAIL
       EXACT;
       if :: holds -> res = 0; DELAYED(true) :: else fi;
       WITHTAIL;
#endif
#ifdef EARLY
       assert(!res);                                                      /* nothing that is held is lost */
#endif
       assert(!(counted & ~GOT));                                         /* nothing accepted is lost */
       leave(); mail = 0; KEEPLETTERS; open = 0; due = NONE; UNPAUSE; BACK; goto down
#ifdef M_GOESROUND
    :: LOST && open -> goto receive
    :: !open -> goto down
#else
    :: LOST -> goto down
#endif
#ifdef TAIL
    :: !LOST && UNSEEN && holds -> VIEW; LEARN; goto commitheld
    :: !LOST && UNSEEN && !holds -> VIEW; LEARN; goto receive
#else
    :: !LOST && UNSEEN -> VIEW; LEARN; goto receive
#endif
    fi };

#ifdef TAIL
commitheld:                                                               /* 10: it is not held a second time */
  atomic { CRASH; if :: true -> goto putit fi };
#endif

#ifdef CONT
continue:                                                                 /* 10: the entry `continued` */
  atomic { CRASH;
    if
    :: lc -> skip
    :: !lc && behind[me] -> assert(owner != me); goto down                /* the owner loses no record */
    :: else ->
       assert(open && lk[me] == second && !jc);                           /* nothing after `continued` */
       put(); jc = 1; lc = 1; old = FIRST(ld & SIGNALS);
#ifdef M_NOCARRY
       carry = 0
#else
       carry = ld & ~old
#endif
    fi };
leave1:                                                                   /* 11 */
  atomic { CRASH;
#ifndef M_KEEPSITEM
    digests = digests | (SET(v) & ld & inb); inb = inb & ~(SET(v) & ld);
#endif
    forget(ld) };
  atomic { CRASH;                                                         /* 23, lib/engine/continue-run.ts */
    if
#ifdef M_MOVENOWAKES
    :: open && owner == me ->
#else
    :: MAYGO ->
#endif
       assert(!behind[me] && lk[me] == second);                           /* the owner's view is exact */
       assert(!(counted & ~GOT & ~carry & ~SET(v)));                      /* what was accepted moves along */
#ifdef M_MOVEEMPTIES
       v = 0;
#endif
       leave(); mail = v; KEEPLETTERS; second = 1; jput = 0; jd = 0; js = 0; jt = 0; tpast = 0;
#ifdef TAIL
       ed = 0; es = 0; et = 0; yd = 0; ys = 0; yt = 0;
#ifdef M_TAILMOVES
       td = old & SIGNALS; jd = td;
#else
       assert(!td && !ts && !tt);                                         /* `continued` has the tail with it */
#endif
#endif
#ifdef M_NOTDUE
       due = NONE;
#else
       due = ZERO;
#endif
#ifdef M_SAMEKEYS
       behind[1] = 0; behind[2] = 0; lk[1] = 1; lk[2] = 1;                /* the records have the numbers of the first link */
#endif
       goto down
    :: LOST -> goto down
#ifndef M_MOVENOWAKES
    :: !LOST && UNSEEN -> VIEW; LEARN; goto leave1
#endif
    fi };
#else
continue: skip;
#endif

#ifdef BLOCK
hold:                                                                     /* 14, lib/engine/block.ts */
  atomic { CRASH;
    if
    :: MAYGO ->
       assert(!behind[me]);                                               /* the owner's view is exact */
#ifdef M_HOLDEMPTIES
       v = 0;
#endif
#if defined(TAIL) && defined(M_HOLDTAIL)
       jd = ITEMS(jd, td); js = ITEMS(js, ts); jt = ITEMS(jt, tt); td = 0; ts = 0; tt = 0;
#endif
       leave(); mail = v; KEEPLETTERS; due = SOON;
       assert(!(counted & ~jd & ~SET(mail)));                             /* it keeps what it cannot take */
       goto down
    :: LOST -> goto down
    :: !LOST && UNSEEN -> VIEW; LEARN; goto receive
    fi };
#else
hold: skip;
#endif

down:
  atomic {
    inturn[me] = 0; fenced[me] = 0;
#ifdef WARM
    if :: !warm[me] -> behind[me] = 0 :: else fi;
#else
    behind[me] = 0;
#endif
#if NW == 3
    STEPUP(1); STEPUP(2); STEPUP(3); rank[me] = 1;
#endif
    assert(!STUCK);                                                       /* what is to be done is listed as due */
#ifdef TAIL
    assert(!(ed & ~jd) && !(es & ~js) && !(et & ~jt));                    /* what was written down stays so */
    yd = 0; ys = 0; yt = 0; holds = 0;
#endif
#ifdef PAUSE
    vp = 0;
#endif
#ifdef HOLD
    hv = 0;
#endif
#if LETTERS
    vl = 0;
#endif
    v = 0; ld = 0; ls = 0; lt = 0; res = 0; p = 0; ps = 0; pt = 0; w = 0; mode = GOING; tko = 0;
#ifdef DELAY
    before = 0; lput = 0; over[me] = 0;
#endif
#ifdef CONT
    lput = 0; lc = 0; rep = 0; lk[me] = 0;
#endif
#ifdef HEARS
    aged[me] = 0;
#endif
#ifdef AMO
    lint = 0;
#endif
#ifdef NOISE
    nv = 0; ln = 0;
#endif
#ifdef EARLY
    took = 0; keeps = 0; tookover[me] = 0;
#endif
#ifdef BESIDE
    asked = 0; got = 0;
#if S1 == 4
    gpay = 0;
#endif
#endif
#ifdef M_TWIN
    twin = 0;
#endif
  };
  goto endidle
}

/* ---------------------------------------------------------------- the world */
#ifdef RENEW
/* operation 13: what it finds waits to be taken up. */
proctype Keeper() {
endkeeper:
  do
  :: atomic { open && owner != 0 && !rnews -> rnews = 1; rmail = mail; rdirty = 0;
#if LETTERS
     rlet = let;
#endif
#ifdef PAUSE
     rpaused = paused
#endif
  }
#ifdef M_RENEWREVIVES
  :: atomic { open && owner == 0 && lastowner != 0 && !inturn[lastowner] -> owner = lastowner; lastowner = 0 }
#endif
  od
}
#endif

#ifdef LIVE
/* 16 */
proctype Sweeper() {
endsweep:
  do
#ifdef HOLD
#ifdef M_NOTLETGO
  :: open && ISDUE -> atomic { if :: !held && FREE && q == 0 -> send() :: else fi }
#else
  :: open && ISDUE -> atomic {
     if
     :: !held && FREE && q == 0 -> send()
     :: held && !wpaused && known && q == 0 -> held = 0; send()                      /* 30 */
     :: else
     fi }
#endif
#else
  :: open && ISDUE -> atomic { if :: FREE && q == 0 -> send() :: else fi }
#endif
  od
}
#endif

#if defined(LIVE) && !defined(NOEXPIRY)
proctype Expirer() {
endexp:
  do
  :: atomic { owner != 0 && !expired && (!inturn[owner] || xb > 0) ->
              if :: inturn[owner] -> xb-- :: else fi; expired = 1 }
  od
}
#endif

#ifdef LATEREL
/* A release or a finish whose worker gave it up is carried out whenever it likes, under its condition. */
proctype LateRelease() {
endlate:
  do
#ifdef M_LATEWAKES
  :: atomic { relOn && open && owner == relBy ->
#else
  :: atomic { relOn && open && owner == relBy && !dirty ->
#endif
       jd = ITEMS(jd, td) | reld; js = ITEMS(js, ts) | rels; jt = ITEMS(jt, tt) | relt; td = reld; ts = rels; tt = relt; NOTEALL;
       owner = 0; dirty = 0; mail = relMail; KEEPLETTERS; due = relDue;
#ifdef LIVE
       expired = 0;
#endif
       if :: relFin -> open = 0; due = NONE :: else fi;
       NORELEASE;
       assert(!(counted & ~GOT & ~SET(mail)));                            /* nothing accepted is lost */
       assert(!STUCK) }                                                   /* what is to be done is listed as due */
  od
}
#endif
#ifdef M_PUTORTAIL
proctype LatePut() {
endput:
  do
  :: atomic { lpOn ->
       if
       :: !lpDead ->
          jd = ITEMS(jd, td) | lpd; js = ITEMS(js, ts) | lps; jt = ITEMS(jt, tt) | lpt; td = 0; ts = 0; tt = 0;
          if :: inturn[1] -> behind[1] = 1 :: else fi; if :: inturn[2] -> behind[2] = 1 :: else fi
       :: else
       fi;
       lpOn = 0; lpDead = 0; lpd = 0; lps = 0; lpt = 0;
       assert(!(counted & ~jd & ~SET(mail))) }                            /* nothing accepted is lost */
  od
}
#endif

proctype Clock() {
endclock:
  do
  :: atomic { SLEEPS(jd, js) && tpast < NTIMER -> tpast++ }
#ifdef DELAY
  :: atomic { !nbpast -> nbpast = 1 }
#endif
  od
}

#ifdef PAUSE
/* operation 26 and operation 27, lib/client/pause-run.ts: a read, then a write that relies on it. */
proctype Pauser() {
  byte pm; bool stops;
#ifdef LIVE
#define AGAIN skip
#else
#define AGAIN goto pause
#endif
endpause:
pause:
  atomic { open && !paused -> pdirty = 0; pm = mail };
  atomic { stops = (SET(pm) & inb & (CANCEL | TERM)) != 0; pm = 0 };
  atomic {
    if
#ifdef M_PAUSELATE
    :: open && !paused && !stops && !(counted & TERM) ->                  /* carried out whenever the network likes */
#elif defined(M_PAUSEENDS)
    :: open && !paused && !stops && !pdirty ->
#elif defined(M_PAUSESTOPS)
    :: open && !paused && !pdirty && !(counted & TERM) ->
#else
    :: open && !paused && !stops && !pdirty && !(counted & TERM) ->
#endif
       stops = 0; paused = 1; BACK;
#ifdef M_PAUSENOWAKES
       pdirty = 1
#else
       bump()
#endif
    :: open && stops -> stops = 0; AGAIN                                  /* it is about to stop: nothing to do */
#ifdef LIVE
       ; goto done
#endif
    :: else -> stops = 0; if :: open && !(counted & TERM) -> goto pause :: else -> goto done fi
    fi;
    assert(!paused || !(counted & ~GOT & (CANCEL | TERM)));               /* who is paused is not to be stopped */
    assert(!paused || !(counted & TERM)) };                               /* and not about to end */
endresume:
resume:
  atomic { !open || paused; if :: !open -> goto done :: else fi; pdirty = 0 };
  atomic {
    if
#ifdef M_RESUMENOWAKES
    :: open && paused && !pdirty -> UNPAUSE; pdirty = 1;
#else
    :: open && paused && !pdirty -> UNPAUSE; bump();
#endif
#ifdef HEARS
       overdue = 0;
#endif
#ifdef LIVE
       if :: FREE && PAST(due) -> send() :: else fi;
#endif
       assert(!STUCK)                                                     /* what is to be done is listed as due */
    :: else -> if :: open && paused -> goto resume :: else fi
    fi };
  AGAIN;
done: skip
}
#endif

#ifdef HOLD
/* operation 28: one update of the list. */
proctype WorkflowPauser() {
#ifdef LIVE
  atomic { wpaused = 1; known = 1; everpaused = 1 };
#ifndef NORESUME
  atomic { wpaused = 0 }
#endif
#else
endworkflow:
  do
  :: atomic { !wpaused -> wpaused = 1; known = 1; everpaused = 1 }
  :: atomic { wpaused -> wpaused = 0;
#ifdef M_FORGETS
     known = 0;
#endif
     assert(!STUCK) }                                                     /* what is to be done is listed as due */
#ifdef M_FORGETSWHENEMPTY
  :: atomic { !wpaused && known && !held -> known = 0 }                    /* a sweep has found nobody held */
#endif
  od
#endif
}

#ifndef LIVE
/* operation 29 by a worker that read the list whenever, and operation 30 by such a sweeper */
proctype Holder() {
endholder:
  do
  :: atomic { everpaused && MAYHOLD && !held -> held = 1; assert(!STUCK); assert(due != NONE) }
  :: atomic { everpaused && held -> held = 0; assert(!STUCK) }
  od
}
#endif
#endif

#ifdef HEARS
/* A second passes. */
#define AGES(w) if :: inturn[w] -> aged[w] = 1 :: else fi
proctype Seconds() {
endseconds:
  do
  :: atomic { (counted & (CANCEL | TERM)) || ISPAUSED ->
     AGES(1); AGES(2);
#if NW == 3
     AGES(3);
#endif
     overdue = 1 }
  od
}
#endif

#define START(kind, id) if :: kind == 4 -> run Sender(id, 3); run Sender(id, 4) :: kind == 3 -> run Sender(id, 1); run Sender(id, 1) :: kind == 1 || kind == 2 -> run Sender(id, kind) :: else fi

init {
  atomic {
    START(S1, 1); START(S2, 2); START(S3, 3);
    run Worker(1); run Worker(2);
#if NW == 3
    run Worker(3);
#endif
#ifdef RENEW
    run Keeper();
#endif
#ifdef LATE
    run Net();
#endif
#ifdef LATEREL
    run LateRelease();
#endif
#ifdef M_PUTORTAIL
    run LatePut();
#endif
#ifdef NOISE
    run Noise();
#endif
#ifdef PAUSE
    run Pauser();
#endif
#ifdef HOLD
    run WorkflowPauser();
#ifndef LIVE
    run Holder();
#endif
#endif
#ifdef HEARS
    run Seconds();
#endif
#ifdef LIVE
    run Sweeper();
#endif
#if defined(LIVE) && !defined(NOEXPIRY)
    run Expirer();
#endif
    run Clock()
  }
}

#ifdef LIVE
ltl live { <>[] STABLE }
#endif
