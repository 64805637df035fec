### The user-visible texts in German. A test checks that all languages have the same messages.
### Money, seats and dates are formatted for the language before they are inserted.

## Dates, seats, numbers

weekday = { $number ->
    [1] Mo.
    [2] Di.
    [3] Mi.
    [4] Do.
    [5] Fr.
    [6] Sa.
   *[7] So.
}
month = { $number ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
}
date-and-time = { $weekday }, { $day }. { $month } { $year }, { $time }
day = { $day }. { $month } { $year }
# As in "(Europe/Berlin time)".
time-zone = (Zeitzone { $zone })
# Same as in English.
comma = { ", " }
seat-row = Reihe { $row }
seat-number = Platz { $number }
seat-anywhere = Freie Platzwahl
category = { $name ->
    [concert] Konzert
    [festival] Festival
    [theatre] Theater
    [comedy] Comedy
    [sport] Sport
    [exhibition] Ausstellung
   *[other] Sonstiges
}

## Layout

# Same as in English.
brand = Ticketing
# What search engines show below the title.
description = Tickets von Fans für Fans: ein Endpreis, und sie bleiben für dich reserviert, während du bezahlst.
# Same as in English.
page-title = { $title } · { brand }
skip = Zum Inhalt springen
main-navigation = Hauptmenü
nav-sell = Verkaufen
nav-orders = Meine Bestellungen
nav-passes = Meine Tickets
nav-sales = Meine Verkäufe
sign-out = Abmelden
who-is-unclear = Wir können gerade nicht sehen, wer du bist
sign-in = Anmelden
sign-up = Registrieren
create-an-account = Konto erstellen
one-moment = Einen Moment …
test-mode-footer = Testmodus: Es fließt kein echtes Geld, und echte Karten funktionieren hier nicht.
language = Sprache
try-again = Erneut versuchen
show-more = Mehr anzeigen
sell-tickets = Tickets verkaufen
all-in = Endpreis, ohne weitere Gebühren
total = Gesamt
cancelled-show = Diese Veranstaltung ist abgesagt.
cancelled-show-money = Wer Tickets gekauft hat, bekommt das Geld zurück.

## Errors

problem-not-found = Hier ist nichts
problem-not-found-words = Die Adresse stimmt nicht, oder was hier war, gibt es nicht mehr.
problem-not-yours = Das gehört jemand anderem
problem-not-yours-words = Das kann nur sehen, wem es gehört.
problem-signed-out = Melde dich zuerst an
problem-signed-out-words = Nur du kannst diese Seite sehen, deshalb müssen wir wissen, dass du es bist.
problem-other = Das hat nicht geklappt
all-shows = Alle Veranstaltungen ansehen
go-back = Zurück

error-failed = Bei uns ist etwas schiefgegangen. Es ging nichts verloren, versuch es noch einmal.
error-unavailable = Das geht gerade nicht, versuch es in ein paar Sekunden noch einmal.
error-malformed = Die Anfrage war nicht lesbar.
error-too-large = Die Anfrage ist zu groß.
error-signed-out = Melde dich zuerst an.
signed-out-meanwhile = Du wurdest inzwischen abgemeldet, hier oder in einem anderen Tab.
sign-in-again = Melde dich wieder an
error-wrong-credentials = Die E-Mail-Adresse oder das Passwort stimmt nicht.
error-link-invalid = Dieser Link wurde schon verwendet oder ist zu alt, fordere einen neuen an.
error-email-unverified = Bestätige zuerst deine E-Mail-Adresse.
error-not-yours = Das gehört jemand anderem.
error-foreign-origin = Die Anfrage kam nicht von dieser Website.
error-not-found = Hier ist nichts.
error-not-allowed = Das geht hier nicht.
error-ticket-held = Dieses Ticket kauft gerade jemand anderes, vielleicht ist es in einer Minute wieder da.
error-held-by-you = Du hast einige dieser Tickets schon reserviert. Bezahle zuerst diese Bestellung, oder storniere sie.
error-ticket-sold = Dieses Ticket ist verkauft.
error-ticket-withdrawn = Dieses Ticket ist nicht mehr im Verkauf.
error-ticket-listed = Dieses Ticket steht zum Verkauf. Zieh es erst zurück.
error-ticket-passed-on = Der Käufer hat dieses Ticket weitergegeben, darum lässt sich der Verkauf nicht rückgängig machen.
error-refund-under-way = Das Geld für dieses Ticket wird gerade zurückgegeben.
error-transfer-pending = Dieses Ticket ist schon jemandem angeboten. Nimm es erst zurück.
error-too-many-transfers = Ein Ticket kann { $most }-mal verschenkt werden.
error-ticket-used = Dieses Ticket wurde am Einlass benutzt.
error-own-ticket = Das ist dein eigenes Ticket.
error-seat-yours = Du hast schon ein Ticket für diesen Platz: { $seat }.
error-seat-taken = Jemand anderes hat schon ein Ticket für diesen Platz: { $seat }. Wenn der Platz dir gehört, schreib dem Betreiber dieser Website.
error-price-changed = Der Preis hat sich geändert, sieh ihn dir vor dem Kauf noch einmal an.
error-changed-meanwhile = Das Ticket hat sich inzwischen geändert, sieh es dir noch einmal an.
error-too-many-tickets = Pro Person gibt es höchstens { $most } Tickets für eine Veranstaltung.
error-mixed-shows = Alle Tickets einer Bestellung müssen für dieselbe Veranstaltung sein.
error-show-cancelled = Diese Veranstaltung ist abgesagt.
error-show-begun = Diese Veranstaltung hat schon begonnen.
error-sold-together = Dieses Ticket wurde zusammen mit Tickets von anderen verkauft und kann deshalb nicht einzeln zurückgegeben werden.
error-not-sold = Dieses Ticket ist nicht verkauft, es gibt kein Geld zu erstatten.
error-order-expired = Die Zeit zum Bezahlen ist abgelaufen, die Tickets sind wieder im Verkauf.
error-order-open = Diese Bestellung ist noch offen.
error-order-paid = Diese Bestellung ist schon bezahlt.
error-order-cancelled = Diese Bestellung wurde storniert.
error-order-refunded = Diese Bestellung wurde erstattet.
error-payment-under-way = Für diese Bestellung läuft schon eine Zahlung, warte die Antwort ab.
error-key-reused = Diese Anfrage wurde schon einmal mit anderem Inhalt gesendet.
error-too-many-requests = Zu viele Versuche, warte { $seconds ->
    [one] eine Sekunde
   *[other] { $seconds } Sekunden
}.

