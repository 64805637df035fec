"""What must hold for a ticket after its sale: the invariants of `docs/invariants.md`, and I19 to I21. See `ticket.py`."""
from ticket_steps import GONE, HELD, LIVE, SALE, SOLD, Steps


class Model(Steps):
    def step(self, before, after):
        (old, new) = (before.pass_.owners, after.pass_.owners)
        if old != new and self.claim(before, 'admission') is not None and self.claim(after, 'admission') is not None:
            yield 'I20 an admitted pass changes hands'
        if self.claim(before, 'admission') is None and self.claim(after, 'admission') is not None:
            scan = after.scans[self.claim(after, 'admission')]
            if scan.generation != new[-1][0]:
                yield 'I19 a code of an older generation is admitted'
            if scan.person != new[-1][1]:
                yield 'I19 somebody is admitted who is not the present owner'
            t = after.pass_.title
            o = next((o for o, order in enumerate(after.orders) if order and order.ticket == t and t is not None
                      and order.history[-1][0] != 'expired' and any(h[0] == 'complete' for h in order.history)), None)
            if o is not None and 'c' not in after.orders[o].payment:
                yield 'I3 somebody is admitted on a sale that is not paid'
        if old != new:
            yield from self.handover(before, after)

    def handover(self, before, after):
        """Only a paid sale by the owner, an accepted transfer, or the refund of the owner's purchase takes a pass away."""
        giver, taker = before.pass_.owners[-1][1], after.pass_.owners[len(before.pass_.owners)][1]
        sold = any(ticket.seller == giver and order and order.ticket == t and o + 1 == taker and 'c' in order.payment
                   for t, ticket in enumerate(before.tickets) for o, order in enumerate(before.orders))
        given = ('transfer', taker) in before.claims
        own = [o for o, order in enumerate(after.orders) if order and o + 1 == giver and order.history[-1][0] == 'refunded']
        if not (sold or given or own):
            yield 'I14 an owner lost the pass without having sold, given or been refunded it'

    def always(self, s):
        generation, owner = s.pass_.owners[-1]
        if any(g == generation and p != owner for g, p in s.pass_.owners):
            yield 'I19 a former owner\'s code is still valid'
        kinds = [claim[0] for claim in s.claims]
        if len(s.claims) > 1 and 'admission' in kinds:
            yield f'I20 an admitted pass also has a live {min(kind for kind in kinds if kind != "admission") if set(kinds) != {"admission"} else "admission"}'
        elif len(s.claims) > 1:
            yield f'I21 a pass has two live claims: {" and ".join(sorted(kinds))}'
        if sum(scan.answers[:1] == ('admitted',) for scan in s.scans) > 1 + s.undone:
            yield 'I20 a pass is admitted twice'
        if any(len(set(scan.answers)) > 1 for scan in s.scans):
            yield 'I10 a repeated scan is answered differently'
        for o, order in enumerate(s.orders):
            by_seller = order and order.history[-1][2] == 'seller' and order.handled < len(order.history)
            if by_seller and s.tickets[order.ticket].captured and (self.claim(s, 'admission') is not None or self.owner(s) != o + 1):
                yield 'I20 a sale is refunded by its seller after the buyer has used the ticket or passed it on'
        live = [order.ticket for order in s.orders if order and order.history[-1][0] in LIVE]
        if len(live) > len(set(live)):
            yield 'I1 two live orders for one ticket'
        listed = [t for t, ticket in enumerate(s.tickets) if ticket.history[-1][0] in (SALE, HELD) or ticket.history[-1][0] == SOLD and not ticket.captured]
        if len(listed) > 1:
            yield 'I21 a seat has two tickets on sale'
        if listed and self.claim(s, 'admission') is not None:
            yield 'I20 an admitted pass is on sale'
        for ticket in s.tickets:
            for before, after in zip(ticket.history, ticket.history[1:]):
                if before[0] == GONE and after[0] != GONE:
                    yield 'I2 a withdrawn ticket came back'
                if before[0] == SOLD and after[0] == SALE and 'c' in s.orders[before[1]].payment:
                    yield 'I2 a sold ticket is on sale again'
        for o, order in enumerate(s.orders):
            if order and order.history[-1][0] in LIVE and s.tickets[order.ticket].history[-1][1] != o and any(
                    h[1] == o for h in s.tickets[order.ticket].history):
                yield 'I14 a live order lost its ticket'
        if any(claim[0] == 'admission' and s.tickets[t].history[-1][3] and self.owner(s) == self.buyer(s, t)
               for claim in s.claims for t in range(len(s.tickets)) if s.tickets[t].history[-1][0] == SOLD):
            yield 'I20 an admitted pass is being refunded by its seller'

    def rest(self, s):
        for o, order in enumerate(s.orders):
            if order is None:
                continue
            state = order.history[-1][0]
            ticket = s.tickets[order.ticket]
            if order.handled < len(order.history):
                yield 'I12 a copy of an order is behind'
            if state == 'held' or order.payment == 'a':
                yield 'live: an order stays held, or a payment authorized'
            if state == 'complete':
                if order.payment != 'ac':
                    yield 'I4 a complete order is not paid'
                if ticket.history[-1][:2] != (SOLD, o):
                    yield 'I14 a complete order\'s ticket is not sold to it'
                if all(p != o + 1 for _, p in s.pass_.owners):
                    yield 'I3 a complete order\'s buyer never got the pass'
                if s.cancelled:
                    yield 'I12 an order for a cancelled show stays complete'
            elif order.payment == 'ac':
                yield 'I3 an order that is over keeps the money'
            mine = self.owner(s) == o + 1 and s.pass_.title == order.ticket
            if state != 'complete' and mine and self.claim(s, 'admission') is None:
                yield 'I19 a refunded buyer still owns the pass'
            if state == 'refunded' and s.tickets[order.ticket].undone and self.claim(s, 'admission') is None and any(
                    t.history[-1][0] == SALE and t.origin == order.ticket and t.seller == o + 1 for t in s.tickets):
                yield 'I2 a refunded buyer still offers the pass for sale'
        for t, ticket in enumerate(s.tickets):
            state = ticket.history[-1][0]
            if s.seen[t] < len(ticket.history):
                yield 'I12 orders\' copy of a ticket is behind'
            if state == HELD or state == SOLD and not ticket.captured:
                yield 'live: a ticket stays held or not handed over'
            if (state == SALE) != (('listing', t) in s.claims):
                yield 'I21 a listing and its claim differ'
            if state == SALE and ticket.seller != self.owner(s):
                yield 'I2 somebody sells a pass that is not theirs'
        if self.claim(s, 'refund') is not None:
            yield 'live: a refund is never carried out'
        if not s.cancelled and any(not scan.answers for scan in s.scans):
            yield 'live: a scan is never decided'

    def measure(self, s):
        total = sum(len(t.history) + t.captured + t.undone for t in s.tickets) + sum(s.seen) + len(s.pass_.owners)
        total += sum(3 * len(o.history) + len(o.payment) + o.seen_payment + o.handled for o in s.orders if o)
        return total + sum(len(scan.answers) for scan in s.scans)
