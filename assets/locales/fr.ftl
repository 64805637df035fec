### The user-visible texts in French. A test checks that all languages have the same messages.
### Money, seats and dates are formatted for the language before they are inserted.

## Dates, seats, numbers

weekday = { $number ->
    [1] lun.
    [2] mar.
    [3] mer.
    [4] jeu.
    [5] ven.
    [6] sam.
   *[7] dim.
}
month = { $number ->
    [1] janv.
    [2] févr.
    [3] mars
    [4] avr.
    [5] mai
    [6] juin
    [7] juil.
    [8] août
    [9] sept.
    [10] oct.
    [11] nov.
   *[12] déc.
}
# Same as in English.
date-and-time = { $weekday } { $day } { $month } { $year }, { $time }
# Same as in English.
day = { $day } { $month } { $year }
# As in "(Europe/Berlin time)".
time-zone = (fuseau horaire { $zone })
# Same as in English.
comma = { ", " }
seat-row = Rang { $row }
seat-number = Place { $number }
seat-anywhere = Placement libre
category = { $name ->
    [concert] Concert
    [festival] Festival
    [theatre] Théâtre
    [comedy] Humour
    [sport] Sport
    [exhibition] Exposition
   *[other] Autre
}

## Layout

# Same as in English.
brand = Ticketing
# What search engines show below the title.
description = Des billets de fans à fans : un prix tout compris, et réservés pour vous pendant que vous payez.
# Same as in English.
page-title = { $title } · { brand }
skip = Aller au contenu
main-navigation = Menu principal
nav-sell = Vendre
nav-orders = Mes commandes
nav-passes = Mes billets
nav-sales = Mes ventes
sign-out = Se déconnecter
who-is-unclear = Impossible de savoir qui vous êtes pour le moment
sign-in = Se connecter
sign-up = S’inscrire
create-an-account = Créer un compte
one-moment = Un instant…
test-mode-footer = Mode test : aucun argent réel ne circule, et aucune vraie carte ne fonctionne ici.
language = Langue
try-again = Réessayer
show-more = Afficher plus
sell-tickets = Vendre des billets
all-in = prix tout compris, sans frais en plus
# Same as in English.
total = Total
cancelled-show = Cet événement est annulé.
cancelled-show-money = Tous les billets achetés sont remboursés.

## Errors

problem-not-found = Il n’y a rien ici
problem-not-found-words = L’adresse est incorrecte, ou ce qui était ici n’existe plus.
problem-not-yours = Ceci appartient à quelqu’un d’autre
problem-not-yours-words = Seule la personne à qui cela appartient peut le voir.
problem-signed-out = Connectez-vous d’abord
problem-signed-out-words = Cette page n’est visible que par vous, nous devons donc savoir que c’est bien vous.
problem-other = Cela n’a pas fonctionné
all-shows = Voir tous les événements
go-back = Revenir