declined-generic = Die Karte wurde abgelehnt: Frag deine Bank nach dem Grund oder versuch es mit einer anderen Karte.
declined-insufficient-funds = Die Karte wurde abgelehnt: Sie ist nicht ausreichend gedeckt, versuch es mit einer anderen.
declined-processing-error = Die Karte wurde abgelehnt: Bei der Bank ist etwas schiefgegangen, versuch es noch einmal.
declined-authentication-failed = Die Karte wurde abgelehnt: Deine Bank konnte nicht bestätigen, dass du es bist. Versuch es noch einmal oder mit einer anderen Karte.
declined-closed = Die Zahlung wurde beendet, bevor deine Bank geantwortet hat.

flaw-empty = Das darf nicht leer sein.
flaw-too-long = Das darf höchstens { $most } Zeichen haben.
flaw-invisible-characters = Das enthält unsichtbare Zeichen.
flaw-no-email = Eine E-Mail-Adresse sieht so aus: name@example.org.
flaw-short-password = Ein Passwort hat mindestens { $least } Zeichen.
flaw-long-password = Ein Passwort hat höchstens { $most } Zeichen.
flaw-common-password = Viele Leute verwenden dieses Passwort, deshalb wird es als Erstes ausprobiert. Wähle ein anderes.
flaw-no-method = Mit diesem Zahlungsmittel kann nicht bezahlt werden.
flaw-no-amount = Ein Betrag sieht so aus: 49,90.
flaw-unclear-amount = Meinst du { $first } oder { $second }? Schreib den Betrag ohne Tausendertrennzeichen und mit zwei Nachkommastellen.
flaw-no-price = Ein Preis ist größer als null.
flaw-off-step = Preise gehen in Schritten von { $step }.
flaw-low-price = Ein Preis beträgt mindestens { $least }: Karten können nicht mit weniger belastet werden.
flaw-high-total = Eine Bestellung beträgt höchstens { $most }: Karten können nicht mit mehr belastet werden. Wähle weniger Tickets.
flaw-high-price = Ein Preis beträgt höchstens { $most }.
flaw-above-cap = Ein Ticket wird für höchstens { $most } weiterverkauft.
flaw-other-currency = Tickets für diese Veranstaltung werden in { $currency } bezahlt.
flaw-no-choice = Wähle eine der Möglichkeiten.
flaw-no-cursor = Diese Liste hat keine solche Seite. Fang am Anfang an.
flaw-nothing-chosen = Wähle mindestens ein Ticket.
flaw-together-beyond = Such nach 1 bis { $most } Plätzen nebeneinander.
flaw-no-day = Ein Datum sieht so aus: 2026-12-05.
flaw-ends-before-it-begins = Der letzte Tag liegt vor dem ersten.
flaw-no-time = Datum und Uhrzeit sehen so aus: 2026-12-05T20:00.
flaw-no-time-zone = Eine Zeitzone heißt zum Beispiel Europe/Berlin.
flaw-past = Die Veranstaltung muss in der Zukunft liegen.
flaw-far-future = Die Veranstaltung muss in den nächsten fünf Jahren stattfinden.
flaw-skipped-time = Diese Uhrzeit gibt es an dem Tag wegen der Zeitumstellung nicht.
flaw-ambiguous-time = Die Uhren werden zurückgestellt und zeigen an diesem Tag zweimal { $time }: zuerst bei UTC{ $earlier }, dann bei UTC{ $later }. Wähle, welche Zeit du meinst.
flaw-backwards = { $first }–{ $last } läuft rückwärts, schreib { $last }–{ $first }.
flaw-seat-count = Biete 1 bis { $most } Plätze auf einmal an.
flaw-repeated-seat = Die Plätze { $first } und { $second } deiner Liste sind derselbe. Gib jeden Platz nur einmal an.

