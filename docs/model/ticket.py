#!/usr/bin/env python3
"""The life of a ticket after its sale, checked by walking every reachable state: resale, transfer, refunds, the door.
`docs/ticket-protocol.md` tells the protocol, `walk.py` how the walk argues.

    docs/model/ticket.py                the protocol: nothing may break
    docs/model/ticket.py --mutations    each rule left out: something must break

What is modelled. One pass: the right to one seat, with its owner and the generation of its code. The creator of the show owns
it first. Tickets are listings of the pass, each by its owner at that time; orders buy tickets as in `purchase.py`, whose
parts are simplified here: an order may expire at any moment, an authorization always succeeds, a gateway step and its record
are one, and payments knows each order at once. Messages are as there: a consumer may be given any version newer than its copy, so versions are skipped and
reordered; a crash is the absence of the next step. `tickets` changes pass, claims and tickets in one transaction: one step.

The door. A person shows the newest code that they ever had. A device decides with its own, perhaps old list, queues the scan
and sends it later, perhaps twice; `tickets` decides. Only the server's answer counts here: what a device without network
lets in is beyond any protocol.
"""
import sys
from typing import NamedTuple

from ticket_invariants import Model
from walk import run

RULES = {
    'one-claim': 'a pass has at most one live claim (listing, transfer, refund or admission): the unique index decides each race',
    'owner-at-capture': 'the pass changes hands when the order is complete and captured, not when it is complete',
    'raise-on-sale': 'a sale raises the generation',
    'raise-on-accept': 'an accepted transfer raises the generation',
    'raise-on-return': 'a refund that gives the pass back raises the generation',
    'return': 'a refund gives the pass back to the seller if the buyer has it by that sale',
    'moved-on': 'a refund leaves a pass alone that has moved on to another owner',
    'used': 'a refund leaves an admitted pass alone',
    'unwind': 'a pass that comes back to somebody whose own purchase is refunded goes on to that one\'s seller',
    'origin-ends-sale': 'a listing whose origin\'s sale is refunded ends when it is released, or at once if nobody holds it',
    'undo-unwinds': 'undoing an admission gives the pass back if the sale was refunded meanwhile',
    'refund-by-claim': 'a seller\'s refund is a claim in tickets, and orders follows; orders does not decide it on its replica',
    'door-waits': 'a pass that is held, sold but not captured, or being refunded is not admitted: the scan stays undecided',
    'door-ends-listing': 'admission ends a listing that nobody holds, and a pending transfer',
    'first-admission': 'an admitted pass is not admitted again',
    'generation-at-door': 'a code of an older generation is not admitted',
    'nonce': 'the answer to a scan is stored under its nonce: a repeated scan gets the same answer',
    'claim-ends': 'a listing that ends ends its claim in the same transaction',
    'accept-live': 'accepting ends a live transfer, or is refused',
    'capture-published': 'orders publishes a version when it learns that the payment is captured',
}


class Instance(NamedTuple):
    name: str
    orders: int            # each by another buyer, of any ticket
    tickets: int           # listings that may be made in all
    transfers: int = 0
    scans: int = 0         # how often a code may be shown, each time at another device
    refund: bool = False   # sellers refund sales
    external: bool = False  # money is refunded in the gateway's dashboard
    cancel_show: bool = False
    capture_fails: bool = False
    withdraw: bool = False
    undo: bool = False     # the door staff may undo an admission
    sold: bool = False     # the first ticket is sold to buyer 1 by order 0 at the start


INSTANCES = [
    Instance('door', orders=1, tickets=1, scans=2, refund=True, external=True, withdraw=True, undo=True, capture_fails=True),
    Instance('transfer and door', orders=1, tickets=2, transfers=2, scans=1, refund=True, withdraw=True, sold=True),
    Instance('resale and door', orders=2, tickets=2, scans=2, sold=True),
    Instance('resale, failed captures and refunds', orders=2, tickets=2, capture_fails=True, refund=True, withdraw=True),
    Instance('resale, transfer and refunds', orders=2, tickets=2, transfers=1, scans=1, refund=True, external=True, sold=True),
    Instance('cancelled show', orders=2, tickets=2, scans=1, refund=True, cancel_show=True, sold=True),
    Instance('refunds outside the program', orders=2, tickets=3, transfers=1, external=True, sold=True),
    Instance('chain of three', orders=3, tickets=3, external=True, sold=True),
]


def main():
    rules = frozenset(RULES)
    return run(Model, INSTANCES, rules, [(f'without {r}', rules - {r}) for r in RULES])


if __name__ == '__main__':
    sys.exit(main())