error-failed = Un problème est survenu de notre côté. Rien n’a été perdu, réessayez.
error-unavailable = Cela ne fonctionne pas pour le moment, réessayez dans quelques secondes.
error-malformed = La requête n’a pas pu être lue.
error-too-large = La requête est trop volumineuse.
error-signed-out = Connectez-vous d’abord.
signed-out-meanwhile = Vous avez été déconnecté entre-temps, ici ou dans un autre onglet.
sign-in-again = Reconnectez-vous
error-wrong-credentials = L’adresse e-mail ou le mot de passe est incorrect.
error-link-invalid = Ce lien a déjà servi ou est trop ancien, demandez-en un nouveau.
error-email-unverified = Confirmez d’abord votre adresse e-mail.
error-not-yours = Ceci appartient à quelqu’un d’autre.
error-foreign-origin = La requête ne vient pas de ce site.
error-not-found = Il n’y a rien ici.
error-not-allowed = Cette action n’est pas possible ici.
error-ticket-held = Quelqu’un d’autre achète ce billet en ce moment, il sera peut-être de retour dans une minute.
error-held-by-you = Vous avez déjà réservé certains de ces billets. Payez d’abord cette commande, ou annulez-la.
error-ticket-sold = Ce billet est vendu.
error-ticket-withdrawn = Ce billet n’est plus en vente.
error-ticket-listed = Ce billet est en vente. Retirez-le d’abord.
error-ticket-passed-on = L’acheteur a cédé ce billet, la vente ne peut donc pas être annulée.
error-refund-under-way = L’argent de ce billet est en cours de remboursement.
error-transfer-pending = Ce billet est déjà proposé à quelqu’un. Reprenez-le d’abord.
error-too-many-transfers = Un billet peut être offert { $most } fois.
error-ticket-used = Ce billet a été utilisé à l’entrée.
error-own-ticket = C’est votre propre billet.
error-seat-yours = Vous avez déjà un billet pour cette place : { $seat }.
error-seat-taken = Quelqu’un d’autre a déjà un billet pour cette place : { $seat }. Si la place est à vous, écrivez à l’exploitant de ce site.
error-price-changed = Le prix a changé, vérifiez-le avant d’acheter.
error-changed-meanwhile = Le billet a changé entre-temps, vérifiez-le à nouveau.
error-too-many-tickets = Chaque personne peut avoir au plus { $most } billets pour un même événement.
error-mixed-shows = Tous les billets d’une commande doivent être pour le même événement.
error-show-cancelled = Cet événement est annulé.
error-show-begun = Cet événement a déjà commencé.
error-sold-together = Ce billet a été vendu avec ceux d’autres vendeurs, il ne peut donc pas être rendu seul.
error-not-sold = Ce billet n’est pas vendu, il n’y a rien à rembourser.
error-order-expired = Le délai de paiement est écoulé, les billets sont de nouveau en vente.
error-order-open = Cette commande est encore en cours.
error-order-paid = Cette commande est déjà payée.
error-order-cancelled = Cette commande a été annulée.
error-order-refunded = Cette commande a été remboursée.
error-payment-under-way = Un paiement est en cours pour cette commande, attendez sa réponse.
error-key-reused = Cette requête a déjà été envoyée avec un autre contenu.
error-too-many-requests = Trop de tentatives, attendez { $seconds ->
    [one] { $seconds } seconde
   *[other] { $seconds } secondes
}.

declined-generic = La carte a été refusée : demandez pourquoi à votre banque, ou essayez une autre carte.
declined-insufficient-funds = La carte a été refusée : la provision est insuffisante, essayez une autre carte.
declined-processing-error = La carte a été refusée : un problème est survenu à la banque, réessayez.
declined-authentication-failed = La carte a été refusée : votre banque n’a pas pu confirmer que c’est bien vous, réessayez ou essayez une autre carte.
declined-closed = Le paiement a été interrompu avant la réponse de votre banque.

flaw-empty = Ce champ ne peut pas être vide.
flaw-too-long = Ce champ est limité à { $most } caractères.
flaw-invisible-characters = Ce champ contient des caractères invisibles.
flaw-no-email = Une adresse e-mail s’écrit comme name@example.org.
flaw-short-password = Un mot de passe compte au moins { $least } caractères.
flaw-long-password = Un mot de passe compte au plus { $most } caractères.
flaw-common-password = Beaucoup de gens utilisent ce mot de passe, il fait donc partie des premiers essayés. Choisissez-en un autre.
flaw-no-method = Ce moyen de paiement ne peut pas être débité.
flaw-no-amount = Un montant s’écrit comme 49,90.
flaw-unclear-amount = Voulez-vous dire { $first } ou { $second } ? Écrivez le montant sans séparateur de milliers et avec deux décimales.
flaw-no-price = Un prix est supérieur à zéro.
flaw-off-step = Un prix est un multiple de { $step }.
flaw-low-price = Un prix est d’au moins { $least } : une carte ne peut pas être débitée de moins.
flaw-high-total = Une commande est d’au plus { $most } : une carte ne peut pas être débitée de plus. Choisissez moins de billets.
flaw-high-price = Un prix est d’au plus { $most }.
flaw-above-cap = Un billet se revend { $most } au plus.
flaw-other-currency = Les billets pour cet événement se paient en { $currency }.
flaw-no-choice = Choisissez l’une des options.
flaw-no-cursor = Cette liste n’a pas cette page. Commencez au début.
flaw-nothing-chosen = Choisissez au moins un billet.
flaw-together-beyond = Demandez de 1 à { $most } places côte à côte.
flaw-no-day = Une date s’écrit comme 2026-12-05.
flaw-ends-before-it-begins = Le dernier jour précède le premier.
flaw-no-time = Une date avec l’heure s’écrit comme 2026-12-05T20:00.
flaw-no-time-zone = Un fuseau horaire se nomme par exemple Europe/Berlin.
flaw-past = L’événement doit être à venir.
flaw-far-future = L’événement doit avoir lieu dans les cinq prochaines années.
flaw-skipped-time = Cette heure n’existe pas ce jour-là à cause du changement d’heure.
flaw-ambiguous-time = Les horloges reculent et indiquent { $time } deux fois ce jour-là : d’abord à UTC{ $earlier }, puis à UTC{ $later }. Choisissez l’heure voulue.
flaw-backwards = { $first }–{ $last } est à l’envers, écrivez { $last }–{ $first }.
flaw-seat-count = Mettez en vente de 1 à { $most } places à la fois.
flaw-repeated-seat = Les places { $first } et { $second } de votre liste sont la même. Indiquez chaque place une seule fois.