## All shows

home-title = Tickets von Fans für Fans
home-lead = Während du bezahlst, sind deine Tickets für dich reserviert, und niemand kann sie dir wegnehmen. Alle Preise sind Endpreise, ohne weitere Gebühren.
search = Suche
search-example = Act, Team, Stück, Veranstaltungsort
city = Stadt
kind = Kategorie
from = Von
to = Bis
together = Nebeneinander
sort = Sortierung
find-shows = Veranstaltungen finden
every-kind = Alle Kategorien
any-number = Beliebig viele
seats-count = { $count ->
    [one] ein Platz
   *[other] { $count } Plätze
}
sort-date = Früheste zuerst
sort-price = Günstigste zuerst
sort-newest = Neueste zuerst
no-show-fits = Keine passende Veranstaltung
no-show-fits-words = Versuch es mit weniger Wörtern oder einem anderen Tag, oder verkauf selbst Tickets dafür.
recently-seen = Zuletzt angesehen
# Before the lowest price of a show.
price-from = ab
# In the preview of a link to a show.
tickets-from = Tickets ab { $price }
tickets-left = { $count ->
    [0] gerade keine Tickets
    [one] 1 Ticket
   *[other] { $count } Tickets
}

## A show

no-tickets = Gerade keine Tickets
no-tickets-words = Sie erscheinen hier von selbst, sobald jemand welche anbietet.
# Same as in English.
tickets = Tickets
prices-all-in = Alle Preise sind Endpreise, ohne weitere Gebühren.
sell-for-this-show = Tickets für diese Veranstaltung verkaufen
prices = Preise
price-lowest = Niedrigster
# The median price.
price-middle = Üblich
price-highest = Höchster
cheapest-together = Günstigste Plätze nebeneinander
choose-together = { $count } Plätze nebeneinander wählen
yours = Deins
face-value = Originalpreis { $price }
# Same as in English.
details = Details
details-of = Details zu { $seat }
time-left = noch { $time }
state-on-sale = Im Verkauf
state-held = Wird gerade bezahlt
held-by-you = Von dir reserviert: jetzt bezahlen
to-your-order = Zu deiner Bestellung
state-sold = Verkauft
state-withdrawn = Zurückgezogen
choose-tickets = Tickets auswählen
hold-tickets = { $count ->
    [0] Tickets reservieren und bezahlen
    [one] 1 Ticket reservieren und bezahlen
   *[other] { $count } Tickets reservieren und bezahlen
}
sign-in-to-hold = Melde dich an, um diese Tickets zu reservieren.
you-announced = Du hast diese Veranstaltung angelegt
cancel-ask = Alle Tickets werden zurückgezogen, und wer gekauft hat, bekommt das Geld zurück. Das lässt sich nicht rückgängig machen. Wirklich absagen?
cancel-yes = Ja, Veranstaltung absagen
cancel-no = Nein, nicht absagen
cancel-show = Diese Veranstaltung absagen
cancellation = Absage
cancelled-nobody = Niemand hatte ein Ticket gekauft, es gibt also kein Geld zu erstatten.
cancelled-progress = { $done } von { $tickets } Tickets zurückgenommen; das Geld wird erstattet.
tickets-taken-back = Zurückgenommene Tickets

## A card

card-section = Deine Karte
card-ready = Bereit
card-ready-words = Du kannst mit { $card } bezahlen, sobald die Tickets reserviert sind.
card-forget = Diese Karte vergessen
card-first = Karte bereithalten, bevor die Zeit läuft
card-first-title = Karte bereit, bevor die Zeit läuft
card-first-words = Abgebucht wird erst, wenn du bezahlst, und die Karte ist vergessen, sobald du dieses Fenster schließt.
card-use = Diese Karte verwenden
later = Später
card-entered = der eingegebenen Karte
card-ending = der auf { $digits } endenden Karte
test-mode = Testmodus: Es fließt kein echtes Geld
card-number = Kartennummer
card-unknown = Das ist der Testmodus, verwende eine der Testkarten unten.
test-card = Testkarte
test-cards = Testkarten
test-card-outcome = { $card ->
    [pm_card_visa] wird akzeptiert
    [pm_card_chargeDeclined] wird abgelehnt
    [pm_card_chargeDeclinedInsufficientFunds] wird abgelehnt: nicht genug Guthaben
    [pm_card_chargeDeclinedProcessingError] scheitert an einem Verarbeitungsfehler
    [pm_card_authenticationRequired] fragt nach, ob du es bist
   *[pm_card_neverAnswers] bekommt nie eine Antwort
}
card-show-again = Kartenfeld wieder anzeigen
card-field-failed = Das Kartenfeld konnte nicht geladen werden: Erlaube js.stripe.com in deinem Browser und versuch es noch einmal.
card-in-browser = Mit Karte bezahlst du nur im Browser, öffne diese Seite dort.

