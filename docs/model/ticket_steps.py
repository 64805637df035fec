"""The states and steps of a ticket after its sale: what people, the door and the services do. See `ticket.py`."""
from typing import NamedTuple

SALE, HELD, SOLD, GONE = 'on_sale', 'held', 'sold', 'withdrawn'
OVER = ('expired', 'cancelled', 'refunded')
LIVE = ('held', 'complete')
CREATOR = 0


class Ticket(NamedTuple):
    seller: int
    origin: int | None     # the ticket by which the seller had bought the pass
    history: tuple         # of (state, order, price version, refund requested, show cancelled)
    captured: bool = False  # the pass has moved to the buyer
    undone: bool = False   # the sale is refunded


class Order(NamedTuple):
    ticket: int
    price_version: int
    history: tuple         # of (state, captured, reason)
    payment: str = ''      # a(uthorized) c(aptured) v(oided) r(efunded)
    seen_payment: int = 0  # the version that orders has applied
    handled: int = 0         # the version that tickets has applied


class Scan(NamedTuple):
    person: int
    generation: int
    answers: tuple         # what the server has answered, in order


class Pass(NamedTuple):
    owners: tuple          # per generation that changed: (generation, owner); the last is the present one
    title: int | None      # the ticket by which the owner or, after a transfer, the giver bought it


class State(NamedTuple):
    pass_: Pass
    claims: tuple          # live claims: ('listing', ticket) ('transfer', person) ('refund', ticket) ('admission', scan)
    tickets: tuple
    seen: tuple            # per ticket: the version that orders has applied
    orders: tuple          # per order: None | Order
    transfers: int
    accepting: tuple       # people who were offered the pass and may still press accept
    scans: tuple
    cancelled: bool
    undone: int


def put(tup, i, value):
    return tup[:i] + (value,) + tup[i + 1:]