## All shows

home-title = Des billets de fan à fan
home-lead = Vos billets vous sont réservés pendant que vous payez, et personne d’autre ne peut les prendre. Les prix sont tout compris, sans frais en plus.
search = Recherche
search-example = Artiste, équipe, pièce, lieu
city = Ville
kind = Catégorie
from = Du
to = Au
together = Côte à côte
sort = Trier par
find-shows = Trouver des événements
every-kind = Toutes les catégories
any-number = Peu importe
seats-count = { $count ->
    [one] { $count } place
   *[other] { $count } places
}
sort-date = Date la plus proche
sort-price = Prix croissant
sort-newest = Ajout le plus récent
no-show-fits = Aucun événement ne correspond
no-show-fits-words = Essayez avec moins de mots ou un autre jour, ou vendez vous-même des billets.
recently-seen = Vus récemment
# Before the lowest price of a show.
price-from = dès
# In the preview of a link to a show.
tickets-from = billets dès { $price }
tickets-left = { $count ->
    [0] aucun billet pour l’instant
    [one] 1 billet
   *[other] { $count } billets
}

## A show

no-tickets = Aucun billet pour l’instant
no-tickets-words = Ils apparaîtront ici d’eux-mêmes dès que quelqu’un en mettra en vente.
tickets = Billets
prices-all-in = Les prix sont tout compris, sans frais en plus.
sell-for-this-show = Vendre des billets pour cet événement
prices = Prix
price-lowest = Le plus bas
# The median price.
price-middle = Courant
price-highest = Le plus élevé
cheapest-together = Places côte à côte les moins chères
choose-together = Choisir { $count } places côte à côte
yours = À vous
face-value = valeur faciale { $price }
details = Détails
details-of = Détails : { $seat }
time-left = encore { $time }
state-on-sale = En vente
state-held = Paiement en cours
held-by-you = Réservé par vous : payer
to-your-order = Vers votre commande
state-sold = Vendu
state-withdrawn = Retiré
choose-tickets = Choisissez des billets
hold-tickets = { $count ->
    [0] Réserver des billets et payer
    [one] Réserver 1 billet et payer
   *[other] Réserver { $count } billets et payer
}
sign-in-to-hold = Connectez-vous pour réserver ces billets.
you-announced = Vous avez ajouté cet événement
cancel-ask = Tous les billets seront retirés et tous les acheteurs remboursés. Cette action est irréversible. Vraiment annuler ?
cancel-yes = Oui, annuler l’événement
cancel-no = Non, le maintenir
cancel-show = Annuler cet événement
cancellation = Annulation
cancelled-nobody = Personne n’avait acheté de billet, il n’y a donc rien à rembourser.
cancelled-progress = Billets repris : { $done } sur { $tickets } ; les acheteurs sont remboursés.
tickets-taken-back = Billets repris

## A card