## An order

order = Deine Bestellung
sign-in-for-order = Melde dich an, um deine Bestellung zu sehen.
order-held = Bezahl deine Tickets
order-complete = Die Tickets gehören dir
order-expired = Die Zeit ist abgelaufen
order-cancelled = Bestellung storniert
order-refunded = Bestellung erstattet
time-over = Die Zeit zum Bezahlen ist abgelaufen.
time-short-pay = Weniger als 20 Sekunden übrig: Bezahl jetzt, dann hat deine Bank noch zwei Minuten Zeit.
time-short = Weniger als 20 Sekunden übrig.
time-minute = Weniger als eine Minute übrig.
time-held = Die Tickets sind für dich reserviert.
clock-over = Die Zeit ist abgelaufen, wir sehen nach, was aus deiner Bestellung geworden ist …
clock-extended = Deine Zahlung läuft, deshalb bleiben die Tickets noch etwas länger reserviert.
clock-held = Die Tickets sind für dich reserviert. Bezahlst du nicht rechtzeitig, kommen sie wieder in den Verkauf.
give-back = Tickets zurückgeben
pay = { $total } bezahlen
pay-with = { $total } mit { $card } bezahlen
asking-bank = Wir fragen deine Bank …
asking-bank-words = Wir fragen deine Bank … Es wird nicht doppelt abgebucht.
bank-silent = Deine Bank hat noch nicht geantwortet. Wir fragen nach; es wird nicht doppelt abgebucht.
bank-yes = Deine Bank hat zugestimmt. Gleich gehören die Tickets dir …
card-other = Andere Karte verwenden
card-needs-script = Für eine echte Karte muss JavaScript an sein: Die Nummer geht nur an Stripe.
bank-may-ask = Deine Bank fragt vielleicht: Bist du es?
bank-asks = Deine Bank fragt: Bist du es?
bank-page = Sie fragt auf ihrer eigenen Seite und bringt dich dann hierher zurück. Die Tickets bleiben so lange für dich reserviert.
bank-go = Zu deiner Bank
bank-here = Im Testmodus steht diese Seite für die deiner Bank.
it-is-me = Ja, ich bin es
no = Nein
ended-complete = Du hast bezahlt, und die Tickets gehören dir. Viel Spaß!
ended-expired = Du hast nicht rechtzeitig bezahlt, deshalb sind die Tickets wieder im Verkauf. Es wurde nichts abgebucht.
ended-ticket-changed = Ein Ticket wurde geändert, kurz bevor du es reserviert hast, deshalb wurde die Bestellung storniert. Es wurde nichts abgebucht.
ended-show-cancelled = Die Veranstaltung wurde abgesagt, bevor du bezahlt hast. Es wurde nichts abgebucht.
refunded-show-cancelled = Die Veranstaltung wurde abgesagt.
refunded-by-seller = Wer die Tickets verkauft hat, hat sie zurückgenommen.
refunded-given-back = Die Tickets gehören nicht mehr dir.
refunded-by-bank = Deine Bank hat die Abbuchung dann doch nicht zugelassen. Es wird nichts abgebucht, die Tickets sind wieder im Verkauf.
ended-by-you = Du hast die Tickets zurückgegeben. Es wurde nichts abgebucht.
money-back = Wir haben dir { $total } erstattet.
money-on-its-way = Dein Geld ist auf dem Weg zurück zu dir.
look-at-show = Veranstaltung ansehen
same-tickets-again = Dieselben Tickets noch einmal versuchen
other-tickets = Andere Tickets für diese Veranstaltung
sign-in-for-orders = Melde dich an, um deine Käufe zu sehen.
no-orders = Du hast noch nichts gekauft

