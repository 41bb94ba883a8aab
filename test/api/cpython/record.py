"""Random little programs on asyncio's queues and locks, and what CPython does with each: the oracle of
../cpython.test.ts. The programs are data, so that both sides run the very same ones. How to record them anew is in
test/asyncio/README.md; with a CPython at hand it is: python3.14 record.py 160 > traces.json
"""
import asyncio
import json
import os
import platform
import random
import sys

MISUSE = (RuntimeError, ValueError)


def make(kind, *args):
    return {
        "Lock": asyncio.Lock,
        "Semaphore": asyncio.Semaphore,
        "BoundedSemaphore": asyncio.BoundedSemaphore,
        "Condition": asyncio.Condition,
        "Event": asyncio.Event,
        "Barrier": asyncio.Barrier,
        "Queue": asyncio.Queue,
        "LifoQueue": asyncio.LifoQueue,
        "PriorityQueue": asyncio.PriorityQueue,
    }[kind](*args)


def state(o):
    if isinstance(o, asyncio.Queue):
        return f"{o.qsize()}{'e' if o.empty() else ''}{'f' if o.full() else ''}"
    if isinstance(o, asyncio.Event):
        return "set" if o.is_set() else "unset"
    if isinstance(o, asyncio.Barrier):
        return f"{o.n_waiting}{'b' if o.broken else ''}"
    return "locked" if o.locked() else "unlocked"


async def perform(op, o, tasks, run_body):
    """One operation; `o` is the object of the program."""
    verb, *args = op
    match verb:
        case "pause":
            await asyncio.sleep(0)
        case "cancel":
            return tasks[args[0]].cancel() if args[0] < len(tasks) else None
        case "with":
            async with o:
                return await run_body(args[0])
        case "acquire":
            return await o.acquire()
        case "release":
            o.release()
        case "wait":
            return await o.wait()
        case "notify":
            o.notify(args[0])
        case "notifyAll":
            o.notify_all()
        case "set":
            o.set()
        case "clear":
            o.clear()
        case "reset":
            await o.reset()
        case "abort":
            await o.abort()
        case "put":
            await o.put(args[0])
        case "get":
            return await o.get()
        case "putNowait":
            o.put_nowait(args[0])
        case "getNowait":
            return o.get_nowait()
        case "taskDone":
            o.task_done()
        case "join":
            await o.join()
        case "shutdown":
            o.shutdown(args[0])
        case _:
            raise AssertionError(verb)


async def program(spec):
    trace = []
    o = make(*spec["object"])
    tasks = []

    async def run(name, ops, stubborn):
        for at, op in enumerate(ops):
            where = f"{name}.{at} {op[0]}"
            try:
                result = await perform(op, o, tasks, lambda body: run(f"{name}.{at}", body, stubborn))
                outcome = "" if result is None else f" {json.dumps(result)}"
            except asyncio.CancelledError as e:
                trace.append(f"{where} cancelled {state(o)}")
                if not stubborn:
                    raise
                continue
            except Exception as e:
                outcome = " misuse" if type(e) in MISUSE else f" {type(e).__name__}"
            trace.append(f"{where}{outcome} {state(o)}")

    for n, t in enumerate(spec["tasks"]):
        tasks.append(asyncio.create_task(run(f"t{n}", t["ops"], t["stubborn"])))
    for _ in range(40):
        await asyncio.sleep(0)
    trace.append("the end")
    for _ in range(6):
        for t in tasks:
            t.cancel()
        for _ in range(12):
            await asyncio.sleep(0)
    trace.append(f"{state(o)} {''.join('c' if t.cancelled() else 'd' if t.done() else '.' for t in tasks)}")
    return trace


class Author:
    """Writes programs."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.items = 0

    def item(self):
        self.items += 1
        # All different: among equal ones asyncio's heap keeps no order.
        return self.random.randrange(100) * 1000 + self.items

    def op(self, kind, depth):
        r = self.random
        choices = [["pause"], ["pause"]]
        if r.random() < 0.25:
            return ["cancel", r.randrange(6)]
        if kind in ("Lock", "Semaphore", "BoundedSemaphore", "Condition"):
            if depth < 2:
                choices += [["with", self.ops(kind, depth + 1, 3)]] * 3
            if kind != "Condition" or depth > 0:
                choices += [["acquire"], ["release"]] if r.random() < 0.4 else []
            if kind == "Condition":
                choices += [["wait"], ["wait"], ["notify", r.randrange(3)], ["notifyAll"]]
        elif kind == "Event":
            choices += [["wait"], ["wait"], ["wait"], ["set"], ["clear"]]
        elif kind == "Barrier":
            choices += [["wait"]] * 6
            choices += [["reset"], ["abort"]] if r.random() < 0.25 else []
        else:
            choices += [["put", self.item()], ["put", self.item()], ["get"], ["get"]]
            choices += [["putNowait", self.item()], ["getNowait"], ["taskDone"], ["join"]]
            choices += [["shutdown", r.random() < 0.5]] if r.random() < 0.08 else []
        return r.choice(choices)

    def ops(self, kind, depth, most):
        return [self.op(kind, depth) for _ in range(self.random.randrange(1, most + 1))]

    def program(self):
        r = self.random
        kind = r.choice(["Lock", "Semaphore", "BoundedSemaphore", "Condition", "Condition", "Event", "Barrier",
                         "Barrier", "Queue", "Queue", "LifoQueue", "PriorityQueue"])
        size = {"Semaphore": [0, 1, 2], "BoundedSemaphore": [1, 2], "Barrier": [1, 2, 3],
                "Queue": [0, 1, 2], "LifoQueue": [0, 1, 2], "PriorityQueue": [0, 1, 2]}.get(kind)
        return {
            "object": [kind, *([r.choice(size)] if size else [])],
            "tasks": [{"stubborn": r.random() < 0.3, "ops": self.ops(kind, 0, 6)} for _ in range(r.randrange(2, 7))],
        }


def main(count, first=0, new_loop=asyncio.new_event_loop):
    recorded, kept = [], []
    for seed in range(first, first + count):
        spec = Author(seed).program()
        loop = new_loop()
        recorded.append({**spec, "trace": loop.run_until_complete(program(spec))})
        kept += [loop, asyncio.all_tasks(loop)]
    version = json.dumps(platform.python_version())
    lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in recorded)
    print('{"python":' + version + ',"programs":[\n' + lines + "\n]}", flush=True)
    # What waits for ever (a lock that nobody releases) is left as it is, and not awaited as asyncio.run would.
    return kept


if __name__ == "__main__":
    forgotten = main(*map(int, sys.argv[1:]))
    os._exit(0)