card-section = Votre carte
card-ready = Prête
card-ready-words = Vous pourrez payer avec { $card } dès que les billets seront réservés.
card-forget = Oublier cette carte
card-first = Préparer la carte avant le départ du chrono
card-first-title = La carte prête avant le départ du chrono
card-first-words = Rien n’est débité avant que vous ne payiez, et la carte est oubliée dès que vous fermez cette fenêtre.
card-use = Utiliser cette carte
later = Plus tard
card-entered = la carte saisie
card-ending = la carte se terminant par { $digits }
test-mode = Mode test : aucun argent réel ne circule
card-number = Numéro de carte
card-unknown = Vous êtes en mode test, utilisez l’une des cartes de test ci-dessous.
test-card = Carte de test
test-cards = Cartes de test
test-card-outcome = { $card ->
    [pm_card_visa] est acceptée
    [pm_card_chargeDeclined] est refusée
    [pm_card_chargeDeclinedInsufficientFunds] est refusée : provision insuffisante
    [pm_card_chargeDeclinedProcessingError] échoue sur une erreur de traitement
    [pm_card_authenticationRequired] vous demande de confirmer que c’est bien vous
   *[pm_card_neverAnswers] ne reçoit jamais de réponse
}
card-show-again = Réafficher le champ de la carte
card-field-failed = Le champ de la carte n’a pas pu être chargé : autorisez js.stripe.com dans votre navigateur et réessayez.
card-in-browser = Le paiement par carte se fait uniquement dans le navigateur, ouvrez-y cette page.

## An order

order = Votre commande
sign-in-for-order = Connectez-vous pour voir votre commande.
order-held = Payez vos billets
order-complete = Les billets sont à vous
order-expired = Le temps est écoulé
order-cancelled = Commande annulée
order-refunded = Commande remboursée
time-over = Le délai de paiement est écoulé.
time-short-pay = Il reste moins de 20 secondes : payez maintenant, votre banque aura alors deux minutes de plus.
time-short = Il reste moins de 20 secondes.
time-minute = Il reste moins d’une minute.
time-held = Les billets vous sont réservés.
clock-over = Le temps est écoulé, nous vérifions ce qu’est devenue votre commande…
clock-extended = Votre paiement a commencé, les billets restent donc réservés un peu plus longtemps.
clock-held = Les billets vous sont réservés. Si vous ne payez pas à temps, ils seront remis en vente.
give-back = Rendre les billets
pay = Payer { $total }
pay-with = Payer { $total } avec { $card }
asking-bank = Nous interrogeons votre banque…
asking-bank-words = Nous interrogeons votre banque… Vous ne paierez pas deux fois.
bank-silent = Votre banque n’a pas encore répondu. Nous vérifions ; vous ne paierez pas deux fois.
bank-yes = Votre banque a accepté. Nous vous attribuons les billets…
card-other = Utiliser une autre carte
card-needs-script = Une vraie carte nécessite JavaScript : son numéro n’est transmis qu’à Stripe.
bank-may-ask = Votre banque peut demander : est-ce bien vous ?
bank-asks = Votre banque demande : est-ce bien vous ?
bank-page = Elle le demande sur sa propre page, puis vous ramène ici. En attendant, les billets vous restent réservés.
bank-go = Aller vers votre banque
bank-here = En mode test, cette page remplace celle de votre banque.
it-is-me = Oui, c’est moi
no = Non
ended-complete = Vous avez payé, et les billets sont à vous. Profitez-en bien !
ended-expired = Vous n’avez pas payé à temps, les billets sont donc de nouveau en vente. Rien n’a été débité.
ended-ticket-changed = Le vendeur a modifié un billet juste avant votre réservation, la commande a donc été annulée. Rien n’a été débité.
ended-show-cancelled = L’événement a été annulé avant votre paiement. Rien n’a été débité.
refunded-show-cancelled = L’événement a été annulé.
refunded-by-seller = Le vendeur a repris les billets.
refunded-given-back = Les billets ne sont plus à vous.
refunded-by-bank = Votre banque n’a finalement pas autorisé le paiement. Rien n’est débité, les billets sont de nouveau en vente.
ended-by-you = Vous avez rendu les billets. Rien n’a été débité.
money-back = Nous vous avons remboursé { $total }.
money-on-its-way = Votre remboursement est en route.
look-at-show = Voir l’événement
same-tickets-again = Réessayer avec les mêmes billets
other-tickets = Autres billets pour cet événement
sign-in-for-orders = Connectez-vous pour voir vos achats.
no-orders = Vous n’avez encore rien acheté