sign-in-for-passes = Melde dich an, um deine Tickets zu sehen.
no-passes = Du hast noch keine Tickets mit Code
show-code = Code zeigen
pass-code = QR-Code für den Einlass
pass-code-hint = Zeige diesen Code am Einlass. Er wird ungültig, wenn das Ticket den Besitzer wechselt.
resell = Verkaufen
resell-title = Dieses Ticket verkaufen
resell-hint = Dein Code gilt, bis jemand bezahlt hat. Dann bekommt der Käufer einen neuen, und deiner wird am Einlass abgelehnt.
resell-change = Preis ändern oder zurückziehen
resell-cap = Höchstens { $most }.
gift-title = Dieses Ticket verschenken
gift-hint = Wer diese Adresse liest, bekommt einen Link. Dein Code gilt, bis das Ticket angenommen ist.
gift-address = E-Mail-Adresse der Person
gift-button = Verschenken
gift-pending = Angeboten an { $recipient }. Dein Code gilt, bis es angenommen ist.
gift-take-back = Zurücknehmen
gift-for-you = Ein Ticket für dich
gift-sign-in = Melde dich an oder lege ein Konto mit der Adresse an, an die die Mail kam.
gift-unverified = Bestätige zuerst deine Adresse: Öffne den Link in der Mail von uns und dann diese Seite noch einmal.
gift-gone = Dieses Geschenk ist für eine andere Adresse als { $address }, oder es wurde schon angenommen oder zurückgenommen.
gift-accept-hint = Wenn du annimmst, gehört das Ticket dir, und der bisherige Code wird ungültig.
gift-accept = Annehmen
pass-used = Dieses Ticket wurde benutzt: { $gate }
door-title = Einlass: { $title }
door-failed = Der Scanner konnte nicht geladen werden. Verbinde dich mit dem Netz und lade die Seite neu.
door-admitted = Eingelassen
door-already-admitted = Schon eingelassen
door-replaced = Ersetzt: Das Ticket gehört jetzt jemand anderem
door-other-show = Ein Ticket für eine andere Veranstaltung
door-unknown = Kein Ticket
door-undecided = Wird gerade verkauft oder erstattet: Versuch es in einer Minute noch einmal
door-server-says = Der Server hat anders entschieden
door-online = Verbunden
door-offline = Ohne Netz: Scans werden später gesendet
door-refused = Du darfst hier keine Tickets prüfen, oder der Link gilt nicht mehr
door-no-list = Die Liste wird geladen
door-undo = Rückgängig
door-undone = rückgängig gemacht
door-gate = Name dieses Eingangs
door-gate-default = Haupteingang
door-start = Beginnen
door-no-camera = Die Kamera kann nicht benutzt werden. Nimm einen Handscanner oder tippe den Code.
door-type = Code (ein Handscanner kann hier schreiben)
door-admitted-count = Eingelassen:
door-here-count = Hier:
door-waiting-count = Noch zu senden:
door-helpers = Helfer
door-helpers-hint = Wer den Link hat, kann bis einen Tag nach Beginn Tickets prüfen. Ein neuer Link beendet den vorigen.
door-link = Neuer Link für Helfer
door-link-label = Link für Helfer
to-the-door = Zum Einlass
issue-here = Diese Tickets werden hier ausgestellt
issue-here-hint = Jeder Käufer bekommt einen Code für den Einlass, und ein Weiterverkauf macht den alten Code ungültig. Lass es leer für Tickets von anderswo.
issued-here = Hier ausgestellt: Du bekommst einen neuen Code, und alle früheren werden am Einlass abgelehnt.
tickets-arrive = Deine Tickets kommen gleich: Die Bank bestätigt die Zahlung.
to-your-tickets = Meine Tickets zeigen

find-a-show = Veranstaltung finden
order-state-held = Wartet auf Zahlung
order-state-complete = Bezahlt
order-state-expired = Abgelaufen
order-state-cancelled = Storniert
order-state-refunded = Erstattet
tickets-count = { $count ->
    [one] 1 Ticket
   *[other] { $count } Tickets
}
pay-now = Jetzt bezahlen

## Selling