class Steps:
    def __init__(self, instance, rules):
        self.i, self.rules = instance, frozenset(rules)

    def on(self, rule):
        return rule in self.rules

    def start(self):
        first = Ticket(CREATOR, None, ((SALE, None, 1, False, False),))
        if not self.i.sold:
            return State(Pass(((1, CREATOR),), None), (('listing', 0),), (first,), (1,), (None,) * self.i.orders, 0, (), (), False, 0)
        history = tuple((state, order, 1, False, False) for state, order in ((SALE, None), (HELD, 0), (SOLD, 0)))
        bought = Order(0, 1, (('held', False, ''), ('complete', False, ''), ('complete', True, '')), 'ac', 2, 3)
        return State(Pass(((1, CREATOR), (2, 1)), 0), (), (Ticket(CREATOR, None, history, True),), (3,),
                     (bought,) + (None,) * (self.i.orders - 1), 0, (), (), False, 0)

    # --- what tickets does in one transaction ---------------------------------------------------------------------

    def owner(self, s):
        return s.pass_.owners[-1][1]

    def generation(self, s):
        return s.pass_.owners[-1][0]

    def change(self, s, t, **fields):
        """The ticket's next version."""
        ticket = s.tickets[t]
        state, order, version, refund, _ = ticket.history[-1]
        after = (fields.get('state', state), fields.get('order', order), version + fields.get('raised', 0), fields.get('refund', refund), s.cancelled)
        return s._replace(tickets=put(s.tickets, t, ticket._replace(history=ticket.history + (after,))))

    def end_claim(self, s, *claim):
        return s._replace(claims=tuple(c for c in s.claims if c != claim))

    def end_listing(self, s, t):
        """A listing that nobody holds is withdrawn, with a new price version, so that a hold on its way finds it changed."""
        s = self.change(s, t, state=GONE, order=None, raised=1)
        return self.end_claim(s, 'listing', t) if self.on('claim-ends') else s

    def give(self, s, person, title, rule):
        generation = self.generation(s) + self.on(rule)
        return s._replace(pass_=Pass(s.pass_.owners + ((generation, person),), title))

    def free(self, s, *allowed):
        """Whether no live claim but of these kinds stands in the way. The index decides, not a check."""
        return not self.on('one-claim') or all(claim[0] in allowed for claim in s.claims)

    def claim(self, s, kind):
        return next((claim[1] for claim in s.claims if claim[0] == kind), None)

    def unwind(self, s):
        """While the sale by which the owner has the pass is refunded, its seller gets the pass back."""
        while (t := s.pass_.title) is not None and s.tickets[t].undone:
            ticket = s.tickets[t]
            if self.buyer(s, t) != self.owner(s) and self.on('moved-on'):
                return s
            if self.claim(s, 'admission') is not None and self.on('used'):
                return s
            listing = self.claim(s, 'listing')
            if listing is not None and s.tickets[listing].history[-1][0] != SALE and self.on('moved-on'):
                return s  # its buyer may get the pass; otherwise the listing's end comes back here
            if listing is not None:
                s = self.end_listing(s, listing)
            s = s._replace(claims=tuple(c for c in s.claims if c[0] not in ('transfer', 'refund')))
            s = self.give(s, ticket.seller, ticket.origin, 'raise-on-return')
            if not self.on('unwind'):
                return s
        return s

    def buyer(self, s, t):
        """Who bought this ticket: a column of the ticket, kept after a refund."""
        return next((o + 1 for o, order in enumerate(s.orders) if order and order.ticket == t
                     and any(h[0] == 'complete' for h in order.history)), None)

    # --- people -----------------------------------------------------------------------------------------------------

    def people(self, s):
        owner = self.owner(s)
        for o, order in enumerate(s.orders):
            if order is None and (o == 0 or s.orders[o - 1] is not None):
                for t in range(len(s.tickets)):
                    if (r := self.place(s, o, t)) is not None:
                        yield f'buyer {o + 1} places order {o} of ticket {t}', r
            elif order and order.history[-1][0] == 'held' and not order.payment:
                yield f'buyer {o + 1} pays order {o}', self.order(s, o, payment='a')
            elif order and self.i.external and order.payment == 'ac':
                yield f'order {o} is refunded in the dashboard', self.order(s, o, payment='acr')
        if not s.cancelled:
            yield from self.owner_acts(s, owner)
            yield from self.sellers_act(s)
            if self.i.cancel_show:
                yield 'the show is cancelled', s._replace(cancelled=True)
        if len(s.scans) < self.i.scans:
            for person in sorted({p for _, p in s.pass_.owners}):
                newest = max(g for g, p in s.pass_.owners if p == person)
                yield f'person {person} shows code {newest} at the door', s._replace(scans=s.scans + (Scan(person, newest, ()),))
        admitted = self.claim(s, 'admission')
        if self.i.undo and admitted is not None and not s.undone:
            r = self.end_claim(s, 'admission', admitted)._replace(undone=1)
            yield 'the door staff undo the admission', self.unwind(r) if self.on('undo-unwinds') else r

    def owner_acts(self, s, owner):
        offered = self.claim(s, 'transfer')
        if self.free(s) and len(s.tickets) < self.i.tickets:
            t = len(s.tickets)
            r = s._replace(tickets=s.tickets + (Ticket(owner, s.pass_.title, ((SALE, None, 1, False, False),)),),
                           seen=s.seen + (0,), claims=s.claims + (('listing', t),))
            yield f'owner {owner} lists the pass as ticket {t}', r
        if self.free(s) and s.transfers < self.i.transfers:
            to = 10 + s.transfers
            r = s._replace(claims=s.claims + (('transfer', to),), transfers=s.transfers + 1, accepting=s.accepting + (to,))
            yield f'owner {owner} offers the pass to {to}', r
        if offered is not None:
            yield f'owner {owner} takes the offer to {offered} back', self.end_claim(s, 'transfer', offered)
        for to in s.accepting:
            if offered == to or not self.on('accept-live'):
                r = self.give(self.end_claim(s, 'transfer', to), to, s.pass_.title, 'raise-on-accept')
                yield f'{to} accepts the pass', r._replace(accepting=tuple(p for p in s.accepting if p != to))

    def sellers_act(self, s):
        for t, ticket in enumerate(s.tickets):
            state, o, _, refund, _ = ticket.history[-1]
            if self.i.withdraw and state == SALE and ('listing', t) in s.claims:
                yield f'seller {ticket.seller} withdraws ticket {t}', self.end_listing(s, t)
            if not self.i.refund or state != SOLD:
                continue
            if not self.on('refund-by-claim'):
                order = s.orders[o]
                if order.history[-1][0] == 'complete':
                    yield f'seller {ticket.seller} refunds order {o}', self.next_order(s, o, 'refunded', 'seller')
            elif ticket.captured and not refund and self.free(s) and self.owner(s) == self.buyer(s, t) and s.pass_.title == t:
                r = self.change(s, t, refund=True)
                yield f'seller {ticket.seller} refunds ticket {t}', r._replace(claims=r.claims + (('refund', t),))

    def place(self, s, o, t):
        """The index on live lines decides; the buyer is not the seller; a ticket known to be withdrawn is refused."""
        if not s.seen[t] or s.tickets[t].seller == o + 1:
            return None
        state, _, version, _, off = s.tickets[t].history[s.seen[t] - 1]
        if state == GONE or off or any(order and order.ticket == t and order.history[-1][0] in LIVE for order in s.orders):
            return None
        return s._replace(orders=put(s.orders, o, Order(t, version, (('held', False, ''),))))

    # --- the system -----------------------------------------------------------------------------------------------

    def order(self, s, o, **fields):
        return s._replace(orders=put(s.orders, o, s.orders[o]._replace(**fields)))

    def next_order(self, s, o, state, reason='', captured=None):
        order = s.orders[o]
        captured = order.history[-1][1] if captured is None else captured
        return self.order(s, o, history=order.history + ((state, captured, reason),))

    def system(self, s):
        for o, order in enumerate(s.orders):
            if order is None:
                continue
            if order.history[-1][0] == 'held':
                yield f'order {o} expires', self.next_order(s, o, 'expired')
            for v in range(order.handled + 1, len(order.history) + 1):
                if (r := self.tickets_handle(s, o, v)) is not None:
                    yield f'tickets handles order {o} v{v} ({order.history[v - 1][0]})', r
            for v in range(order.seen_payment + 1, len(order.payment) + 1):
                yield f'orders handles payment {o} v{v} ({order.payment[v - 1]})', self.reevaluate(self.order(s, o, seen_payment=v), o)
            yield from self.money(s, o, order)
        for t, ticket in enumerate(s.tickets):
            for v in range(s.seen[t] + 1, len(ticket.history) + 1):
                yield f'orders handles ticket {t} v{v} ({ticket.history[v - 1][0]})', self.orders_handle_ticket(s, t, v)
            if s.cancelled and not ticket.history[-1][4] and ticket.history[-1][0] != GONE:
                ended = ticket.history[-1][0] == SALE
                yield f'ticket {t} publishes the cancellation', self.end_listing(s, t) if ended else self.change(s, t)
        for n, scan in enumerate(s.scans):
            if len(scan.answers) < 2 and not s.cancelled and (r := self.admit(s, n)) is not None:
                yield f'device {n} sends its scan', r

    def money(self, s, o, order):
        known = order.history[-1][0]
        if order.payment == 'a' and known == 'complete':
            for result in 'cv' if self.i.capture_fails else 'c':
                yield f'capture of order {o}: {result}', self.order(s, o, payment='a' + result)
        elif order.payment == 'a' and known in OVER:
            yield f'payment of order {o} is voided', self.order(s, o, payment='av')
        elif order.payment == 'ac' and known in OVER:
            yield f'payment of order {o} is refunded', self.order(s, o, payment='acr')

    def orders_handle_ticket(self, s, t, v):
        s = s._replace(seen=put(s.seen, t, v))
        for o, order in enumerate(s.orders):
            if order and order.ticket == t and order.history[-1][0] in LIVE:
                s = self.reevaluate(s, o)
        return s

    def reevaluate(self, s, o):
        order = s.orders[o]
        state, captured, _ = order.history[-1]
        seen = s.seen[order.ticket]
        _, by, version, refund, off = s.tickets[order.ticket].history[seen - 1]
        payment = order.payment[order.seen_payment - 1] if order.seen_payment else ''
        if state == 'held':
            if off or by != o and version > order.price_version:
                return self.next_order(s, o, 'cancelled', 'show' if off else 'changed')
            if payment == 'a' and by == o:
                return self.next_order(s, o, 'complete')
        elif state == 'complete':
            if payment == 'v':
                return self.next_order(s, o, 'refunded', 'capture')
            if off:
                return self.next_order(s, o, 'refunded', 'show')
            if payment == 'r':
                return self.next_order(s, o, 'refunded', 'external')
            if refund and by == o:
                return self.next_order(s, o, 'refunded', 'seller')
            if payment == 'c' and not captured and self.on('capture-published'):
                return self.next_order(s, o, 'complete', captured=True)
        return s

    def tickets_handle(self, s, o, v):
        """Hold, sell, hand over, release. None is NotReady."""
        order = s.orders[o]
        state, captured, reason = order.history[v - 1]
        t = order.ticket
        now, by, version, _, _ = s.tickets[t].history[-1]
        s = self.order(s, o, handled=v)
        if state == 'held' and by != o:
            if version != order.price_version or self.ends(s, t):
                return s
            if by is not None:
                return None
            return self.change(s, t, state=HELD, order=o) if now == SALE else s
        if state == 'complete' and by == o:
            if now == HELD:
                s = self.change(s, t, state=SOLD)
            if (captured or not self.on('owner-at-capture')) and not s.tickets[t].captured:
                s = s._replace(tickets=put(s.tickets, t, s.tickets[t]._replace(captured=True)))
                s = self.end_claim(s, 'listing', t) if self.on('claim-ends') else s
                s = self.give(s, o + 1, t, 'raise-on-sale')
        elif state in OVER and by == o:
            s = self.release(s, t, state == 'refunded' and reason != 'capture')
        return s

    def ends(self, s, t):
        """Whether the ticket is withdrawn when it is released."""
        origin = s.tickets[t].origin
        refunded = origin is not None and s.tickets[origin].undone and s.tickets[t].seller == self.buyer(s, origin)
        return s.cancelled or refunded and self.on('origin-ends-sale')

    def release(self, s, t, undone):
        s = self.end_claim(s, 'refund', t)
        ticket = s.tickets[t]
        if not ticket.captured:
            if undone or self.ends(s, t):
                return self.unwind(self.end_listing(s, t))
            return self.change(s, t, state=SALE, order=None)
        s = self.change(s, t, state=GONE, order=None, raised=1)
        s = s._replace(tickets=put(s.tickets, t, s.tickets[t]._replace(undone=True)))
        if not self.on('moved-on'):
            return self.give(s, ticket.seller, ticket.origin, 'raise-on-return')
        return self.unwind(s) if self.on('return') else s

    def admit(self, s, n):
        """The server's answer to a queued scan; None if it stays undecided."""
        scan = s.scans[n]
        if scan.answers and self.on('nonce'):
            return self.answered(s, n, scan.answers[0])
        if scan.generation != self.generation(s) and self.on('generation-at-door'):
            return self.answered(s, n, 'replaced')
        if self.claim(s, 'admission') is not None and self.on('first-admission'):
            return self.answered(s, n, 'already_admitted')
        listing, transfer = self.claim(s, 'listing'), self.claim(s, 'transfer')
        taken = listing is not None and s.tickets[listing].history[-1][0] in (HELD, SOLD)
        if (taken or self.claim(s, 'refund') is not None) and self.on('door-waits'):
            return None
        if self.on('door-ends-listing'):
            if listing is not None and not taken:
                s = self.end_listing(s, listing)
            if transfer is not None:
                s = self.end_claim(s, 'transfer', transfer)
        s = s._replace(claims=s.claims + (('admission', n),))
        return self.answered(s, n, 'admitted')

    def answered(self, s, n, answer):
        scan = s.scans[n]
        return s._replace(scans=put(s.scans, n, scan._replace(answers=scan.answers + (answer,))))
