### The user-visible texts in English. A test checks that all languages have the same messages.
### Money, seats and dates are formatted for the language before they are inserted.

## Dates, seats, numbers

weekday = { $number ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
month = { $number ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
date-and-time = { $weekday } { $day } { $month } { $year }, { $time }
day = { $day } { $month } { $year }
# As in "(Europe/Berlin time)".
time-zone = ({ $zone } time)
comma = { ", " }
seat-row = Row { $row }
seat-number = Seat { $number }
seat-anywhere = General admission
category = { $name ->
    [concert] Concert
    [festival] Festival
    [theatre] Theatre
    [comedy] Comedy
    [sport] Sport
    [exhibition] Exhibition
   *[other] Other
}

## Layout

brand = Ticketing
# What search engines show below the title.
description = Tickets from fans to fans: one price, all in, and held for you while you pay.
page-title = { $title } · { brand }
skip = Skip to the content
main-navigation = Main
nav-sell = Sell
nav-orders = My orders
nav-passes = My tickets
nav-sales = My sales
sign-out = Sign out
who-is-unclear = We cannot see who you are right now
sign-in = Sign in
sign-up = Sign up
create-an-account = Create an account
one-moment = One moment …
test-mode-footer = Test mode: no real money moves, and no real card works here.
language = Language
try-again = Try again
show-more = Show more
sell-tickets = Sell tickets
all-in = all in, no fees on top
total = Total
cancelled-show = This show is cancelled.
cancelled-show-money = Whoever bought tickets gets the money back.

## Errors

problem-not-found = There is nothing here
problem-not-found-words = The address is wrong, or what was here is gone.
problem-not-yours = This belongs to somebody else
problem-not-yours-words = Only whoever it belongs to can see it.
problem-signed-out = Sign in first
problem-signed-out-words = Only you can see this page, so we have to know that it is you.
problem-other = This did not work
all-shows = Look at all shows
go-back = Go back

error-failed = Something went wrong on our side. Nothing was lost, try again.
error-unavailable = This does not work at the moment, try again in a few seconds.
error-malformed = The request could not be read.
error-too-large = The request is too large.
error-signed-out = Sign in first.
signed-out-meanwhile = You were signed out meanwhile, here or in another tab.
sign-in-again = Sign in again
error-wrong-credentials = The e-mail address or the password is wrong.
error-link-invalid = This link was used before or is too old, ask for a new one.
error-email-unverified = Confirm your e-mail address first.
error-not-yours = This belongs to somebody else.
error-foreign-origin = The request did not come from this site.
error-not-found = There is nothing here.
error-not-allowed = This cannot be done here.
error-ticket-held = Somebody else is buying this ticket right now, it may be back in a minute.
error-held-by-you = You hold some of these tickets already. Pay for that order, or cancel it first.
error-ticket-sold = This ticket is sold.
error-ticket-withdrawn = This ticket is no longer for sale.
error-ticket-listed = This ticket is listed for sale. Withdraw it first.
error-ticket-passed-on = The buyer has passed this ticket on, so its sale cannot be undone.
error-refund-under-way = The money for this ticket is being given back.
error-transfer-pending = This ticket is offered to somebody already. Take it back first.
error-too-many-transfers = A ticket can be given away { $most } times.
error-ticket-used = This ticket has been used at the door.
error-own-ticket = This is your own ticket.
error-seat-yours = You have a ticket for this seat already: { $seat }.
error-seat-taken = Somebody else has a ticket for this seat already: { $seat }. If the seat is yours, write to the operator of this site.
error-price-changed = The price has changed, look at it again before you buy.
error-changed-meanwhile = The ticket has changed meanwhile, look at it again.
error-too-many-tickets = Nobody can hold more than { $most } tickets for one show.
error-mixed-shows = The tickets of one order are for one show.
error-show-cancelled = This show is cancelled.
error-show-begun = This show has begun already.
error-sold-together = This ticket was sold together with tickets of other sellers, so it cannot be given back alone.
error-not-sold = This ticket is not sold, there is no money to give back.
error-order-expired = The time to pay is over, the tickets are on sale again.
error-order-open = This order is still open.
error-order-paid = This order is paid already.
error-order-cancelled = This order was cancelled.
error-order-refunded = This order was refunded.
error-payment-under-way = A payment for this order is under way, wait for its answer.
error-key-reused = This request was sent before with other contents.
error-too-many-requests = Too many tries, wait { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.

declined-generic = The card was declined: ask your bank why, or try another card.
declined-insufficient-funds = The card was declined: there is not enough money on it, try another card.
declined-processing-error = The card was declined: something went wrong at the bank, try again.
declined-authentication-failed = The card was declined: your bank could not confirm that it is you, try again or try another card.
declined-closed = The payment was closed before your bank answered.

flaw-empty = This cannot be empty.
flaw-too-long = This has at most { $most } characters.
flaw-invisible-characters = This has characters that do not show.
flaw-no-email = An e-mail address looks like name@example.org.
flaw-short-password = A password has at least { $least } characters.
flaw-long-password = A password has at most { $most } characters.
flaw-common-password = Many people use this password, so it is among the first that are tried. Choose another one.
flaw-no-method = This is not a payment method that can be charged.
flaw-no-amount = An amount looks like 49.90.
flaw-unclear-amount = Did you mean { $first } or { $second }? Write the amount without a mark of thousands, with two decimals.
flaw-no-price = A price is more than zero.
flaw-off-step = A price is in steps of { $step }.
flaw-low-price = A price is at least { $least }: cards cannot be charged with less.
flaw-high-total = An order is at most { $most }: cards cannot be charged with more. Choose fewer tickets.
flaw-high-price = A price is at most { $most }.
flaw-above-cap = A ticket is resold for at most { $most }.
flaw-other-currency = Tickets for this show are paid in { $currency }.
flaw-no-choice = Choose one of the choices.
flaw-no-cursor = This list has no such page. Start at its beginning.
flaw-nothing-chosen = Choose at least one ticket.
flaw-together-beyond = Ask for 1 to { $most } seats together.
flaw-no-day = A day looks like 2026-12-05.
flaw-ends-before-it-begins = The last day is before the first.
flaw-no-time = A date and time look like 2026-12-05T20:00.
flaw-no-time-zone = A time zone is named like Europe/Berlin.
flaw-past = The show must be in the future.
flaw-far-future = The show must be within the next five years.
flaw-skipped-time = The clocks skip this time on that day.
flaw-ambiguous-time = The clocks go back, so they show { $time } twice on that day: first at UTC{ $earlier }, then at UTC{ $later }. Choose which one you mean.
flaw-backwards = { $first }–{ $last } runs backwards, write { $last }–{ $first }.
flaw-seat-count = List between 1 and { $most } seats at once.
flaw-repeated-seat = Seats { $first } and { $second } of your list are the same. List each seat once.

## All shows

home-title = Tickets from fans to fans
home-lead = Buying holds your tickets while you pay, and nobody else can take them. Prices are all in, with no fees on top.
search = Search
search-example = Artist, team, play, venue
city = City
kind = Kind
from = From
to = To
together = Together
sort = Sort
find-shows = Find shows
every-kind = Every kind
any-number = Any number
seats-count = { $count ->
    [one] one seat
   *[other] { $count } seats
}
sort-date = Soonest first
sort-price = Cheapest first
sort-newest = Newest first
no-show-fits = No show fits
no-show-fits-words = Try fewer words or another day, or sell tickets for it yourself.
recently-seen = Recently seen
# Before the lowest price of a show.
price-from = from
# In the preview of a link to a show.
tickets-from = tickets from { $price }
tickets-left = { $count ->
    [0] no tickets right now
    [one] 1 ticket
   *[other] { $count } tickets
}

## A show

no-tickets = No tickets right now
no-tickets-words = They appear here by themselves as soon as somebody lists one.
tickets = Tickets
prices-all-in = Prices are all in, with no fees on top.
sell-for-this-show = Sell tickets for this show
prices = Prices
price-lowest = Lowest
# The median price.
price-middle = Typical
price-highest = Highest
cheapest-together = Cheapest seats together
choose-together = Choose { $count } seats together
yours = Yours
face-value = face value { $price }
details = Details
details-of = Details of { $seat }
time-left = { $time } left
state-on-sale = On sale
state-held = Someone is paying
held-by-you = Held by you: pay now
to-your-order = To your order
state-sold = Sold
state-withdrawn = Withdrawn
choose-tickets = Choose tickets
hold-tickets = { $count ->
    [0] Hold tickets and pay
    [one] Hold 1 ticket and pay
   *[other] Hold { $count } tickets and pay
}
sign-in-to-hold = Sign in to hold these tickets.
you-announced = You announced this show
cancel-ask = All tickets are withdrawn, and every buyer gets the money back. This cannot be undone. Really?
cancel-yes = Yes, cancel the show
cancel-no = No, keep it
cancel-show = Cancel this show
cancellation = Cancellation
cancelled-nobody = Nobody had bought a ticket, so there is no money to give back.
cancelled-progress = { $done } of { $tickets } tickets taken back; buyers get their money back.
tickets-taken-back = Tickets taken back

## A card

card-section = Your card
card-ready = Ready
card-ready-words = You can pay with { $card } as soon as the tickets are held.
card-forget = Forget this card
card-first = Have the card ready before the clock starts
card-first-title = Card ready before the clock starts
card-first-words = Nothing is charged until you pay, and it is forgotten when you close this window.
card-use = Use this card
later = Later
card-entered = the card you entered
card-ending = the card ending { $digits }
test-mode = Test mode: no real money moves
card-number = Card number
card-unknown = This is test mode, use one of the test cards below.
test-card = Test card
test-cards = Test cards
test-card-outcome = { $card ->
    [pm_card_visa] succeeds
    [pm_card_chargeDeclined] is declined
    [pm_card_chargeDeclinedInsufficientFunds] is declined: insufficient funds
    [pm_card_chargeDeclinedProcessingError] fails with a processing error
    [pm_card_authenticationRequired] asks you to confirm that it is you
   *[pm_card_neverAnswers] never gets an answer
}
card-show-again = Show the card field again
card-field-failed = The card field could not be loaded: allow js.stripe.com in your browser, and try again.
card-in-browser = Cards are taken in the browser only, open this page there.

## An order

order = Your order
sign-in-for-order = Sign in to see your order.
order-held = Pay for your tickets
order-complete = The tickets are yours
order-expired = The time ran out
order-cancelled = Order cancelled
order-refunded = Order refunded
time-over = The time to pay is over.
time-short-pay = Less than 20 seconds left: pay now, then your bank has two more minutes.
time-short = Less than 20 seconds left.
time-minute = Less than a minute left.
time-held = The tickets are held for you.
clock-over = The time is over, we are looking what became of your order …
clock-extended = Your payment has begun, so the tickets are held a little longer.
clock-held = The tickets are held for you. If you do not pay in time they are on sale again.
give-back = Give the tickets back
pay = Pay { $total }
pay-with = Pay { $total } with { $card }
asking-bank = Asking your bank …
asking-bank-words = Asking your bank … You will not be charged twice.
bank-silent = Your bank has not answered yet. We are checking; you will not be charged twice.
bank-yes = Your bank said yes. The tickets are being made yours …
card-other = Use another card
card-needs-script = A real card needs script: its number goes to Stripe alone.
bank-may-ask = Your bank may ask: is it you?
bank-asks = Your bank asks: is it you?
bank-page = It asks on a page of its own, and brings you back here. The tickets are held for you meanwhile.
bank-go = Go to your bank
bank-here = In test mode this page stands for your bank’s.
it-is-me = Yes, it is me
no = No
ended-complete = You paid, and the tickets are yours. Have a good time!
ended-expired = You did not pay in time, so the tickets are on sale again. Nothing was charged.
ended-ticket-changed = The seller changed a ticket just before you held it, so the order was cancelled. Nothing was charged.
ended-show-cancelled = The show was cancelled before you paid. Nothing was charged.
refunded-show-cancelled = The show was cancelled.
refunded-by-seller = The seller took the tickets back.
refunded-given-back = The tickets are no longer yours.
refunded-by-bank = Your bank would not let us take the money after all. Nothing is charged, the tickets are on sale again.
ended-by-you = You gave the tickets back. Nothing was charged.
money-back = { $total } was given back.
money-on-its-way = Your money is on its way back.
look-at-show = Look at the show
same-tickets-again = Try for the same tickets again
other-tickets = Other tickets for this show
sign-in-for-orders = Sign in to see what you bought.
no-orders = You bought nothing yet

sign-in-for-passes = Sign in to see your tickets.
no-passes = You have no tickets with a code yet
show-code = Show code
pass-code = QR code for the door
pass-code-hint = Show this code at the door. It becomes invalid when the ticket gets another owner.
resell = Sell
resell-title = Sell this ticket
resell-hint = Your code stays valid until a buyer has paid. Then the buyer gets a new one, and yours is refused at the door.
resell-change = Change the price or withdraw
resell-cap = At most { $most }.
gift-title = Give this ticket away
gift-hint = The reader of this address gets a link. Your code stays valid until they accept.
gift-address = E-mail address of the recipient
gift-button = Give away
gift-pending = Offered to { $recipient }. Your code stays valid until they accept it.
gift-take-back = Take back
gift-for-you = A ticket for you
gift-sign-in = Sign in, or create an account with the address that the mail came to.
gift-unverified = Confirm your address first: open the link in the mail that we have sent you, then open this page again.
gift-gone = This gift is for another address than { $address }, or it was accepted or taken back.
gift-accept-hint = When you accept it, the ticket is yours, and the code of its giver becomes invalid.
gift-accept = Accept
pass-used = This ticket has been used: { $gate }
door-title = Door: { $title }
door-failed = The scanner could not be loaded. Connect to the network and load this page again.
door-admitted = Admitted
door-already-admitted = Already admitted
door-replaced = Replaced: the ticket has another owner now
door-other-show = A ticket for another show
door-unknown = Not a ticket
door-undecided = Being sold or refunded right now: try again in a minute
door-server-says = The server has decided otherwise
door-online = Online
door-offline = Offline: scans are sent later
door-refused = You may not check tickets of this show, or its link has ended
door-no-list = The list is loading
door-undo = Undo
door-undone = undone
door-gate = Name of this entrance
door-gate-default = Main entrance
door-start = Start
door-no-camera = The camera cannot be used. Use a scanner that types, or type the code.
door-type = Code (a scanner may type here)
door-admitted-count = Admitted:
door-here-count = Here:
door-waiting-count = To be sent:
door-helpers = Helpers
door-helpers-hint = Who has the link can check tickets until a day after the show begins. A new link ends the one before.
door-link = New link for helpers
door-link-label = Link for helpers
to-the-door = To the door
issue-here = These tickets are issued here
issue-here-hint = Each buyer gets a code for the door, and a resale makes the old code invalid. Leave it unchecked for tickets from elsewhere.
issued-here = Issued here: you get a new code, and all former ones are refused at the door.
tickets-arrive = Your tickets arrive in a moment: the bank is confirming the payment.
to-your-tickets = Show my tickets

find-a-show = Find a show
order-state-held = Waits for payment
order-state-complete = Paid
order-state-expired = Time ran out
order-state-cancelled = Cancelled
order-state-refunded = Refunded
tickets-count = { $count ->
    [one] 1 ticket
   *[other] { $count } tickets
}
pay-now = Pay now

## Selling

sign-in-to-sell = Sign in to sell your tickets: it is how buyers and their money find you.
which-show = Which show is it for?
find-show = Find a show
find = Find
find-nothing = No show fits. Announce it with the other form.
announce-title = Or announce a new show
show-title = Title
venue = Venue
country = Country
starts-at = Date and time at the venue
which-time = Which of the two times?
time-with-offset = { $time } (UTC{ $offset })
show-time-zone = Time zone of the venue
currency = Currency
announce = Announce show
sell-title = Sell tickets for { $show }
sell-cancelled = This show is cancelled, so no tickets can be sold for it.
section = Section (if any)
row = Row (if any)
seats = Seats (if numbered)
seats-hint = One or many, as in 12-15, 18, or pasted with their place, as in A 12-15. Leave it empty for one ticket without a seat.
preview = What buyers will read
price-of-each = Price of each in { $currency }
face-value-of-each = Face value of each (optional)
price-advice = Others ask from { $lowest } on, and { $middle } in the middle of { $count }. The cheapest are sold first.
list-tickets = { $count ->
    [0] List tickets
    [one] List 1 ticket
   *[other] List { $count } tickets
}
share-all = You get { $left } per ticket, the marketplace keeps nothing.
share-rest = You get { $left } per ticket, the marketplace keeps { $fee } ({ $kept }).
all-tickets = All tickets for this show
face-value-line = Face value { $price }
all-in-line = All in, no fees on top
edit-held = Someone is paying for this ticket right now, so it can be neither edited nor withdrawn.
edit-sold = This ticket is sold.
edit-withdrawn = You took this ticket off sale.
your-ticket = This is your ticket
look-again = Look again
price-in = Price in { $currency }
change-price = Change price
withdraw = Withdraw from sale
sign-in-for-sales = Sign in to see what you sell.
no-sales = You sell nothing yet
refund-ask = The buyer gets { $price } back and the ticket is withdrawn. Your other tickets of the same purchase go with it. Really?
refund-busy = Giving it back …
refund-yes = Yes, give it back
refund-no = No, keep the sale
refund = Give the money back
refund-of = Give the money back for { $seat }
earnings = Earnings
earnings-failed = We cannot show what you earned.
owed = Owed now
held-back = Held until after the show
on-its-way = On its way
paid-out = Paid out
payouts-unknown = We do not know yet where to send your money. It is kept for you until you say.
payouts-go-on = Go on with Stripe
payouts-say = Say where to send it
history = History
history-days = Days are those of UTC, here and in the file.
download = Download as CSV
movement = { $kind ->
    [sale] Sale
    [refund] Refund
    [payout] Payout
   *[payout_failed] Payout that could not be delivered
}
movement-price = price { $price }
movement-fee = fee { $fee }

## Signing in and up

new-here = New here?
one-account = One account buys and sells.
have-account = Have an account already?
email = E-mail address
password = Password
password-length = At least { $least } characters
password-uncommon = Not one of the passwords that many people use
password-show = Show
password-hide = Hide
forgot-password = Forgot your password?
create-account = Create account

## An account

account = Your account
sign-in-for-account = Sign in to see your account.
verified = Confirmed
unverified = Not confirmed yet
unverified-words = Confirm your e-mail address with the link that we sent to { $email }. Until then we send you no mail about your tickets.
unverified-listing = You can list tickets once it is confirmed.
send-link-again = Send the link again
link-sent = The link is on its way.
link-missing = If you cannot find the mail, look in your spam folder.
change-email = Change e-mail address
change-email-words = We send a link to the new address. It becomes yours here once you confirm it there.
new-email = New e-mail address
your-password = Your password
email-change-sent = We sent a link to the new address. Confirm it there.
change-password = Change password
change-password-words = You stay signed in here, and are signed out everywhere else.
current-password = Current password
new-password = New password
password-changed = Your password is changed.
wrong-password = This is not your password.
sessions = Where you are signed in
device = { $browser } on { $system }
device-unknown = Unknown device
this-device = This device
session-started = Signed in:
session-used = Last used:
end-session-of = Sign out { $device }
session-ended = That device is signed out.
end-other-sessions = Sign out everywhere else
other-sessions-ended = You are signed out everywhere else.
security-events = Recent activity
security-events-words = If you do not recognise something, change your password.
security-events-earlier = Earlier
security-event = { $kind ->
    [signed_up] Account created
    [signed_in] Signed in
    [sign_in_failed] Sign-in with a wrong password
    [email_verified] E-mail address confirmed
    [email_changed] E-mail address changed
    [password_changed] Password changed
    [password_reset_requested] Link for a new password asked for
    [password_reset] New password set with a link
   *[session_revoked] Signed out from another device
}
your-data = Your data
your-data-words = Everything that we keep about you, in one file.
download-data = Download my data
close-account = Close the account
close-account-ask = What happens then
close-account-words = This cannot be undone.
close-sessions = You are signed out everywhere, and your e-mail address and our mails to you are erased.
close-listings = Tickets that you have on sale are withdrawn.
close-orders = You no longer see your orders here. Keep what you need of them first.
close-money = Purchases, sales and payments stay in our books without your address. If money is still due to you, wait for it: afterwards you can no longer say where to send it.
close-account-yes = Close my account for good
account-closed = Your account is closed. Thank you for having been here.
verify-title = Confirm your e-mail address
verify-words = Press the button to confirm that the address is yours.
link-code = Code from the mail
verify-button = Confirm
verify-again = Your account page sends you a new one.
verified-title = E-mail address confirmed
verified-words = Thank you: the address is confirmed.
to-account = To your account
forgot-title = Forgot your password
forgot-words = We send you a link with which you can set a new one.
send-link = Send the link
forgot-sent = If the address belongs to an account and is confirmed, the link is on its way. It works for one hour.
back-to-sign-in = Back to signing in
reset-title = Set a new password
reset-words = You are then signed out everywhere, and sign in with the new password.
reset-button = Set password
reset-done-title = New password set
reset-done = Sign in with your new password.
ask-for-link = Ask for a new link

## Mails

mail-money = { $currency }{ $amount }
mail-decimal-separator = .
mail-group-separator = ,
# Amounts of at least so many digits before the decimal separator are grouped.
mail-grouped-from = 4
mail-order-complete-subject = Your tickets for { $title }
mail-order-complete = The tickets are yours.
mail-total = Total: { $amount }, all in
mail-order-link = Your order:
mail-capture-failed-subject = Your order for { $title } fell through
mail-capture-failed = Your bank would not let us take the money after all, so your order was undone. You are charged nothing.
mail-refund-subject = Your money back for { $title }
mail-refund-by-seller = The seller has taken these tickets back. Your money, { $amount }, is on its way back to you.
mail-refund-undone = Your order was undone. Your money, { $amount }, is on its way back to you.
mail-cancelled-subject = Cancelled: { $title }
mail-cancelled-refunded = We are sorry: this show was cancelled. Your money, { $amount }, is on its way back to you.
mail-cancelled-unpaid = We are sorry: this show was cancelled. You are charged nothing.
mail-cancelled-sold = This show was cancelled. The buyer of your tickets gets the money back.
mail-cancelled-unsold = This show was cancelled. Your tickets are not for sale any more.
mail-sold-subject = { $count ->
    [one] Sold: a ticket for { $title }
   *[other] Sold: { $count } tickets for { $title }
}
mail-sold = { $count ->
    [one] You have sold a ticket.
   *[other] You have sold { $count } tickets.
}
mail-sold-price = Price: { $amount }
mail-sales-link = Your sales:
mail-sale-undone-subject = Your sale for { $title } was undone
mail-sale-undone-by-bank = The buyer's bank would not let us take the money after all, so this sale was undone. The tickets are on sale again.
mail-sale-undone-by-refund = The buyer was given the money back, so this sale was undone. The tickets are not on sale again.
mail-gift-subject = A ticket for { $title }, for you
mail-gift = { $giver } gives you this ticket:
mail-gift-link = It becomes yours when you open this page and accept it. You sign in there, or create an account with this address:
mail-gift-ignore = If you do not want it, you need not do anything.
mail-declined-subject = Your payment did not go through
mail-declined = { $amount } could not be charged, and nothing was taken. { $reason }
mail-refunded-subject = You have { $amount } back
mail-refunded = We have given you { $amount } back. Your bank may need a few days to show it.
mail-verify-subject = Confirm your e-mail address
mail-verify = Open this page and press its button to confirm that this address is yours:
mail-code = If the page asks for a code, it is this one:
mail-ignore = If you did not ask for this, you need not do anything.
mail-registered-subject = You have an account already
mail-registered = Somebody tried to sign up with your address. If it was you: you have an account already. Sign in, or ask for a new password if you forgot yours:
mail-reset-subject = Your new password
mail-reset = On this page you can set a new password, once and within an hour:
mail-password-changed-subject = Your password was changed
mail-password-changed = The password of your account was changed, and all other devices were signed out. If this was not you, ask for a new password at once:
mail-email-changed-subject = Your e-mail address was changed
mail-email-changed = Your account has another e-mail address now, and this one gets no more mail. If this was not you, write to the operator of this site at once.

## Desktop window

window-no-server = The server does not answer
window-no-server-words = Look whether this computer is connected, and try again. Perhaps the server is being looked after; or it has another address by now.
window-other-server = Use another server
window-choose = Which server?
window-address = Address of the server
window-address-hint = As in a browser. Use https, unless the server is on your own network.
window-leads-elsewhere = The link that you opened leads to another server than yours. Go there only if you trust it.
window-signed-in = You stay signed in at each server that you used.
window-use = Use this server
window-keep = Stay here
window-nobody = No server answers at this address, look whether it is right.
window-not-started = The window could not be opened again, close it and start the program anew.
window-not-kept = The address could not be kept for the next start, look whether your disk is full.
window-address-shapeless = This is no address of a server, it begins with https:// or http:// and names a host.
window-address-secret = An address of a server has no name and no password in it.
window-address-rest = An address of a server ends with its host or port, leave out the rest.
menu-file = File
menu-edit = Edit
menu-view = View
menu-go = Go
menu-help = Help
menu-browser = Open This Page in the Browser
menu-server = Use Another Server …
menu-reload = Reload
menu-larger = Larger
menu-smaller = Smaller
menu-plain = Normal Size
menu-back = Back
menu-forward = Forward
menu-shows = Shows
menu-quit = Quit