sign-in-to-sell = Melde dich an, um deine Tickets zu verkaufen: So finden Fans und ihr Geld zu dir.
which-show = Für welche Veranstaltung?
find-show = Veranstaltung suchen
find = Suchen
find-nothing = Keine passende Veranstaltung. Leg sie mit dem anderen Formular an.
announce-title = Oder leg eine neue Veranstaltung an
show-title = Titel
venue = Veranstaltungsort
country = Land
starts-at = Datum und Uhrzeit vor Ort
which-time = Welche der beiden Zeiten?
time-with-offset = { $time } Uhr (UTC{ $offset })
show-time-zone = Zeitzone des Veranstaltungsorts
currency = Währung
announce = Veranstaltung anlegen
sell-title = Tickets für { $show } verkaufen
sell-cancelled = Diese Veranstaltung ist abgesagt, deshalb können keine Tickets dafür verkauft werden.
section = Block (falls vorhanden)
row = Reihe (falls vorhanden)
seats = Plätze (falls nummeriert)
seats-hint = Einer oder viele, zum Beispiel 12-15, 18, oder samt Block eingefügt, zum Beispiel A 12-15. Für ein Ticket ohne festen Platz leer lassen.
preview = So sieht es beim Kauf aus
price-of-each = Preis pro Ticket in { $currency }
face-value-of-each = Originalpreis pro Ticket (optional)
price-advice = Andere Tickets gibt es ab { $lowest }, das mittlere von { $count } kostet { $middle }. Die günstigsten werden zuerst verkauft.
list-tickets = { $count ->
    [0] Tickets anbieten
    [one] 1 Ticket anbieten
   *[other] { $count } Tickets anbieten
}
share-all = Du bekommst { $left } pro Ticket, der Marktplatz behält nichts.
share-rest = Du bekommst { $left } pro Ticket, der Marktplatz behält { $fee } ({ $kept }).
all-tickets = Alle Tickets für diese Veranstaltung
face-value-line = Originalpreis { $price }
all-in-line = Endpreis, ohne weitere Gebühren
edit-held = Dieses Ticket wird gerade bezahlt und lässt sich deshalb weder ändern noch zurückziehen.
edit-sold = Dieses Ticket ist verkauft.
edit-withdrawn = Du hast dieses Ticket aus dem Verkauf genommen.
your-ticket = Das ist dein Ticket
look-again = Noch einmal ansehen
price-in = Preis in { $currency }
change-price = Preis ändern
withdraw = Aus dem Verkauf nehmen
sign-in-for-sales = Melde dich an, um deine Verkäufe zu sehen.
no-sales = Du verkaufst noch nichts
refund-ask = Der Kaufpreis von { $price } wird erstattet, und das Ticket wird zurückgezogen. Das gilt auch für deine anderen Tickets aus demselben Kauf. Wirklich erstatten?
refund-busy = Wird erstattet …
refund-yes = Ja, Geld erstatten
refund-no = Nein, Verkauf behalten
refund = Geld erstatten
refund-of = Geld erstatten für { $seat }
earnings = Einnahmen
earnings-failed = Wir können deine Einnahmen nicht anzeigen.
owed = Steht dir jetzt zu
held-back = Verwahrt bis nach der Veranstaltung
on-its-way = Unterwegs
paid-out = Ausgezahlt
payouts-unknown = Wir wissen noch nicht, wohin wir dein Geld schicken sollen. Wir verwahren es für dich, bis du es uns sagst.
payouts-go-on = Weiter mit Stripe
payouts-say = Auszahlungskonto angeben
history = Verlauf
history-days = Die Tage sind die der Weltzeit (UTC), hier und in der Datei.
download = Als CSV herunterladen
movement = { $kind ->
    [sale] Verkauf
    [refund] Erstattung
    [payout] Auszahlung
   *[payout_failed] Nicht zustellbare Auszahlung
}
movement-price = Preis { $price }
movement-fee = Gebühr { $fee }

## Signing in and up

new-here = Neu hier?
one-account = Ein Konto zum Kaufen und Verkaufen.
have-account = Hast du schon ein Konto?
email = E-Mail-Adresse
password = Passwort
password-length = Mindestens { $least } Zeichen
password-uncommon = Keines der Passwörter, die viele Leute verwenden
password-show = Anzeigen
password-hide = Verbergen
forgot-password = Passwort vergessen?
create-account = Konto erstellen

## An account

