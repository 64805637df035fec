#!/usr/bin/env python3
"""The purchase protocol, checked by walking every reachable state of small marketplaces. `ARCHITECTURE.md` tells the protocol.

    docs/model/purchase.py                the protocol, and harmless alternatives to some clauses: nothing may break
    docs/model/purchase.py --mutations    each rule left out, and each planted mistake: something must break

What is modelled. Each service has its own database; a change and its event commit together, so the events ever published
about an aggregate are its history of snapshots, and a message in flight is "a consumer has not applied version n". A consumer
may at any moment be given any version newer than its copy: that is reordering, loss, and the versions that a batch skips
because only the newest of an aggregate is handled. An older or equal version changes nothing, so duplicates need no step.
`NotReady` changes nothing and may be tried again for ever.

Batches. `tickets` handles the orders of a batch one after the other, and `payments` and `expiration` handle each order by
itself, so a batch equals single steps with nothing in between; if one of its events is not ready, it is run event by event,
which is the single steps again. `orders` stores all tickets, or all payments, of a batch before it decides anything: that is
a step of its own here.

A step that calls the gateway is cut into three: send (a sent request may reach the gateway at any later moment, also again,
under the same key), the gateway works, the answer is stored if the row still waits for it. A crash is the absence of the
next step; the tick is the same step taken later. Clocks: each order has a deadline d0, or d1 once extended; `orders` and
`expiration` pass them separately where an instance has skew.

What is checked: the invariants of `docs/invariants.md` whose names begin the messages below.
"""
import sys
from typing import NamedTuple

from purchase_invariants import EXPECTED, Model
from walk import run

# The clauses of the protocol. Leaving one out must break an invariant.
RULES = {
    'price-version': 'a line names the ticket\'s price version (raised by reprice and withdraw only), not its version; a ticket '
                     'that another order still has is NotReady, not refused',
    'one-open': 'at most one payment per order that is not declined; a second attempt only after a decline',
    'refund': 'payments voids what is authorized and refunds what is captured for an order that is over',
    'late-due': 'a due that comes before its own deadline on orders\' clock is NotReady, not ignored',
    'close': 'an undecided payment whose order is over is closed at the gateway: declined, unless it was authorized first',
    'refund-ends-sale': 'a refunded ticket is withdrawn, unless its capture failed',
    'ends-with-release': 'a ticket whose seller has left or whose show is cancelled is withdrawn when it is released',
    'publish-cancelled': 'every ticket of a cancelled show publishes the cancellation',
    'external': 'an order whose captured payment was refunded outside this program is refunded',
}
# Harmless changes, and the clauses that they replace.
ALTERNATIVES = {
    'not-ready': ('an authorization that comes before the tickets\' confirmation is NotReady instead of remembered', ()),
    'unnamed': ('a complete order does not name its payment; every authorized payment of it is captured', ()),
    'repeat-due': ('expiration says due again until it learns that the order is over or extended', ('late-due',)),
    'skip-refused': ('a refused hold is told to nobody: it lapses, nothing worse', ()),
}
MUTANTS = {
    'no-index': 'no unique index on live lines',
    'cancel-paid': 'a complete order can be cancelled by its buyer',
    'expire-paid': 'due expires a complete order',
    'release-any': 'an ended order releases whatever holds the ticket',
    'no-order-copy': 'tickets keeps no version of an order that it does not hold for',
    'pass-over': 'a ticket that another order still has is passed over instead of NotReady',
    'no-confirm': 'orders completes without the tickets\' confirmation',
    'edit-held': 'a held ticket can be repriced',
    'blind-write': 'the gateway\'s answer is stored without looking at the row',
    'void-undecided': 'a payment still undecided is called voided when its order ends',
    'fresh-key': 'a retried capture uses a new key, so the gateway captures again',
    'no-reconcile': 'nobody asks the gateway about an unknown payment',
    'void-is-void': 'a void refused because the money was captured is taken for a void',
}


class Instance(NamedTuple):
    """How big the marketplace is, and what may go wrong in it."""
    name: str
    lines: tuple          # per order: the tickets that it buys
    attempts: tuple       # per order: how many payments may be tried
    reprices: int = 1
    withdraw: bool = True
    cancel: bool = True   # buyers may cancel
    refund: bool = False  # a complete order may be refunded by its seller
    leave: bool = False   # the seller of ticket 0 may close the account
    cancel_show: bool = False
    unknown: bool = False  # the gateway may stay silent
    capture_fails: bool = True
    three_d: bool = False  # the gateway may ask the buyer to authenticate, and the buyer may never do it
    bank: bool = False    # the bank may drop an authorization, and money may be refunded in the gateway's dashboard
    crashes: bool = True  # the three parts of a gateway step may be torn apart; else they are one
    clocks: bool = False  # expiration and its own clock are modelled; else an order may expire at any moment


INSTANCES = [
    Instance('clocks', ((0,),), (1,), reprices=0, withdraw=False, clocks=True, capture_fails=False),
    Instance('holds: two buyers, two reprices', ((0,), (0,)), (0, 0), reprices=2),
    Instance('holds: the seller leaves or the show is cancelled', ((0,), (0,)), (0, 0), reprices=1, leave=True, cancel_show=True),
    Instance('two payments', ((0,),), (2,), reprices=0, withdraw=False, cancel=False, capture_fails=False),
    Instance('bank', ((0,),), (2,), reprices=0, withdraw=False, cancel=False, refund=True, bank=True, crashes=False, three_d=True),
    Instance('money', ((0,),), (1,), reprices=0, refund=True, unknown=True, three_d=True, withdraw=False),
    Instance('a sale and its refunds', ((0,), (0,)), (1, 0), reprices=0, withdraw=False, cancel=False, refund=True, leave=True, bank=True, crashes=False),
    Instance('a sale and a cancelled show', ((0,), (0,)), (1, 0), reprices=0, withdraw=False, cancel=False, refund=True, cancel_show=True, crashes=False),
    Instance('holds: three buyers', ((0,), (0,), (0,)), (0, 0, 0), reprices=1, withdraw=False),
    Instance('two buyers, a payment each', ((0,), (0,)), (1, 1), reprices=0, withdraw=False, cancel=False, crashes=False),
    Instance('two tickets in one order', ((0, 1), (1,)), (1, 0), reprices=0, cancel=False, leave=True, crashes=False, capture_fails=False),
]


def main():
    rules = frozenset(RULES)
    replaced = {clause for _, clauses in ALTERNATIVES.values() for clause in clauses}
    alternative = (rules - replaced | set(ALTERNATIVES), INSTANCES[:-2])
    # Either is enough for safety: one open payment, or an order that names the only payment that may be captured.
    mutations = [('without one-open, with unnamed', rules - {'one-open'} | {'unnamed'})]
    mutations += [(f'without {r}', rules - {r}) for r in RULES if r != 'one-open'] + [(f'with {m}', rules | {m}) for m in MUTANTS]
    return run(Model, INSTANCES, rules, mutations, alternative, {EXPECTED})


if __name__ == '__main__':
    sys.exit(main())
