"""What must hold in the purchase protocol: the invariants of `docs/invariants.md`. See `purchase.py`."""
from purchase_steps import GONE, HELD, LIVE, SALE, SOLD, Steps

# I4 read to the letter fails between what happens to the money and the order's refund, since orders learns of it later.
EXPECTED = 'I4 (to the letter) complete while its payment is voided or refunded'
LEGAL = {('held', 'held'), ('held', 'complete'), ('held', 'expired'), ('held', 'cancelled'), ('complete', 'refunded')}
LEGAL_PAYMENT = {'su', 'sa', 'sd', 'ua', 'ud', 'ac', 'av', 'cr', 'sv', 'uv'}  # the last two are judged by their effect (I5)


class Model(Steps):
    def step(self, before, after):
        return ()

    def always(self, s):
        for t, history in enumerate(s.tickets):
            live = [o for o, order in enumerate(s.orders) if order and order.history[-1][0] in LIVE and any(line[0] == t for line in order.lines)]
            if len(live) > 1:
                yield 'I1 two live orders for one ticket'
            if sum(s.orders[o].history[-1][0] == 'complete' for o in live) > 1:
                yield 'I2 a ticket is sold twice'
            for before, after in zip(history, history[1:]):
                if before[0] in (HELD, SOLD) and after[0] != GONE and before[2:4] != after[2:4]:
                    yield 'I14 a held or sold ticket is edited'
                if before[0] == GONE and after[0] != GONE:
                    yield 'I2 a withdrawn ticket came back'
                if before[0] in (HELD, SOLD) and after[0] in (HELD, SOLD) and before[1] != after[1]:
                    yield 'I14 a held or sold ticket changes hands without a release'
                if before[0] in (HELD, SOLD) and after[0] == SALE and self.kept(s, before[1]):
                    yield 'I2 a ticket that was sold and paid is on sale again'
            state, by, price = history[-1][:3]
            if by is not None and any(line[0] == t and line[3] != price for line in s.orders[by].lines):
                yield 'I13 a ticket is held or sold at another price than the order\'s'
        for o, order in enumerate(s.orders):
            if order is not None:
                yield from self.order_always(s, o, order)

    def kept(self, s, o):
        """Whether the order was refunded although its payment was or could be captured."""
        return s.orders[o].history[-1][0] == 'refunded' and s.orders[o].history[-1][3] != 'capture'

    def order_always(self, s, o, order):
        state, _, _, reason = order.history[-1]
        for before, after in zip(order.history, order.history[1:]):
            if (before[0], after[0]) not in LEGAL:
                yield f'I7 an order went {before[0]} -> {after[0]}'
        if state in LIVE and any(s.tickets[t][-1][1] != o and any(h[1] == o for h in s.tickets[t]) for t, _, _, _ in order.lines):
            yield 'I14 a live order lost a ticket that was held for it'
        for p in self.of_order[o]:
            if s.payments[p] and not all(a + b in LEGAL_PAYMENT for a, b in zip(s.payments[p].history, s.payments[p].history[1:])):
                yield f'I7 a payment went {" -> ".join(s.payments[p].history)}'
        if state == 'complete':
            if any(s.tickets[t][-1][1] != o for t, _, _, _ in order.lines):
                yield 'I14 a complete order\'s ticket is not its own'
            if not any(s.payments[p] and 'A' in s.payments[p].gateway for p in self.of_order[o]):
                yield 'I4 complete without any authorization'
            elif not any(s.payments[p] and s.payments[p].history[-1] in 'ac' for p in self.of_order[o]):
                yield EXPECTED
        untouched = not any(s.ending[t] for t, _, _, _ in order.lines)
        if untouched and state == 'held' and s.handled[o] and any(
                s.tickets[t][-1][3] == version and all(h[1] != o for h in s.tickets[t]) for t, _, version, _ in order.lines):
            yield 'I1 a hold is passed over although its seller changed nothing'
        if reason == 'changed' and all(s.tickets[t][-1][3] == version for t, _, version, _ in order.lines):
            yield 'I14 an order is cancelled as "changed" although its seller changed nothing'
        taken = [p for p in self.of_order[o] if s.payments[p] and 'C' in s.payments[p].gateway]
        if sum(s.payments[p].gateway.count('C') for p in taken) > 1:
            yield 'I3 charged twice for one order'
        if taken and all(snapshot[0] != 'complete' for snapshot in order.history):
            yield 'I3 charged for an order that never completed'

    def rest(self, s):
        captured = refunded = owed = 0
        for o, order in enumerate(s.orders):
            if order is None:
                continue
            state = order.history[-1][0]
            total = sum(price for _, _, _, price in order.lines)
            if state == 'held':
                yield 'I8 an order stays held past its deadline'
            if s.handled[o] < len(order.history) or (self.of_order[o] and s.copies[o] < len(order.history)):
                yield 'I12 a copy of an order is behind'
            kept = 0
            for p in self.of_order[o]:
                payment = s.payments[p]
                if payment is None:
                    continue
                if payment.history[-1] in 'sua':
                    yield f'live: a payment stays {dict(s="started", u="unknown", a="authorized")[payment.history[-1]]}'
                if s.seen_p[p] < len(payment.history):
                    yield 'I12 orders\' copy of a payment is behind'
                g = payment.gateway
                if 'A' in g and state != 'complete' and not set('VRc') & set(g):
                    yield 'I5 money stays authorized or taken for an order that did not complete'
                if set('vV') & set(payment.history) and 'A' in g and not set('VcR') & set(g):
                    yield 'I5 a payment called voided still binds the buyer\'s money'
                captured, refunded = captured + total * g.count('C'), refunded + total * g.count('R')
                kept += g.count('C') - g.count('R')
                if 'C' in g and state == 'refunded' and 'R' not in g:
                    yield 'I3 a refunded order\'s money was not given back'
            if state == 'complete':
                owed += total
                if kept != 1:
                    yield f'I3 a complete order has {kept} captured payments'
                if any(s.tickets[t][-1][:2] != (SOLD, o) for t, _, _, _ in order.lines):
                    yield 'live: a complete order\'s ticket is not sold to it'
                if any(s.ending[t] == 'cancelled' for t, _, _, _ in order.lines):
                    yield 'I12 an order for a cancelled show stays complete'
        if captured != refunded + owed:
            yield 'I6 captured is not refunded + complete'
        for t, history in enumerate(s.tickets):
            if s.seen_t[t] < len(history):
                yield 'I12 orders\' copy of a ticket is behind'
            state, by = history[-1][:2]
            if state == HELD or by is not None and s.orders[by].history[-1][0] not in LIVE:
                yield 'live: a ticket stays held or sold for an order that is over'
            if state == SALE and s.ending[t]:
                yield 'I12 a ticket of a cancelled show or of a seller who has left is on sale'

    def measure(self, s):
        return (sum(len(h) for h in s.tickets) + sum(s.handled) + sum(s.copies) + sum(s.seen_t) + sum(s.seen_p)
                + s.ending.count('closed') + sum(len(o.history) * 3 + o.due.bit_count() + o.clock for o in s.orders if o)
                + sum(v + said.bit_count() + clock for v, said, clock in s.expiring)
                + sum(len(p.history) + len(p.sent) + len(p.gateway) for p in s.payments if p))