account = Dein Konto
sign-in-for-account = Melde dich an, um dein Konto zu sehen.
verified = Bestätigt
unverified = Noch nicht bestätigt
unverified-words = Bestätige deine E-Mail-Adresse mit dem Link, den wir an { $email } geschickt haben. Bis dahin schicken wir dir keine E-Mails zu deinen Tickets.
unverified-listing = Sobald sie bestätigt ist, kannst du Tickets anbieten.
send-link-again = Link noch einmal schicken
link-sent = Der Link ist unterwegs.
link-missing = Wenn du die E-Mail nicht findest, sieh im Spam-Ordner nach.
change-email = E-Mail-Adresse ändern
change-email-words = Wir schicken einen Link an die neue Adresse. Sie gilt hier, sobald du sie dort bestätigt hast.
new-email = Neue E-Mail-Adresse
your-password = Dein Passwort
email-change-sent = Wir haben einen Link an die neue Adresse geschickt. Bestätige sie dort.
change-password = Passwort ändern
change-password-words = Hier bleibst du angemeldet, überall sonst wirst du abgemeldet.
current-password = Aktuelles Passwort
new-password = Neues Passwort
password-changed = Dein Passwort ist geändert.
wrong-password = Das ist nicht dein Passwort.
sessions = Wo du angemeldet bist
device = { $browser } unter { $system }
device-unknown = Unbekanntes Gerät
this-device = Dieses Gerät
session-started = Angemeldet:
session-used = Zuletzt verwendet:
end-session-of = { $device } abmelden
session-ended = Dieses Gerät ist abgemeldet.
end-other-sessions = Überall sonst abmelden
other-sessions-ended = Du bist überall sonst abgemeldet.
security-events = Letzte Aktivitäten
security-events-words = Wenn dir etwas unbekannt ist, ändere dein Passwort.
security-events-earlier = Früher
security-event = { $kind ->
    [signed_up] Konto erstellt
    [signed_in] Angemeldet
    [sign_in_failed] Anmeldung mit falschem Passwort
    [email_verified] E-Mail-Adresse bestätigt
    [email_changed] E-Mail-Adresse geändert
    [password_changed] Passwort geändert
    [password_reset_requested] Link für ein neues Passwort angefordert
    [password_reset] Neues Passwort mit einem Link gesetzt
   *[session_revoked] Von einem anderen Gerät abgemeldet
}
your-data = Deine Daten
your-data-words = Alles, was wir über dich speichern, in einer Datei.
download-data = Meine Daten herunterladen
close-account = Konto schließen
close-account-ask = Was dann geschieht
close-account-words = Das kann nicht rückgängig gemacht werden.
close-sessions = Du wirst überall abgemeldet, und deine E-Mail-Adresse und unsere E-Mails an dich werden gelöscht.
close-listings = Tickets, die du anbietest, werden zurückgezogen.
close-orders = Du siehst deine Bestellungen hier nicht mehr. Sichere vorher, was du davon brauchst.
close-money = Käufe, Verkäufe und Zahlungen bleiben ohne deine Adresse in unseren Büchern. Wenn dir noch Geld zusteht, warte darauf: Danach kannst du nicht mehr sagen, wohin es gehen soll.
close-account-yes = Mein Konto endgültig schließen
account-closed = Dein Konto ist geschlossen. Danke, dass du da warst.
verify-title = E-Mail-Adresse bestätigen
verify-words = Drücke den Knopf, um zu bestätigen, dass die Adresse dir gehört.
link-code = Code aus der Mail
verify-button = Bestätigen
verify-again = Einen neuen bekommst du auf der Seite deines Kontos.
verified-title = E-Mail-Adresse bestätigt
verified-words = Danke, die Adresse ist bestätigt.
to-account = Zu deinem Konto
forgot-title = Passwort vergessen
forgot-words = Wir schicken dir einen Link, mit dem du ein neues setzen kannst.
send-link = Link schicken
forgot-sent = Wenn die Adresse zu einem Konto gehört und bestätigt ist, ist der Link unterwegs. Er gilt eine Stunde lang.
back-to-sign-in = Zurück zur Anmeldung
reset-title = Neues Passwort setzen
reset-words = Danach bist du überall abgemeldet und meldest dich mit dem neuen Passwort an.
reset-button = Passwort setzen
reset-done-title = Neues Passwort gesetzt
reset-done = Melde dich mit deinem neuen Passwort an.
ask-for-link = Neuen Link anfordern

## Mails

