"""Walks every reachable state of a protocol model, and reports which invariants break, each with a shortest trace.

A model is an object with these methods:
    start()              the first state; states are hashable values
    people(state)        what people and the outside world may do: pairs of a label and the next state
    system(state)        what the services do by themselves: messages, ticks, gateway, time
    always(state)        names of the invariants that are broken, whatever is under way
    rest(state)          names of those that are broken once the system has nothing left to do
    step(before, after)  names of those that this step breaks
    measure(state)       a number that every step of the system raises

Since every step of the system raises the measure, no run of the system is endless. So if every state at rest is good, the
system, left alone, ends in a good state from every reachable one and under every schedule: that is the liveness argument.
"""
import sys
import time
from collections import deque

# States of one instance that are walked in search of a violation, the first try first.
LIMITS = (3_000, 20_000, 200_000)


class Walk:
    """Breadth first, so that the first trace to a violation is a shortest one."""

    def __init__(self, model, expected=(), limit=None):
        self.model, self.expected, self.limit = model, set(expected), limit
        self.states = self.steps = self.resting = 0
        self.found = {}
        self.complete = True

    def explore(self, until_broken=False):
        model, start = self.model, self.model.start()
        self.parent, self.queue = {start: None}, deque([start])
        while self.queue:
            state = self.queue.popleft()
            self.states += 1
            broken = list(model.always(state))
            rank, quiet = model.measure(state), True
            for label, after in model.system(state):
                quiet = False
                assert model.measure(after) > rank, f'{label} does not raise the measure'
                self.follow(state, label, after)
            if quiet:
                self.resting += 1
                broken += model.rest(state)
            for name in broken:
                self.record(name, state)
            for label, after in model.people(state):
                self.follow(state, label, after)
            if until_broken and self.violations():
                break
            if self.limit and self.states >= self.limit:
                self.complete = False
                break
        return self

    def follow(self, state, label, after):
        self.steps += 1
        if after not in self.parent:
            self.parent[after] = (state, label)
            self.queue.append(after)
        for name in self.model.step(state, after):
            self.record(name, state, label)

    def record(self, name, state, *last):
        if name not in self.found:
            self.found[name] = self.trace(state) + list(last)

    def trace(self, state):
        labels = []
        while self.parent[state] is not None:
            state, label = self.parent[state]
            labels.append(label)
        return labels[::-1]

    def violations(self):
        return [name for name in self.found if name not in self.expected]


def run(make_model, instances, rules, mutations, alternative=None, expected=()):
    """Without arguments: walks the protocol, and its alternative on some instances; nothing may break. With `--mutations`:
    each mutation must break something. Returns an exit status."""
    total, surprises = 0, []
    if '--mutations' in sys.argv:
        for title, choice in mutations:
            states, found = first_violation(make_model, instances, choice, expected)
            total += states
            print(f'{title}: {found or "NOT FOUND"} ({states:,} states)', flush=True)
            surprises += [] if found else [title]
    else:
        walks = [('protocol', rules, instance) for instance in instances]
        if alternative:
            walks += [('alternative', alternative[0], instance) for instance in alternative[1]]
        for title, choice, instance in walks:
            walk = walk_all(title, make_model(instance, choice), instance.name, expected)
            total += walk.states
            surprises += [f'{title}, {instance.name}: {name}' for name in walk.violations()]
    print(f'{total:,} states in all; surprises: {"; ".join(surprises) or "none"}; {time.process_time():.0f} s')
    return 1 if surprises else 0


def walk_all(title, model, name, expected):
    began = time.process_time()
    walk = Walk(model, expected).explore()
    print(f'{title} | {name}: {walk.states:,} states, {walk.steps:,} steps, {walk.resting:,} at rest, '
          f'{len(walk.violations())} violations, {time.process_time() - began:.0f} s', flush=True)
    for violation in walk.violations():
        print(f'  {violation}')
        print(''.join(f'    {label}\n' for label in walk.found[violation]), end='', flush=True)
    return walk


def first_violation(make_model, instances, choice, expected):
    """Looks into every instance a little before into any of them deeply: most mutations break something soon, somewhere."""
    states = 0
    for limit in LIMITS:
        for instance in instances:
            walk = Walk(make_model(instance, choice), expected, limit).explore(until_broken=True)
            states += walk.states
            if walk.violations():
                name = walk.violations()[0]
                return states, f'{name}; {instance.name}, {len(walk.found[name])} steps'
    return states, None
