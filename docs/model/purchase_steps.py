"""The states and steps of the purchase protocol: what people, the bank and the services do. See `purchase.py`."""
from itertools import combinations, product
from typing import NamedTuple


class State(NamedTuple):
    tickets: tuple   # per ticket: history of (state, order, price, price version, show cancelled)
    ending: tuple    # per ticket: '' | 'left' | 'closed' (left, and not on sale then) | 'cancelled'
    handled: tuple     # per order: the version that `tickets` has applied
    orders: tuple    # per order: None | Order
    expiring: tuple  # per order: (version applied, deadlines said, clock)
    copies: tuple    # per order: the version that `payments` has applied
    payments: tuple  # per payment: None | Payment
    seen_t: tuple    # per ticket: the version that `orders` has applied
    seen_p: tuple    # per payment: the version that `orders` has applied
    reprices: int


class Order(NamedTuple):
    lines: tuple     # per line: (ticket, version, price version, price) as `orders` knew them when it was placed
    history: tuple   # of (state, deadline, payment, reason)
    due: int         # bit per deadline: a due about it was handled
    clock: int       # deadlines that have passed on orders' clock


class Payment(NamedTuple):
    history: str     # of s(tarted) u(nknown) a(uthorized) d(eclined) c(aptured) v(oided) r(efunded)
    sent: str        # requests that may still reach the gateway: A(uthorize) K(close) C(apture) V(oid) R(efund)
    gateway: str     # what it did: 3 (waits for the buyer), A/a authorized/declined, C/c captured/cannot, V/v voided/too late, R refunded


SALE, HELD, SOLD, GONE = 'on_sale', 'held', 'sold', 'withdrawn'
LIVE = ('held', 'complete')
OVER = ('expired', 'cancelled', 'refunded')


def put(tup, i, value):
    return tup[:i] + (value,) + tup[i + 1:]


