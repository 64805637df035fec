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
error-wrong-credentials = Die E-Mail-Adresse oder das Passwort stimmt nicht.
error-email-taken = Zu dieser E-Mail-Adresse gibt es schon ein Konto, melde dich damit an.
error-not-yours = Das gehört jemand anderem.
error-foreign-origin = Die Anfrage kam nicht von dieser Website.
error-not-found = Hier ist nichts.
error-not-allowed = Das geht hier nicht.
error-ticket-held = Dieses Ticket kauft gerade jemand anderes, vielleicht ist es in einer Minute wieder da.
error-ticket-sold = Dieses Ticket ist verkauft.
error-ticket-withdrawn = Dieses Ticket ist nicht mehr im Verkauf.
error-own-ticket = Das ist dein eigenes Ticket.
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
flaw-no-method = Mit diesem Zahlungsmittel kann nicht bezahlt werden.
flaw-no-amount = Ein Betrag sieht so aus: 49,90.
flaw-no-price = Ein Preis ist größer als null.
flaw-off-step = Preise gehen in Schritten von { $step }.
flaw-high-price = Ein Preis beträgt höchstens { $most }.
flaw-other-currency = Tickets für diese Veranstaltung werden in { $currency } bezahlt.
flaw-no-choice = Wähle eine der Möglichkeiten.
flaw-nothing-chosen = Wähle mindestens ein Ticket.
flaw-together-beyond = Such nach 1 bis { $most } Plätzen nebeneinander.
flaw-no-day = Ein Datum sieht so aus: 2026-12-05.
flaw-no-time = Datum und Uhrzeit sehen so aus: 2026-12-05T20:00.
flaw-no-time-zone = Eine Zeitzone heißt zum Beispiel Europe/Berlin.
flaw-past = Die Veranstaltung muss in der Zukunft liegen.
flaw-far-future = Die Veranstaltung muss in den nächsten fünf Jahren stattfinden.
flaw-skipped-time = Diese Uhrzeit gibt es an dem Tag wegen der Zeitumstellung nicht.
flaw-backwards = { $first }–{ $last } läuft rückwärts, schreib { $last }–{ $first }.
flaw-seat-count = Biete 1 bis { $most } Plätze auf einmal an.

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
password-hint = Mindestens 8 Zeichen.
create-account = Konto erstellen

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