sign-in-for-passes = Connectez-vous pour voir vos billets.
no-passes = Vous n’avez pas encore de billet avec un code
show-code = Afficher le code
pass-code = Code QR pour l’entrée
pass-code-hint = Présentez ce code à l’entrée. Il n’est plus valable quand le billet change de propriétaire.
resell = Vendre
resell-title = Vendre ce billet
resell-hint = Votre code reste valable jusqu’à ce que quelqu’un ait payé. L’acheteur en reçoit alors un nouveau, et le vôtre est refusé à l’entrée.
resell-change = Changer le prix ou retirer
resell-cap = Au plus { $most }.
gift-title = Offrir ce billet
gift-hint = La personne qui lit cette adresse reçoit un lien. Votre code reste valable jusqu’à ce qu’elle accepte.
gift-address = Adresse e-mail de la personne
gift-button = Offrir
gift-pending = Proposé à { $recipient }. Votre code reste valable jusqu’à son acceptation.
gift-take-back = Reprendre
gift-for-you = Un billet pour vous
gift-sign-in = Connectez-vous, ou créez un compte avec l’adresse à laquelle le message est arrivé.
gift-unverified = Confirmez d’abord votre adresse : ouvrez le lien du message que nous vous avons envoyé, puis rouvrez cette page.
gift-gone = Ce cadeau est pour une autre adresse que { $address }, ou il a été accepté ou repris.
gift-accept-hint = Dès que vous acceptez, le billet est à vous et l’ancien code n’est plus valable.
gift-accept = Accepter
pass-used = Ce billet a été utilisé : { $gate }
door-title = Entrée : { $title }
door-failed = Le lecteur n’a pas pu être chargé. Connectez-vous au réseau et rechargez la page.
door-admitted = Admis
door-already-admitted = Déjà admis
door-replaced = Remplacé : le billet a changé de propriétaire
door-other-show = Un billet pour un autre spectacle
door-unknown = Pas un billet
door-undecided = En cours de vente ou de remboursement : réessayez dans une minute
door-server-says = Le serveur a décidé autrement
door-online = En ligne
door-offline = Hors ligne : envoi plus tard
door-refused = Vous ne pouvez pas contrôler ici, ou le lien a expiré
door-no-list = La liste se charge
door-undo = Annuler
door-undone = annulé
door-gate = Nom de cette entrée
door-gate-default = Entrée principale
door-start = Commencer
door-no-camera = La caméra est indisponible. Utilisez une douchette ou tapez le code.
door-type = Code (une douchette peut écrire ici)
door-admitted-count = Admis :
door-here-count = Ici :
door-waiting-count = À envoyer :
door-helpers = Contrôleurs
door-helpers-hint = Qui a le lien peut contrôler les billets jusqu’à un jour après le début. Un nouveau lien met fin au précédent.
door-link = Nouveau lien pour les contrôleurs
door-link-label = Lien pour les contrôleurs
to-the-door = À l’entrée
issue-here = Ces billets sont émis ici
issue-here-hint = Chaque acheteur reçoit un code pour l’entrée, et une revente annule l’ancien code. Laissez décoché pour des billets venus d’ailleurs.
issued-here = Émis ici : vous recevez un nouveau code, et tous les précédents sont refusés à l’entrée.
tickets-arrive = Vos billets arrivent dans un instant : la banque confirme le paiement.
to-your-tickets = Voir mes billets

find-a-show = Trouver un événement
order-state-held = En attente de paiement
order-state-complete = Payée
order-state-expired = Expirée
order-state-cancelled = Annulée
order-state-refunded = Remboursée
tickets-count = { $count ->
    [one] { $count } billet
   *[other] { $count } billets
}
pay-now = Payer maintenant

## Selling

