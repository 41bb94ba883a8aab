"""Random asyncio programs and what CPython does with them, beyond the scenarios written by hand.

A program is data: nested lists of statements, which this file interprets with asyncio and random-programs.ts with lull.
A good part of them is about cancellation: from outside while a group unwinds, by limits inside limits, taken back.
Left out are programs in which two timers fire at the very same moment (asyncio runs both before what follows from
either, a run of ours takes one event at a time), but for nested time limits of one task, which are up together there
and here; and those that show the order of a Python set. See README.md for how it is run."""
import asyncio
import asyncio.taskgroups
import asyncio.timeouts
import json
import platform
import random
import sys

from virtual_loop import VirtualLoop, show


class OrderedSet(dict):
    """asyncio keeps the tasks of a group in a set, whose order is nobody's promise. Here it is that of creation."""

    def add(self, item):
        self[item] = True

    def discard(self, item):
        self.pop(item, None)


asyncio.taskgroups.set = OrderedSet


def owner_of(handle):
    """What fires: a time limit of this task at this moment, or the timer itself."""
    limit = getattr(handle._callback, "__self__", None)
    return (handle._when, limit._task if isinstance(limit, asyncio.timeouts.Timeout) else handle)


class Loop(VirtualLoop):
    stuck = False
    left_out = False

    def _run_once(self):
        handles = [h for h in self._scheduled if not h._cancelled]
        whens = [h._when for h in handles]
        # Time limits of one task are one.
        if len(set(map(owner_of, handles))) != len(set(whens)):
            self.left_out = True
        if not self._ready and not whens and not self._stopping:
            self.stuck = True
            self.stop()
        super()._run_once()


# ---- what programs are made of