mail-money = { $amount } { $currency }
mail-decimal-separator = ,
mail-group-separator = .
# Amounts of at least so many digits before the decimal separator are grouped.
# Same as in English.
mail-grouped-from = 4
mail-order-complete-subject = Ihre Tickets für { $title }
mail-order-complete = Die Tickets gehören Ihnen.
mail-total = Summe: { $amount }, alles inbegriffen
mail-order-link = Ihre Bestellung:
mail-capture-failed-subject = Ihre Bestellung für { $title } kam nicht zustande
mail-capture-failed = Ihre Bank ließ uns das Geld am Ende doch nicht abbuchen, deshalb wurde Ihre Bestellung rückgängig gemacht. Sie bezahlen nichts.
mail-refund-subject = Ihr Geld zurück für { $title }
mail-refund-by-seller = Der Verkäufer hat diese Tickets zurückgenommen. Ihr Geld, { $amount }, ist auf dem Weg zu Ihnen.
mail-refund-undone = Ihre Bestellung wurde rückgängig gemacht. Ihr Geld, { $amount }, ist auf dem Weg zu Ihnen.
mail-cancelled-subject = Abgesagt: { $title }
mail-cancelled-refunded = Es tut uns leid: Diese Veranstaltung wurde abgesagt. Ihr Geld, { $amount }, ist auf dem Weg zu Ihnen.
mail-cancelled-unpaid = Es tut uns leid: Diese Veranstaltung wurde abgesagt. Sie bezahlen nichts.
mail-cancelled-sold = Diese Veranstaltung wurde abgesagt. Der Käufer Ihrer Tickets bekommt sein Geld zurück.
mail-cancelled-unsold = Diese Veranstaltung wurde abgesagt. Ihre Tickets stehen nicht mehr zum Verkauf.
mail-sold-subject = { $count ->
    [one] Verkauft: ein Ticket für { $title }
   *[other] Verkauft: { $count } Tickets für { $title }
}
mail-sold = { $count ->
    [one] Sie haben ein Ticket verkauft.
   *[other] Sie haben { $count } Tickets verkauft.
}
mail-sold-price = Preis: { $amount }
mail-sales-link = Ihre Verkäufe:
mail-sale-undone-subject = Ihr Verkauf für { $title } wurde rückgängig gemacht
mail-sale-undone-by-bank = Die Bank des Käufers ließ uns das Geld am Ende doch nicht abbuchen, deshalb wurde dieser Verkauf rückgängig gemacht. Die Tickets stehen wieder zum Verkauf.
mail-sale-undone-by-refund = Der Käufer hat sein Geld zurückbekommen, deshalb wurde dieser Verkauf rückgängig gemacht. Die Tickets stehen nicht wieder zum Verkauf.
mail-gift-subject = Ein Ticket für { $title }, für dich
mail-gift = { $giver } schenkt dir dieses Ticket:
mail-gift-link = Es gehört dir, sobald du diese Seite öffnest und es annimmst. Du meldest dich dort an oder legst ein Konto mit dieser Adresse an:
mail-gift-ignore = Wenn du es nicht möchtest, brauchst du nichts zu tun.
mail-declined-subject = Ihre Zahlung kam nicht zustande
mail-declined = { $amount } konnten nicht abgebucht werden, und Sie haben nichts bezahlt. { $reason }
mail-refunded-subject = Sie haben { $amount } zurück
mail-refunded = Wir haben Ihnen { $amount } zurückgezahlt. Es kann ein paar Tage dauern, bis Ihre Bank es anzeigt.
mail-verify-subject = Bestätigen Sie Ihre E-Mail-Adresse
mail-verify = Öffnen Sie diese Seite und drücken Sie ihren Knopf, um zu bestätigen, dass diese Adresse Ihnen gehört:
mail-code = Wenn die Seite nach einem Code fragt, ist es dieser:
mail-ignore = Wenn Sie nicht darum gebeten haben, brauchen Sie nichts zu tun.
mail-registered-subject = Sie haben schon ein Konto
mail-registered = Jemand wollte mit Ihrer Adresse ein Konto anlegen. Wenn Sie das waren: Sie haben schon ein Konto. Melden Sie sich an, oder fordern Sie ein neues Passwort an, wenn Sie Ihres vergessen haben:
mail-reset-subject = Ihr neues Passwort
mail-reset = Auf dieser Seite können Sie einmal und innerhalb einer Stunde ein neues Passwort festlegen:
mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed = Das Passwort Ihres Kontos wurde geändert, und alle anderen Geräte wurden abgemeldet. Wenn Sie das nicht waren, fordern Sie sofort ein neues Passwort an:
mail-email-changed-subject = Ihre E-Mail-Adresse wurde geändert
mail-email-changed = Ihr Konto hat jetzt eine andere E-Mail-Adresse, und diese hier bekommt keine Mails mehr. Wenn Sie das nicht waren, schreiben Sie sofort dem Betreiber dieser Seite.

## Desktop window

window-no-server = Der Server antwortet nicht
window-no-server-words = Prüf, ob dieser Computer verbunden ist, und versuch es noch einmal. Vielleicht wird der Server gerade gewartet, oder er hat inzwischen eine andere Adresse.
window-other-server = Anderen Server verwenden
window-choose = Welcher Server?
window-address = Adresse des Servers
window-address-hint = Wie im Browser. Nimm https, außer der Server ist in deinem eigenen Netz.
window-leads-elsewhere = Der geöffnete Link führt zu einem anderen Server als deinem. Geh nur dorthin, wenn du ihm vertraust.
window-signed-in = Bei jedem Server, den du verwendet hast, bleibst du angemeldet.
window-use = Diesen Server verwenden
window-keep = Hier bleiben
window-nobody = Unter dieser Adresse antwortet kein Server, prüf sie noch einmal.
window-not-started = Das Fenster konnte nicht neu geöffnet werden, schließ es und starte das Programm neu.
window-not-kept = Die Adresse konnte nicht für den nächsten Start gespeichert werden, prüf, ob die Festplatte voll ist.
window-address-shapeless = Das ist keine Adresse eines Servers, sie beginnt mit https:// oder http:// und nennt einen Rechner.
window-address-secret = In der Adresse eines Servers stehen weder Name noch Passwort.
window-address-rest = Die Adresse eines Servers endet mit Rechner oder Port, lass den Rest weg.
menu-file = Datei
menu-edit = Bearbeiten
menu-view = Ansicht
menu-go = Gehe zu
menu-help = Hilfe
menu-browser = Diese Seite im Browser öffnen
menu-server = Anderen Server verwenden …
menu-reload = Neu laden
menu-larger = Größer
menu-smaller = Kleiner
menu-plain = Normale Größe
menu-back = Zurück
menu-forward = Vorwärts
menu-shows = Veranstaltungen
menu-quit = Beenden