sign-in-to-sell = Connectez-vous pour vendre vos billets : c’est ainsi que les acheteurs et leur argent vous trouvent.
which-show = Pour quel événement ?
find-show = Chercher un événement
find = Chercher
find-nothing = Aucun événement ne correspond. Ajoutez-le avec l’autre formulaire.
announce-title = Ou ajoutez un nouvel événement
show-title = Titre
venue = Lieu
country = Pays
starts-at = Date et heure sur place
which-time = Laquelle des deux heures ?
time-with-offset = à { $time } (UTC{ $offset })
show-time-zone = Fuseau horaire du lieu
currency = Devise
announce = Ajouter l’événement
sell-title = Vendre des billets pour { $show }
sell-cancelled = Cet événement est annulé, on ne peut donc pas vendre de billets.
section = Bloc (s’il y en a un)
row = Rang (s’il y en a un)
seats = Places (si numérotées)
seats-hint = Une ou plusieurs, par exemple 12-15, 18, ou collées avec leur bloc, par exemple A 12-15. Laissez vide pour un billet sans place numérotée.
preview = Ce que liront les acheteurs
price-of-each = Prix par billet en { $currency }
face-value-of-each = Valeur faciale par billet (facultatif)
price-advice = Les autres billets sont proposés à partir de { $lowest }, avec un prix médian de { $middle } sur { $count }. Les moins chers sont vendus en premier.
list-tickets = { $count ->
    [0] Mettre des billets en vente
    [one] Mettre 1 billet en vente
   *[other] Mettre { $count } billets en vente
}
share-all = Vous recevez { $left } par billet, la place de marché ne garde rien.
share-rest = Vous recevez { $left } par billet, la place de marché garde { $fee } ({ $kept }).
all-tickets = Tous les billets pour cet événement
face-value-line = Valeur faciale { $price }
all-in-line = Prix tout compris, sans frais en plus
edit-held = Quelqu’un paie ce billet en ce moment, il ne peut donc être ni modifié ni retiré.
edit-sold = Ce billet est vendu.
edit-withdrawn = Vous avez retiré ce billet de la vente.
your-ticket = C’est votre billet
look-again = Vérifier à nouveau
price-in = Prix en { $currency }
change-price = Modifier le prix
withdraw = Retirer de la vente
sign-in-for-sales = Connectez-vous pour voir vos ventes.
no-sales = Vous ne vendez encore rien
refund-ask = L’acheteur récupère { $price } et le billet est retiré. Il en va de même pour vos autres billets du même achat. Vraiment rembourser ?
refund-busy = Remboursement…
refund-yes = Oui, rembourser
refund-no = Non, garder la vente
refund = Rembourser
refund-of = Rembourser : { $seat }
earnings = Revenus
earnings-failed = Impossible d’afficher vos revenus.
owed = À vous verser
held-back = Conservé jusqu’après l’événement
on-its-way = En route
paid-out = Versé
payouts-unknown = Nous ne savons pas encore où envoyer votre argent. Nous le gardons pour vous jusqu’à ce que vous nous le disiez.
payouts-go-on = Continuer avec Stripe
payouts-say = Indiquer où l’envoyer
history = Historique
history-days = Les jours sont ceux du temps universel (UTC), ici et dans le fichier.
download = Télécharger en CSV
movement = { $kind ->
    [sale] Vente
    [refund] Remboursement
    [payout] Versement
   *[payout_failed] Versement non abouti
}
movement-price = prix { $price }
movement-fee = frais { $fee }

## Signing in and up

new-here = Première visite ?
one-account = Un seul compte pour acheter et vendre.
have-account = Vous avez déjà un compte ?
email = Adresse e-mail
password = Mot de passe
password-length = Au moins { $least } caractères
password-uncommon = Pas un des mots de passe que beaucoup de gens utilisent
password-show = Afficher
password-hide = Masquer
forgot-password = Mot de passe oublié ?
create-account = Créer un compte

## An account