class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.logs = 0

    def delay(self):
        return self.rng.choice([0, 0, *[self.rng.randrange(1, 4000) for _ in range(6)]])

    def limit(self):
        return self.rng.choice([0, *[self.rng.randrange(1, 4000) for _ in range(6)]])

    def name(self):
        self.logs += 1
        return self.logs

    def which(self):
        return self.rng.randrange(0, 8)

    def body(self, depth):
        return [self.statement(depth) for _ in range(self.rng.randrange(1, 5 if depth > 0 else 3))]

    def statement(self, depth):
        simple = ["log", "sleep", "sleep", "await", "await", "cancel", "state", "peek", "raise", "return", "uncancel",
                  "callback", "cancel-self", "put", "get", "set", "wait-event", "resolve", "await-future", "uncancel-self"]
        nested = ["spawn", "spawn", "spawn", "try", "try", "try", "gather", "timeout", "wait-for", "wait",
                  "as-completed", "shield", "group", "lock", "semaphore",
                  "failing-group", "nested-limits", "cancel-later", "slow-leaver", "handled"]
        kind = self.rng.choice(simple + nested * 2 if depth > 0 else simple)
        rng, body = self.rng, lambda: self.body(depth - 1)
        tasks = lambda: [self.which() for _ in range(rng.randrange(1, 4))]
        match kind:
            case "sleep": return ["sleep", self.delay()]
            case "log" | "raise" | "return": return [kind, self.name()]
            case "await" | "state" | "peek": return [kind, self.which()]
            case "cancel": return ["cancel", self.which(), rng.choice([None, "because"])]
            case "callback": return ["callback", self.which(), self.name()]
            case "put": return ["put", self.name()]
            case "spawn": return ["spawn", body()]
            case "try":
                return ["try", body(), rng.choice(["CancelledError", "TimeoutError", "ValueError", "any"]), body(),
                        rng.random() < 0.5, body() if rng.random() < 0.4 else []]
            case "gather":
                return ["gather", [rng.choice([body(), self.which()]) for _ in range(rng.randrange(0, 4))],
                        rng.random() < 0.4]
            case "timeout": return ["timeout", rng.choice([None, *[self.limit() for _ in range(5)]]), body()]
            case "wait-for": return ["wait-for", self.limit(), rng.choice([body(), self.which()])]
            case "wait":
                return ["wait", tasks(), rng.choice(["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]),
                        rng.choice([None, self.limit()])]
            case "as-completed": return ["as-completed", tasks(), rng.choice([None, self.limit()])]
            case "shield": return ["shield", rng.choice([body(), self.which()])]
            case "group": return ["group", [body() for _ in range(rng.randrange(1, 4))], body()]
            case "lock" | "semaphore": return [kind, body()]
            # Made of the others: what cancellation and its neighbours are likely to meet.
            case "failing-group":
                late = ["try", [["sleep", self.delay()]], "none", [], False, [["sleep", self.delay()], *body()]]
                return ["try", [["group", [[["sleep", self.delay()], ["raise", self.name()]], [late], body()], body()]],
                        rng.choice(["ExceptionGroup", "any"]), body(), rng.random() < 0.2, []]
            case "nested-limits":
                ms = self.limit()
                inner = ["try", [[rng.choice(["timeout", "wait-for"]), rng.choice([ms, self.limit()]), body()]],
                         "TimeoutError", body(), False, []]
                return ["try", [["timeout", ms, [inner, *body()]]], "TimeoutError", body(), False, []]
            case "cancel-later":
                return ["spawn", [["sleep", self.delay()], ["cancel", rng.randrange(0, 3), "later"],
                                  *([["sleep", self.delay()], ["cancel", rng.randrange(0, 3), None]]
                                    if rng.random() < 0.4 else [])]]
            case "slow-leaver":
                return ["spawn", [["try", body(), "none", [], False, [["sleep", self.delay()], *body()]]]]
            case "handled":
                return ["try", body(), "CancelledError", [["uncancel"], *body()], False, []]
            case _: return [kind]


# ---- and what they mean

class Interpreter:
    def __init__(self, log):
        self.log = log
        self.tasks = [asyncio.current_task()]
        self.queue = asyncio.Queue(maxsize=1)
        self.event = asyncio.Event()
        self.lock = asyncio.Lock()
        self.semaphore = asyncio.Semaphore(2)
        self.future = asyncio.get_running_loop().create_future()

    def task(self, index, me):
        """The task of that number, if the one numbered `me` may wait for it: an older one might wait in turn, and
        what `wait-for` runs has a number of its own in the same task."""
        task = self.tasks[index] if me < index < len(self.tasks) else None
        return None if task is asyncio.current_task() else task

    def start(self, body):
        """A coroutine with a number of its own; the task that runs it takes its place."""
        me = len(self.tasks)
        self.tasks.append(None)

        async def run():
            self.tasks[me] = asyncio.current_task()
            return await self.run(body, me)
        return run()

    def either(self, what, me):
        return self.task(what, me) if isinstance(what, int) else self.start(what)

    async def run(self, body, me):
        for statement in body:
            done = await self.step(statement, me)
            if done is not None:
                return done[0]
        return None

    async def nested(self, body, me):
        """A block of the same coroutine: a `return` in it ends the coroutine."""
        for statement in body:
            done = await self.step(statement, me)
            if done is not None:
                return done
        return None

    async def step(self, statement, me):
        kind, *args = statement
        log = self.log
        match kind:
            case "log":
                log("log", args[0])
            case "sleep":
                log("slept", await asyncio.sleep(args[0] / 1000, args[0]))
            case "raise":
                raise ValueError(str(args[0]))
            case "return":
                return [args[0]]
            case "spawn":
                coroutine = self.start(args[0])
                index = len(self.tasks) - 1
                self.tasks[index] = asyncio.create_task(coroutine)
            case "await":
                if (task := self.task(args[0], me)) is not None:
                    log("awaited", await task)
            case "cancel":
                if args[0] < len(self.tasks) and (task := self.tasks[args[0]]) is not None:
                    log("cancel", task.cancel() if args[1] is None else task.cancel(args[1]))
            case "cancel-self":
                log("cancel-self", asyncio.current_task().cancel())
            case "uncancel-self":
                me_task = asyncio.current_task()
                me_task.cancel("taken back")
                log("taken back", me_task.uncancel(), me_task.cancelling())
            case "uncancel":
                log("uncancel", asyncio.current_task().cancelling(), asyncio.current_task().uncancel())
            case "state":
                if args[0] < len(self.tasks) and (task := self.tasks[args[0]]) is not None:
                    log("state", task.done(), task.cancelled(), task.cancelling())
            case "peek":
                if args[0] < len(self.tasks) and (task := self.tasks[args[0]]) is not None:
                    try:
                        log("exception", task.exception())
                        log("result", task.result())
                    except BaseException as e:
                        log("peek", e)
            case "callback":
                if args[0] < len(self.tasks) and (task := self.tasks[args[0]]) is not None:
                    task.add_done_callback(lambda t, name=args[1]: log("callback", name, t.cancelled()))
            case "try":
                return await self.attempt(args, me)
            case "gather":
                of = [x for x in (self.either(what, me) for what in args[0]) if x is not None]
                log("gathered", await asyncio.gather(*of, return_exceptions=args[1]))
            case "timeout":
                scope = None
                try:
                    async with asyncio.timeout(None if args[0] is None else args[0] / 1000) as scope:
                        return await self.nested(args[1], me)
                finally:
                    log("expired", scope.expired())
            case "wait-for":
                if (what := self.either(args[1], me)) is not None:
                    log("in time", await asyncio.wait_for(what, args[0] / 1000))
            case "wait":
                of = [t for t in (self.task(i, me) for i in args[0]) if t is not None]
                if of:
                    done, pending = await asyncio.wait(
                        of, return_when=args[1], timeout=None if args[2] is None else args[2] / 1000)
                    log("waited", sorted(map(self.tasks.index, done)), sorted(map(self.tasks.index, pending)))
            case "as-completed":
                of = [t for t in (self.task(i, me) for i in args[0]) if t is not None]
                if len({t for t in of if t.done()}) > 1:
                    asyncio.get_running_loop().left_out = True
                for next in asyncio.as_completed(of, timeout=None if args[1] is None else args[1] / 1000):
                    log("completed", await next)
            case "shield":
                if (what := self.either(args[0], me)) is not None:
                    log("shielded", await asyncio.shield(what))
            case "group":
                async with asyncio.TaskGroup() as group:
                    for body in args[0]:
                        coroutine = self.start(body)
                        index = len(self.tasks) - 1
                        self.tasks[index] = group.create_task(coroutine)
                    return await self.nested(args[1], me)
            case "put":
                await self.queue.put(args[0])
                log("put", args[0])
            case "get":
                log("got", await self.queue.get())
            case "set":
                self.event.set()
            case "wait-event":
                log("event", await self.event.wait())
            case "resolve":
                if not self.future.done():
                    self.future.set_result("resolved")
            case "await-future":
                log("future", await self.future)
            case "lock" | "semaphore":
                async with getattr(self, kind):
                    log("holds", kind)
                    return await self.nested(args[0], me)
        return None

    async def attempt(self, args, me):
        body, caught, handler, again, final = args
        try:
            return await self.nested(body, me)
        except BaseException as e:
            if caught != "any" and type(e).__name__ != caught:
                raise
            log_error = e
            self.log("caught", log_error)
            done = await self.nested(handler, me)
            if done is not None:
                return done
            if again:
                raise
        finally:
            await self.nested(final, me)
        return None


def run(program):
    trace, over = [], False
    loop = Loop()
    loop.set_exception_handler(lambda *_: None)
    asyncio.set_event_loop(loop)

    def log(*values):
        # What is stuck is collected sometime, and its coroutines see a GeneratorExit.
        if not loop.stuck and not over:
            trace.append([round(loop.time(), 6), *[show(value) for value in values]])

    async def main():
        return await Interpreter(log).run(program, 0)

    try:
        result = {"returns": show(loop.run_until_complete(main()))}
    except BaseException as e:
        result = {"stuck": True} if loop.stuck else {"raises": show(e)}
    over = True
    for _ in range(20):
        pending = asyncio.all_tasks(loop)
        if not pending:
            break
        for task in pending:
            task.cancel()
        try:
            loop.run_until_complete(asyncio.wait(pending, timeout=100))
        except RuntimeError:
            pass
    loop.close()
    return None if loop.left_out else {"trace": trace, **result}


def main(seed, count):
    rng = random.Random(seed)
    programs = []
    while len(programs) < count:
        program = Generator(rng).body(3)
        if len(json.dumps(program)) > 700:
            continue
        outcome = run(program)
        if outcome is not None and len(outcome["trace"]) > 3:
            programs.append({"program": program, **outcome})
    version = json.dumps(platform.python_version())
    lines = ",\n".join(json.dumps(p, separators=(",", ":")) for p in programs)
    print('{"python":' + version + ',"programs":[\n' + lines + "\n]}")


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    main(int(sys.argv[1]), int(sys.argv[2]))