class Steps:
    def __init__(self, instance, rules):
        self.i, self.rules = instance, frozenset(rules)
        self.slots = [(o, a) for o, n in enumerate(instance.attempts) for a in range(n)]
        self.of_order = [[p for p, (o, _) in enumerate(self.slots) if o == order] for order in range(len(instance.lines))]
        self.n_tickets = 1 + max(t for lines in instance.lines for t in lines)

    def on(self, rule):
        return rule in self.rules

    def start(self):
        n, t, p = len(self.i.lines), self.n_tickets, len(self.slots)
        return State(tickets=(((SALE, None, 10, 1, False),),) * t, ending=('',) * t, handled=(0,) * n, orders=(None,) * n,
                     expiring=((0, 0, 0),) * n, copies=(0,) * n, payments=(None,) * p, seen_t=(1,) * t, seen_p=(0,) * p, reprices=0)

    # --- people, the bank, the world ------------------------------------------------------------------------------

    def people(self, s):
        for o, lines in enumerate(self.i.lines):
            order = s.orders[o]
            if order is None:
                if (r := self.place(s, o, lines)) is not None:
                    yield f'buyer {o} places order {o}', r
                continue
            state = order.history[-1][0]
            if self.i.cancel and (state == 'held' or self.on('cancel-paid') and state == 'complete'):
                yield f'buyer {o} cancels order {o}', self.end(s, o, 'cancelled', 'buyer')
            if self.i.refund and state == 'complete':
                yield f'the seller refunds order {o}', self.end(s, o, 'refunded', 'seller')
            if s.copies[o] and order.history[s.copies[o] - 1][0] == 'held':
                for n, p in enumerate(self.of_order[o]):
                    if s.payments[p] is None:
                        before = s.payments[self.of_order[o][n - 1]] if n else None
                        if not n or not self.on('one-open') or before.history[-1] == 'd':
                            yield f'buyer {o} pays order {o}, attempt {n + 1}', s._replace(payments=put(s.payments, p, Payment('s', '', '')))
                        break
        for p, payment in enumerate(s.payments):
            if payment:
                yield from self.bank(s, p, payment)
        if self.i.leave and not s.ending[0]:
            yield 'the seller of ticket 0 closes the account', s._replace(ending=put(s.ending, 0, 'left'))
        if self.i.cancel_show and 'cancelled' not in s.ending:
            yield 'the show is cancelled', s._replace(ending=('cancelled',) * self.n_tickets)
        for t, history in enumerate(s.tickets):
            state, order, price, version, off = history[-1]
            if s.ending[t]:
                continue
            if state == SALE or self.on('edit-held') and state == HELD:
                if s.reprices < self.i.reprices:
                    r = self.change(s, t, state, order, 21 - price, version + 1)
                    yield f'seller reprices ticket {t}', r._replace(reprices=s.reprices + 1)
            if state == SALE and self.i.withdraw:
                yield f'seller withdraws ticket {t}', self.change(s, t, GONE, None, price, version + 1)

    def bank(self, s, p, payment):
        done = set(payment.gateway)

        def to(result):
            return s._replace(payments=put(s.payments, p, payment._replace(gateway=payment.gateway + result)))

        if '3' in done and not {'A', 'a'} & done:
            for result in 'Aa':
                yield f'buyer finishes 3-D Secure of payment {p}: {result}', to(result)
        if self.i.bank and 'A' in done and not {'C', 'V'} & done:
            yield f'the bank drops the authorization of payment {p}', to('V')
        if self.i.bank and 'C' in done and 'R' not in done:
            yield f'payment {p} is refunded in the dashboard', to('R')

    def place(self, s, o, lines):
        """The index decides; the price is the one that `orders` knows; a ticket known to be withdrawn is refused."""
        named = []
        for t in lines:
            version = s.seen_t[t]
            state, _, price, price_version, off = s.tickets[t][version - 1]
            taken = any(other and other.history[-1][0] in LIVE and any(line[0] == t for line in other.lines) for other in s.orders)
            if state == GONE or off or taken and not self.on('no-index'):
                return None
            named.append((t, version, price_version, price))
        return s._replace(orders=put(s.orders, o, Order(tuple(named), (('held', 0, None, ''),), 0, 0)))

    # --- the system -----------------------------------------------------------------------------------------------

    def system(self, s):
        for o, order in enumerate(s.orders):
            if order is None:
                continue
            newest = len(order.history)
            for v in range(s.handled[o] + 1, newest + 1):
                if (r := self.tickets_handle_order(s, o, v)) is not None:
                    yield f'tickets handles order {o} v{v} ({order.history[v - 1][0]})', r
            if self.on('no-order-copy'):
                for v in range(1, s.handled[o]):
                    if (r := self.tickets_handle_order(s, o, v)) is not None and r.tickets != s.tickets:
                        yield f'tickets handles again order {o} v{v} ({order.history[v - 1][0]})', r
            for v in range(s.copies[o] + 1, newest + 1 if self.of_order[o] else 0):  # nobody asks about the others
                yield f'payments handles order {o} v{v} ({order.history[v - 1][0]})', s._replace(copies=put(s.copies, o, v))
            yield from self.time(s, o, order)
        for t, (state, _, price, version, off) in enumerate(history[-1] for history in s.tickets):
            if s.ending[t] == 'left' and state != SALE:
                # The batches that withdraw what the seller had on sale end; a ticket that is released later needs a rule.
                yield f'ticket {t} of a seller who has left is not on sale', s._replace(ending=put(s.ending, t, 'closed'))
            elif state == SALE and (s.ending[t] == 'left' or s.ending[t] == 'cancelled' and not off):
                yield f'tickets withdraws ticket {t} ({s.ending[t]})', self.change(s, t, GONE, None, price, version + 1)
            elif s.ending[t] == 'cancelled' and not off and state != GONE and self.on('publish-cancelled'):
                yield f'ticket {t} publishes the cancellation', self.change(s, t, *s.tickets[t][-1][:4])
        yield from self.orders_handle(s)
        for p, payment in enumerate(s.payments):
            if payment:
                yield from self.money(s, p, payment)

    def change(self, s, t, state, order, price, version):
        """The ticket's next version. Each carries whether its show is cancelled."""
        after = (state, order, price, version, s.ending[t] == 'cancelled')
        return s._replace(tickets=put(s.tickets, t, s.tickets[t] + (after,)))

    def tickets_handle_order(self, s, o, v):
        """Hold, sell, release. None is NotReady: nothing happens, it comes again."""
        order = s.orders[o]
        state, _, _, reason = order.history[v - 1]
        for t, version, price_version, _ in order.lines:
            now, by, price, now_version, _ = s.tickets[t][-1]
            ends = bool(s.ending[t]) and self.on('ends-with-release')
            change = None
            if state == 'held' and by != o:
                if self.on('price-version'):
                    fits = now_version == price_version and not ends
                    if fits and by is not None and not self.on('pass-over'):
                        return None
                    fits &= now == SALE
                else:
                    fits = len(s.tickets[t]) == version and now == SALE
                if fits or self.on('no-index') and now == HELD:
                    change = (HELD, o, price, now_version)
            elif state == 'complete' and by == o and now == HELD:
                change = (SOLD, o, price, now_version)
            elif state in OVER and (by == o or self.on('release-any') and by is not None):
                undone = state == 'refunded' and reason != 'capture' and self.on('refund-ends-sale')
                change = (GONE, None, price, now_version + 1) if ends or undone else (SALE, None, price, now_version)
            if change:
                s = self.change(s, t, *change)
        return s._replace(handled=put(s.handled, o, max(v, s.handled[o])))

    def orders_handle(self, s):
        """Single events, and batches of two tickets or of two payments."""
        news_t = {t: range(s.seen_t[t] + 1, len(history) + 1) for t, history in enumerate(s.tickets)}
        news_p = {p: range(s.seen_p[p] + 1, len(payment.history) + 1) for p, payment in enumerate(s.payments) if payment}
        for news, what, handle in ((news_t, 'ticket', self.orders_handle_tickets), (news_p, 'payment', self.orders_handle_payments)):
            for size in (1, 2):
                for chosen in combinations([a for a in news if news[a]], size):
                    for versions in product(*(news[a] for a in chosen)):
                        batch = dict(zip(chosen, versions))
                        if (r := handle(s, batch)) is not None:
                            yield f'orders handles {what} ' + ' and '.join(f'{a} v{v}' for a, v in batch.items()), r

    def orders_handle_tickets(self, s, batch):
        for t, v in batch.items():
            s = s._replace(seen_t=put(s.seen_t, t, v))
        for o, order in enumerate(s.orders):
            if order and order.history[-1][0] in LIVE and any(line[0] in batch for line in order.lines):
                s = self.reevaluate(s, o)
        return s

    def orders_handle_payments(self, s, batch):
        for p, v in batch.items():
            o = self.slots[p][0]
            if (self.on('not-ready') and s.payments[p].history[v - 1] == 'a' and s.orders[o].history[-1][0] == 'held'
                    and not self.confirmed(s, o) and not self.on('no-confirm')):
                return None
            s = s._replace(seen_p=put(s.seen_p, p, v))
        for o in sorted({self.slots[p][0] for p in batch}):
            s = self.reevaluate(s, o)
        return s

    def reevaluate(self, s, o):
        """The order's next state from all that is known of its tickets and payments, whichever of them changed."""
        order = s.orders[o]
        state, deadline, paid_by, _ = order.history[-1]
        known = {p: s.payments[p].history[s.seen_p[p] - 1] for p in self.of_order[o] if s.seen_p[p]}
        copies = [(s.tickets[t][s.seen_t[t] - 1], version, price_version, s.seen_t[t]) for t, version, price_version, _ in order.lines]
        off = any(copy[4] for copy, _, _, _ in copies)
        if state == 'held':
            newer = [copy[1] != o and (copy[3] > price_version if self.on('price-version') else seen > version)
                     for copy, version, price_version, seen in copies]
            if off:
                return self.end(s, o, 'cancelled', 'show')
            if any(newer) and not self.on('skip-refused'):
                return self.end(s, o, 'cancelled', 'changed')
            authorized = [p for p, news in known.items() if news == 'a']
            if authorized and (self.confirmed(s, o) or self.on('no-confirm')):
                return self.end(s, o, 'complete', '', authorized[0])
            if not deadline and any(news != 'd' for news in known.values()):
                return s._replace(orders=put(s.orders, o, order._replace(history=order.history + (('held', 1, None, ''),))))
        elif state == 'complete':
            news = [known[p] for p in known if p == paid_by or self.on('unnamed')]
            if 'v' in news:
                return self.end(s, o, 'refunded', 'capture')
            if off:
                return self.end(s, o, 'refunded', 'show')
            if 'r' in news and self.on('external'):
                return self.end(s, o, 'refunded', 'external')
        return s

    def confirmed(self, s, o):
        return all(s.tickets[t][s.seen_t[t] - 1][1] == o for t, _, _, _ in s.orders[o].lines)

    def end(self, s, o, state, reason, payment=None):
        """One transition of an order. The deadlines of an order that is not held concern nobody: they are folded away."""
        order = s.orders[o]
        _, deadline, paid_by, _ = order.history[-1]
        snapshot = (state, deadline, paid_by if payment is None else payment, reason)
        s = s._replace(orders=put(s.orders, o, order._replace(history=order.history + (snapshot,), due=3, clock=2)))
        return s._replace(expiring=put(s.expiring, o, (9, 3, 2)))

    def time(self, s, o, order):
        """Deadlines, and the clocks. A deadline that has not passed on orders' clock expires nothing."""
        state, deadline = order.history[-1][:2]
        version, said, clock = s.expiring[o]
        unpaid = state == 'held'
        if not self.i.clocks:
            if unpaid or self.on('expire-paid') and state == 'complete':
                yield f'order {o} is due: expired', self.end(s, o, 'expired', '')
            return
        if state != 'held':
            return
        if order.clock <= deadline:
            yield f'deadline {order.clock} of order {o} passes for orders', s._replace(orders=put(s.orders, o, order._replace(clock=order.clock + 1)))
        if clock <= deadline:
            yield f'deadline {clock} of order {o} passes for expiration', s._replace(expiring=put(s.expiring, o, (version, said, clock + 1)))
        for v in range(version + 1, len(order.history) + 1):
            yield f'expiration handles order {o} v{v}', s._replace(expiring=put(s.expiring, o, (v, said, clock)))
        if version:
            known = order.history[version - 1]
            if known[0] == 'held' and clock > known[1] and not said >> known[1] & 1:
                yield f'expiration publishes that order {o} is due ({known[1]})', s._replace(expiring=put(s.expiring, o, (version, said | 1 << known[1], clock)))
        for d in (0, 1):
            if said >> d & 1 and not order.due >> d & 1:
                if order.clock > deadline and unpaid:
                    yield f'orders handles due ({d}) of order {o}: expired', self.end(s, o, 'expired', '')
                elif self.on('late-due') and d == deadline or self.on('repeat-due'):
                    pass  # NotReady, or said again: nothing changes now
                else:
                    yield f'orders handles due ({d}) of order {o}: ignored', s._replace(orders=put(s.orders, o, order._replace(due=order.due | 1 << d)))

    def money(self, s, p, payment):
        """Send, the gateway works, store the answer."""
        o = self.slots[p][0]
        order = s.orders[o]
        known, _, paid_by, _ = order.history[s.copies[o] - 1]
        row, history, sent, answer = payment.history[-1], payment.history, payment.sent, payment.gateway
        lost = known in OVER or known == 'complete' and paid_by != p and not self.on('unnamed')

        def to(**change):
            return s._replace(payments=put(s.payments, p, payment._replace(**change)))

        wanted = ''
        if row == 's' or row == 'u' and not self.on('no-reconcile'):
            wanted = 'K' if lost and self.on('close') else 'A'
        elif row == 'a' and lost and (self.on('refund') or known != 'refunded'):
            wanted = 'V'
        elif row == 'a' and known == 'complete':
            wanted = 'C'
        elif row == 'c' and lost and self.on('refund'):
            wanted = 'R'
        if wanted and not self.i.crashes:
            for result in self.gateway(wanted, answer) or answer[-1:]:
                after = self.written(row, result, answer)
                if after is not None:
                    done = '' if result in answer else result
                    yield f'payments asks {wanted} for payment {p}: {result}', to(gateway=answer + done, history=history + after)
        else:
            if wanted and wanted not in sent:
                yield f'payments sends {wanted} of payment {p}', to(sent=sent + wanted)
            if row == 's' and 'A' in sent and self.i.unknown:
                yield f'payment {p}: no answer, unknown', to(history=history + 'u')
            for request in sent:
                for result in self.gateway(request, answer):
                    yield f'gateway answers {result} to {request} of payment {p}', to(gateway=answer + result)
        if self.on('void-undecided') and row in 'su' and known in ('expired', 'cancelled'):
            yield f'payment {p}: undecided, called voided', to(history=history + 'v')
        for result in answer if self.i.crashes else set(answer) & {'V', 'R'}:
            if (after := self.written(row, result, answer)) is not None:
                yield f'payments stores {result} of payment {p}: {after}', to(history=history + after)

    def gateway(self, request, answer):
        """A key that was answered is answered the same again, so only the first answer changes anything."""
        undecided = not {'A', 'a'} & set(answer)
        if request == 'A' and undecided and '3' not in answer:
            return 'Aa3' if self.i.three_d else 'Aa'
        if request == 'K' and undecided:
            return 'a'
        if request == 'C' and self.on('fresh-key') and answer.count('C') == 1 and 'R' not in answer:
            return 'C'
        if request == 'C' and not {'C', 'c'} & set(answer):
            return 'c' if 'V' in answer else 'Cc' if self.i.capture_fails else 'C'
        if request == 'V' and not {'V', 'v'} & set(answer):
            return 'v' if 'C' in answer else 'V'
        if request == 'R' and 'C' in answer and 'R' not in answer:
            return 'R'
        return ''

    def written(self, row, result, answer):
        if result in 'Aa' and (row in 's' or row == 'u' and not self.on('no-reconcile') or self.on('blind-write') and row == 'v' and result == 'A'):
            return {'A': 'a', 'a': 'd'}[result]
        if row == 'a':
            late = 'v' if self.on('void-is-void') else 'c'
            return {'C': 'c', 'c': 'v', 'V': 'v', 'v': late}.get(result)
        if row == 'c' and result == 'R':
            return 'r'
        return None