account = Votre compte
sign-in-for-account = Connectez-vous pour voir votre compte.
verified = Confirmée
unverified = Pas encore confirmée
unverified-words = Confirmez votre adresse e-mail avec le lien envoyé à { $email }. D’ici là, nous ne vous enverrons aucun e-mail au sujet de vos billets.
unverified-listing = Vous pourrez mettre des billets en vente dès qu’elle sera confirmée.
send-link-again = Renvoyer le lien
link-sent = Le lien est en route.
link-missing = Si vous ne trouvez pas l’e-mail, regardez dans vos courriers indésirables.
change-email = Changer d’adresse e-mail
change-email-words = Nous envoyons un lien à la nouvelle adresse. Le changement se fait quand vous l’y confirmez.
new-email = Nouvelle adresse e-mail
your-password = Votre mot de passe
email-change-sent = Nous avons envoyé un lien à la nouvelle adresse. Confirmez-la depuis cet e-mail.
change-password = Changer de mot de passe
change-password-words = Vous restez connecté ici et serez déconnecté partout ailleurs.
current-password = Mot de passe actuel
new-password = Nouveau mot de passe
password-changed = Votre mot de passe est changé.
wrong-password = Ce n’est pas votre mot de passe.
sessions = Où vous êtes connecté
device = { $browser } sur { $system }
device-unknown = Appareil inconnu
this-device = Cet appareil
session-started = Connexion :
session-used = Dernière utilisation :
end-session-of = Se déconnecter de { $device }
session-ended = Cet appareil est déconnecté.
end-other-sessions = Se déconnecter partout ailleurs
other-sessions-ended = Vous êtes déconnecté partout ailleurs.
security-events = Activité récente
security-events-words = Si quelque chose vous est inconnu, changez de mot de passe.
security-events-earlier = Plus tôt
security-event = { $kind ->
    [signed_up] Compte créé
    [signed_in] Connexion
    [sign_in_failed] Connexion avec un mot de passe incorrect
    [email_verified] Adresse e-mail confirmée
    [email_changed] Adresse e-mail changée
    [password_changed] Mot de passe changé
    [password_reset_requested] Lien pour un nouveau mot de passe demandé
    [password_reset] Nouveau mot de passe défini avec un lien
   *[session_revoked] Déconnexion depuis un autre appareil
}
your-data = Vos données
your-data-words = Tout ce que nous conservons sur vous, dans un seul fichier.
download-data = Télécharger mes données
close-account = Fermer le compte
close-account-ask = Ce qui se passe alors
close-account-words = C’est irréversible.
close-sessions = Vous êtes déconnecté partout ; votre adresse e-mail et nos e-mails sont effacés.
close-listings = Les billets que vous avez en vente sont retirés.
close-orders = Vous ne verrez plus vos commandes ici. Gardez d’abord ce dont vous avez besoin.
close-money = Achats, ventes et paiements restent dans nos livres sans votre adresse. Si de l’argent vous est encore dû, attendez-le : après, vous ne pourrez plus dire où l’envoyer.
close-account-yes = Fermer définitivement mon compte
account-closed = Votre compte est fermé. Merci d’avoir été là.
verify-title = Confirmer votre adresse e-mail
verify-words = Appuyez sur le bouton pour confirmer que l’adresse est la vôtre.
link-code = Code reçu par e-mail
verify-button = Confirmer
verify-again = Vous pouvez en demander un autre sur la page de votre compte.
verified-title = Adresse e-mail confirmée
verified-words = Merci, l’adresse est confirmée.
to-account = Aller à votre compte
forgot-title = Mot de passe oublié
forgot-words = Nous vous envoyons un lien pour en définir un nouveau.
send-link = Envoyer le lien
forgot-sent = Si l’adresse appartient à un compte et est confirmée, le lien est en route. Il est valable une heure.
back-to-sign-in = Retour à la connexion
reset-title = Définir un nouveau mot de passe
reset-words = Vous serez ensuite déconnecté partout et vous connecterez avec le nouveau mot de passe.
reset-button = Définir le mot de passe
reset-done-title = Nouveau mot de passe défini
reset-done = Connectez-vous avec votre nouveau mot de passe.
ask-for-link = Demander un nouveau lien

## Mails

mail-money = { $amount } { $currency }
mail-decimal-separator = ,
mail-group-separator =  
# Amounts of at least so many digits before the decimal separator are grouped.
# Same as in English.
mail-grouped-from = 4
mail-order-complete-subject = Vos billets pour { $title }
mail-order-complete = Les billets sont à vous.
mail-total = Total : { $amount }, tout compris
mail-order-link = Votre commande :
mail-capture-failed-subject = Votre commande pour { $title } n'a pas abouti
mail-capture-failed = Votre banque ne nous a finalement pas laissé prélever l'argent, votre commande a donc été annulée. Rien ne vous est facturé.
mail-refund-subject = Votre remboursement pour { $title }
mail-refund-by-seller = Le vendeur a repris ces billets. Votre argent, { $amount }, vous est rendu.
mail-refund-undone = Votre commande a été annulée. Votre argent, { $amount }, vous est rendu.
mail-cancelled-subject = Annulé : { $title }
mail-cancelled-refunded = Nous sommes désolés : ce spectacle a été annulé. Votre argent, { $amount }, vous est rendu.
mail-cancelled-unpaid = Nous sommes désolés : ce spectacle a été annulé. Rien ne vous est facturé.
mail-cancelled-sold = Ce spectacle a été annulé. L'acheteur de vos billets est remboursé.
mail-cancelled-unsold = Ce spectacle a été annulé. Vos billets ne sont plus en vente.
mail-sold-subject = { $count ->
    [one] Vendu : un billet pour { $title }
   *[other] Vendus : { $count } billets pour { $title }
}
mail-sold = { $count ->
    [one] Vous avez vendu un billet.
   *[other] Vous avez vendu { $count } billets.
}
mail-sold-price = Prix : { $amount }
mail-sales-link = Vos ventes :
mail-sale-undone-subject = Votre vente pour { $title } a été annulée
mail-sale-undone-by-bank = La banque de l'acheteur ne nous a finalement pas laissé prélever l'argent, cette vente a donc été annulée. Les billets sont de nouveau en vente.
mail-sale-undone-by-refund = L'acheteur a été remboursé, cette vente a donc été annulée. Les billets ne sont pas remis en vente.
mail-gift-subject = Un billet pour { $title }, pour vous
mail-gift = { $giver } vous offre ce billet :
mail-gift-link = Il est à vous dès que vous ouvrez cette page et l’acceptez. Vous vous y connectez, ou créez un compte avec cette adresse :
mail-gift-ignore = Si vous n’en voulez pas, vous n’avez rien à faire.
mail-declined-subject = Votre paiement n'a pas abouti
mail-declined = { $amount } n'ont pas pu être prélevés, et rien ne vous a été pris. { $reason }
mail-refunded-subject = { $amount } vous ont été rendus
mail-refunded = Nous vous avons rendu { $amount }. Votre banque peut mettre quelques jours à l'afficher.
mail-verify-subject = Confirmez votre adresse e-mail
mail-verify = Ouvrez cette page et appuyez sur son bouton pour confirmer que cette adresse est la vôtre :
mail-code = Si la page demande un code, le voici :
mail-ignore = Si vous n'avez rien demandé, vous n'avez rien à faire.
mail-registered-subject = Vous avez déjà un compte
mail-registered = Quelqu'un a voulu créer un compte avec votre adresse. Si c'était vous : vous avez déjà un compte. Connectez-vous, ou demandez un nouveau mot de passe si vous avez oublié le vôtre :
mail-reset-subject = Votre nouveau mot de passe
mail-reset = Sur cette page, vous pouvez choisir un nouveau mot de passe, une seule fois et pendant une heure :
mail-password-changed-subject = Votre mot de passe a été changé
mail-password-changed = Le mot de passe de votre compte a été changé, et tous les autres appareils ont été déconnectés. Si ce n'était pas vous, demandez tout de suite un nouveau mot de passe :
mail-email-changed-subject = Votre adresse e-mail a été changée
mail-email-changed = Votre compte a maintenant une autre adresse e-mail, et celle-ci ne reçoit plus de courrier. Si ce n'était pas vous, écrivez tout de suite à l'exploitant de ce site.

## Desktop window

window-no-server = Le serveur ne répond pas
window-no-server-words = Vérifiez que cet ordinateur est connecté et réessayez. Le serveur est peut-être en maintenance, ou il a changé d’adresse.
window-other-server = Utiliser un autre serveur
window-choose = Quel serveur ?
window-address = Adresse du serveur
window-address-hint = Comme dans un navigateur. Utilisez https, sauf si le serveur est sur votre propre réseau.
window-leads-elsewhere = Le lien que vous avez ouvert mène à un autre serveur que le vôtre. N’y allez que si vous lui faites confiance.
window-signed-in = Vous restez connecté sur chaque serveur que vous avez utilisé.
window-use = Utiliser ce serveur
window-keep = Rester ici
window-nobody = Aucun serveur ne répond à cette adresse, vérifiez-la.
window-not-started = La fenêtre n’a pas pu être rouverte, fermez-la et relancez le programme.
window-not-kept = L’adresse n’a pas pu être conservée pour le prochain démarrage, vérifiez si le disque est plein.
window-address-shapeless = Ce n’est pas l’adresse d’un serveur, elle commence par https:// ou http:// et nomme un hôte.
window-address-secret = L’adresse d’un serveur ne contient ni nom ni mot de passe.
window-address-rest = L’adresse d’un serveur se termine par l’hôte ou le port, omettez le reste.
menu-file = Fichier
menu-edit = Édition
menu-view = Affichage
menu-go = Aller à
menu-help = Aide
menu-browser = Ouvrir cette page dans le navigateur
menu-server = Utiliser un autre serveur…
menu-reload = Recharger
menu-larger = Plus grand
menu-smaller = Plus petit
menu-plain = Taille normale
menu-back = Précédent
menu-forward = Suivant
menu-shows = Événements
menu-quit = Quitter
