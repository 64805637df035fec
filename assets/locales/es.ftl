### The user-visible texts in Spanish. A test checks that all languages have the same messages.
### Money, seats and dates are formatted for the language before they are inserted.

## Dates, seats, numbers

weekday = { $number ->
    [1] lun
    [2] mar
    [3] mié
    [4] jue
    [5] vie
    [6] sáb
   *[7] dom
}
month = { $number ->
    [1] ene
    [2] feb
    [3] mar
    [4] abr
    [5] may
    [6] jun
    [7] jul
    [8] ago
    [9] sept
    [10] oct
    [11] nov
   *[12] dic
}
date-and-time = { $weekday }, { $day } { $month } { $year }, { $time }
# Same as in English.
day = { $day } { $month } { $year }
# As in "(Europe/Berlin time)".
time-zone = (hora de { $zone })
# Same as in English.
comma = { ", " }
seat-row = Fila { $row }
seat-number = Asiento { $number }
seat-anywhere = Entrada general
category = { $name ->
    [concert] Concierto
    [festival] Festival
    [theatre] Teatro
    [comedy] Comedia
    [sport] Deporte
    [exhibition] Exposición
   *[other] Otro
}

## Layout

# Same as in English.
brand = Ticketing
# What search engines show below the title.
description = Entradas de fans para fans: un solo precio final, y reservadas para ti mientras pagas.
# Same as in English.
page-title = { $title } · { brand }
skip = Saltar al contenido
main-navigation = Principal
nav-sell = Vender
nav-orders = Mis pedidos
nav-passes = Mis entradas
nav-sales = Mis ventas
sign-out = Cerrar sesión
who-is-unclear = Ahora mismo no podemos comprobar quién eres
sign-in = Iniciar sesión
sign-up = Registrarse
create-an-account = Crear una cuenta
one-moment = Un momento…
test-mode-footer = Modo de prueba: aquí no se mueve dinero real ni funciona ninguna tarjeta real.
language = Idioma
try-again = Reintentar
show-more = Mostrar más
sell-tickets = Vender entradas
all-in = precio final, sin gastos añadidos
total = Importe total
cancelled-show = Este evento está cancelado.
cancelled-show-money = Quien compró entradas recupera su dinero.

## Errors

problem-not-found = Aquí no hay nada
problem-not-found-words = La dirección es incorrecta o lo que había aquí ya no está.
problem-not-yours = Esto pertenece a otra persona
problem-not-yours-words = Solo puede verlo la persona a la que pertenece.
problem-signed-out = Primero inicia sesión
problem-signed-out-words = Solo tú puedes ver esta página, así que necesitamos saber que eres tú.
problem-other = Esto no ha funcionado
all-shows = Ver todos los eventos
go-back = Volver

error-failed = Algo ha fallado por nuestra parte. No se ha perdido nada, inténtalo de nuevo.
error-unavailable = Esto no funciona en este momento, inténtalo de nuevo en unos segundos.
error-malformed = No se ha podido leer la solicitud.
error-too-large = La solicitud es demasiado grande.
error-signed-out = Primero inicia sesión.
signed-out-meanwhile = Mientras tanto se cerró tu sesión, aquí o en otra pestaña.
sign-in-again = Vuelve a iniciar sesión
error-wrong-credentials = El correo electrónico o la contraseña no son correctos.
error-link-invalid = Este enlace ya se ha usado o ha caducado: pide uno nuevo.
error-email-unverified = Primero confirma tu correo electrónico.
error-not-yours = Esto pertenece a otra persona.
error-foreign-origin = La solicitud no procede de este sitio.
error-not-found = Aquí no hay nada.
error-not-allowed = Esto no se puede hacer aquí.
error-ticket-held = Otra persona está comprando esta entrada ahora mismo; puede que vuelva a estar libre en un minuto.
error-held-by-you = Ya tienes reservadas algunas de estas entradas. Paga primero ese pedido o cancélalo.
error-ticket-sold = Esta entrada está vendida.
error-ticket-withdrawn = Esta entrada ya no está a la venta.
error-ticket-listed = Esta entrada está a la venta. Retírala primero.
error-ticket-passed-on = El comprador ha cedido esta entrada, así que la venta no se puede deshacer.
error-refund-under-way = Se está devolviendo el dinero de esta entrada.
error-transfer-pending = Esta entrada ya está ofrecida a alguien. Retírala primero.
error-too-many-transfers = Una entrada se puede regalar { $most } veces.
error-ticket-used = Esta entrada ya se ha usado en la puerta.
error-own-ticket = Esta entrada es tuya.
error-seat-yours = Ya tienes una entrada para este asiento: { $seat }.
error-seat-taken = Otra persona ya tiene una entrada para este asiento: { $seat }. Si el asiento es tuyo, escribe a quien gestiona este sitio.
error-price-changed = El precio ha cambiado, míralo de nuevo antes de comprar.
error-changed-meanwhile = La entrada ha cambiado entretanto, mírala de nuevo.
error-too-many-tickets = Nadie puede reservar más de { $most } entradas para un mismo evento.
error-mixed-shows = Las entradas de un pedido deben ser para un mismo evento.
error-show-cancelled = Este evento está cancelado.
error-show-begun = Este evento ya ha empezado.
error-sold-together = Esta entrada se vendió junto con entradas de otros vendedores, así que no se puede devolver por separado.
error-not-sold = Esta entrada no está vendida, no hay dinero que devolver.
error-order-expired = El tiempo para pagar ha terminado, las entradas vuelven a estar a la venta.
error-order-open = Este pedido sigue abierto.
error-order-paid = Este pedido ya está pagado.
error-order-cancelled = Este pedido se canceló.
error-order-refunded = Este pedido se reembolsó.
error-payment-under-way = Hay un pago en curso para este pedido, espera la respuesta.
error-key-reused = Esta solicitud ya se envió antes con otro contenido.
error-too-many-requests = Demasiados intentos, espera { $seconds ->
    [one] un segundo
   *[other] { $seconds } segundos
}.

declined-generic = La tarjeta ha sido rechazada: pregunta el motivo a tu banco o prueba con otra tarjeta.
declined-insufficient-funds = La tarjeta ha sido rechazada: no tiene saldo suficiente, prueba con otra tarjeta.
declined-processing-error = La tarjeta ha sido rechazada: algo ha fallado en el banco, inténtalo de nuevo.
declined-authentication-failed = La tarjeta ha sido rechazada: tu banco no ha podido confirmar que eres tú, inténtalo de nuevo o prueba con otra tarjeta.
declined-closed = El pago se cerró antes de que tu banco respondiera.

flaw-empty = Este campo no puede estar vacío.
flaw-too-long = Puede tener como máximo { $most } caracteres.
flaw-invisible-characters = Contiene caracteres que no se ven.
flaw-no-email = Un correo electrónico se escribe así: name@example.org.
flaw-short-password = La contraseña debe tener al menos { $least } caracteres.
flaw-long-password = La contraseña puede tener como máximo { $most } caracteres.
flaw-common-password = Mucha gente usa esta contraseña, así que es de las primeras que se prueban. Elige otra.
flaw-no-method = Este no es un método de pago con el que se pueda cobrar.
flaw-no-amount = Un importe se escribe así: 49,90.
flaw-unclear-amount = ¿Quieres decir { $first } o { $second }? Escribe el importe sin separador de miles y con dos decimales.
flaw-no-price = El precio debe ser mayor que cero.
flaw-off-step = El precio debe ser múltiplo de { $step }.
flaw-low-price = El precio debe ser como mínimo de { $least }: no se puede cobrar menos con tarjeta.
flaw-high-total = Un pedido puede ser como máximo de { $most }: no se puede cobrar más con tarjeta. Elige menos entradas.
flaw-high-price = El precio puede ser como máximo de { $most }.
flaw-above-cap = Una entrada se revende como máximo por { $most }.
flaw-other-currency = Las entradas para este evento se pagan en { $currency }.
flaw-no-choice = Elige una de las opciones.
flaw-no-cursor = Esta lista no tiene esa página. Empieza por el principio.
flaw-nothing-chosen = Elige al menos una entrada.
flaw-together-beyond = Pide entre 1 y { $most } asientos juntos.
flaw-no-day = Un día se escribe así: 2026-12-05.
flaw-ends-before-it-begins = El último día es anterior al primero.
flaw-no-time = Una fecha con hora se escribe así: 2026-12-05T20:00.
flaw-no-time-zone = Una zona horaria se escribe así: Europe/Berlin.
flaw-past = La fecha del evento debe ser futura.
flaw-far-future = El evento debe celebrarse en los próximos cinco años.
flaw-skipped-time = Ese día, esta hora no existe por el cambio de hora.
flaw-ambiguous-time = Los relojes se atrasan y ese día marcan las { $time } dos veces: primero con UTC{ $earlier } y luego con UTC{ $later }. Elige cuál de las dos.
flaw-backwards = { $first }–{ $last } va al revés, escribe { $last }–{ $first }.
flaw-seat-count = Publica entre 1 y { $most } asientos a la vez.
flaw-repeated-seat = Los asientos { $first } y { $second } de tu lista son el mismo. Indica cada asiento una sola vez.

## All shows

home-title = Entradas de fans para fans
home-lead = Al comprar, tus entradas quedan reservadas mientras pagas y nadie más puede llevárselas. Los precios son finales, sin gastos añadidos.
search = Buscar
search-example = Artista, equipo, obra, recinto
city = Ciudad
kind = Tipo
from = Desde
to = Hasta
together = Asientos juntos
sort = Ordenar
find-shows = Buscar eventos
every-kind = Todos los tipos
any-number = Cualquier cantidad
seats-count = { $count ->
    [one] un asiento
   *[other] { $count } asientos
}
sort-date = Los más próximos primero
sort-price = Los más baratos primero
sort-newest = Los más recientes primero
no-show-fits = Ningún evento coincide
no-show-fits-words = Prueba con menos palabras o con otro día, o pon tú a la venta entradas para ese evento.
recently-seen = Vistos recientemente
# Before the lowest price of a show.
price-from = desde
# In the preview of a link to a show.
tickets-from = entradas desde { $price }
tickets-left = { $count ->
    [0] sin entradas por ahora
    [one] 1 entrada
   *[other] { $count } entradas
}

## A show

no-tickets = No hay entradas por ahora
no-tickets-words = Aparecerán aquí automáticamente en cuanto alguien publique una.
tickets = Entradas
prices-all-in = Los precios son finales, sin gastos añadidos.
sell-for-this-show = Vender entradas para este evento
prices = Precios
price-lowest = Más bajo
# The median price.
price-middle = Habitual
price-highest = Más alto
cheapest-together = Asientos juntos más baratos
choose-together = Elegir { $count } asientos juntos
yours = Tuya
face-value = valor nominal { $price }
details = Detalles
details-of = Detalles de { $seat }
time-left = quedan { $time }
state-on-sale = En venta
state-held = Alguien está pagando
held-by-you = Reservada por ti: pagar
to-your-order = Ir a tu pedido
state-sold = Vendida
state-withdrawn = Retirada
choose-tickets = Elige entradas
hold-tickets = { $count ->
    [0] Reservar entradas y pagar
    [one] Reservar 1 entrada y pagar
   *[other] Reservar { $count } entradas y pagar
}
sign-in-to-hold = Inicia sesión para reservar estas entradas.
you-announced = Tú anunciaste este evento
cancel-ask = Se retirarán todas las entradas y cada comprador recuperará su dinero. Esto no se puede deshacer. ¿Seguro?
cancel-yes = Sí, cancelar el evento
cancel-no = No, mantenerlo
cancel-show = Cancelar este evento
cancellation = Cancelación
cancelled-nobody = Nadie había comprado entradas, así que no hay dinero que devolver.
cancelled-progress = { $done } de { $tickets } entradas recuperadas; los compradores recuperan su dinero.
tickets-taken-back = Entradas recuperadas

## A card

card-section = Tu tarjeta
card-ready = Lista
card-ready-words = Podrás pagar con { $card } en cuanto las entradas estén reservadas.
card-forget = Olvidar esta tarjeta
card-first = Preparar la tarjeta antes de que empiece a correr el tiempo
card-first-title = La tarjeta, lista antes de que empiece a correr el tiempo
card-first-words = No se cobra nada hasta que pagues, y la tarjeta se olvida al cerrar esta ventana.
card-use = Usar esta tarjeta
later = Más tarde
card-entered = la tarjeta que has introducido
card-ending = la tarjeta terminada en { $digits }
test-mode = Modo de prueba: no se mueve dinero real
card-number = Número de tarjeta
card-unknown = Estás en modo de prueba, usa una de las tarjetas de prueba de abajo.
test-card = Tarjeta de prueba
test-cards = Tarjetas de prueba
test-card-outcome = { $card ->
    [pm_card_visa] se acepta
    [pm_card_chargeDeclined] se rechaza
    [pm_card_chargeDeclinedInsufficientFunds] se rechaza: saldo insuficiente
    [pm_card_chargeDeclinedProcessingError] falla con un error de procesamiento
    [pm_card_authenticationRequired] te pide confirmar que eres tú
   *[pm_card_neverAnswers] nunca recibe respuesta
}
card-show-again = Volver a mostrar el campo de la tarjeta
card-field-failed = No se ha podido cargar el campo de la tarjeta: permite js.stripe.com en tu navegador e inténtalo de nuevo.
card-in-browser = Las tarjetas solo se aceptan en el navegador, abre esta página allí.

## An order

order = Tu pedido
sign-in-for-order = Inicia sesión para ver tu pedido.
order-held = Paga tus entradas
order-complete = Las entradas son tuyas
order-expired = Se acabó el tiempo
order-cancelled = Pedido cancelado
order-refunded = Pedido reembolsado
time-over = El tiempo para pagar ha terminado.
time-short-pay = Quedan menos de 20 segundos: paga ahora y tu banco tendrá dos minutos más.
time-short = Quedan menos de 20 segundos.
time-minute = Queda menos de un minuto.
time-held = Las entradas están reservadas para ti.
clock-over = El tiempo ha terminado, estamos comprobando qué ha pasado con tu pedido…
clock-extended = Tu pago ha empezado, así que las entradas quedan reservadas un poco más.
clock-held = Las entradas están reservadas para ti. Si no pagas a tiempo, volverán a estar a la venta.
give-back = Liberar las entradas
pay = Pagar { $total }
pay-with = Pagar { $total } con { $card }
asking-bank = Consultando a tu banco…
asking-bank-words = Consultando a tu banco… No se te cobrará dos veces.
bank-silent = Tu banco aún no ha respondido. Lo estamos comprobando; no se te cobrará dos veces.
bank-yes = Tu banco ha dicho que sí. Estamos poniendo las entradas a tu nombre…
card-other = Usar otra tarjeta
card-needs-script = Una tarjeta real necesita JavaScript: su número va únicamente a Stripe.
bank-may-ask = Puede que tu banco pregunte: ¿eres tú?
bank-asks = Tu banco pregunta: ¿eres tú?
bank-page = Lo pregunta en su propia página y después te trae de vuelta aquí. Mientras tanto, las entradas están reservadas para ti.
bank-go = Ir a tu banco
bank-here = En modo de prueba, esta página hace las veces de la de tu banco.
it-is-me = Sí, soy yo
no = No soy yo
ended-complete = Has pagado y las entradas son tuyas. ¡Que lo disfrutes!
ended-expired = No pagaste a tiempo, así que las entradas vuelven a estar a la venta. No se ha cobrado nada.
ended-ticket-changed = El vendedor cambió una entrada justo antes de que la reservaras, así que el pedido se canceló. No se ha cobrado nada.
ended-show-cancelled = El evento se canceló antes de que pagaras. No se ha cobrado nada.
refunded-show-cancelled = El evento se canceló.
refunded-by-seller = El vendedor recuperó las entradas.
refunded-given-back = Las entradas ya no son tuyas.
refunded-by-bank = Al final, tu banco no nos ha permitido cobrar el dinero. No se te cobra nada y las entradas vuelven a estar a la venta.
ended-by-you = Liberaste las entradas. No se ha cobrado nada.
money-back = Se te ha devuelto el importe de { $total }.
money-on-its-way = Tu dinero ya está en camino de vuelta.
look-at-show = Ver el evento
same-tickets-again = Intentar conseguir las mismas entradas
other-tickets = Otras entradas para este evento
sign-in-for-orders = Inicia sesión para ver lo que has comprado.
no-orders = Aún no has comprado nada

sign-in-for-passes = Inicia sesión para ver tus entradas.
no-passes = Aún no tienes entradas con código
show-code = Mostrar código
pass-code = Código QR para la puerta
pass-code-hint = Muestra este código en la puerta. Deja de valer cuando la entrada cambia de dueño.
resell = Vender
resell-title = Vender esta entrada
resell-hint = Tu código vale hasta que alguien haya pagado. Entonces el comprador recibe uno nuevo y el tuyo se rechaza en la puerta.
resell-change = Cambiar el precio o retirar
resell-cap = Como máximo { $most }.
gift-title = Regalar esta entrada
gift-hint = Quien lee esta dirección recibe un enlace. Tu código sigue siendo válido hasta que la acepte.
gift-address = Correo electrónico de la persona
gift-button = Regalar
gift-pending = Ofrecida a { $recipient }. Tu código sigue siendo válido hasta que la acepte.
gift-take-back = Retirar
gift-for-you = Una entrada para ti
gift-sign-in = Inicia sesión o crea una cuenta con la dirección a la que llegó el correo.
gift-unverified = Primero confirma tu dirección: abre el enlace del correo que te enviamos y vuelve a abrir esta página.
gift-gone = Este regalo es para otra dirección que no es { $address }, o ya fue aceptado o retirado.
gift-accept-hint = Cuando la aceptes, la entrada es tuya y el código anterior deja de ser válido.
gift-accept = Aceptar
pass-used = Esta entrada ya se ha usado: { $gate }
door-title = Puerta: { $title }
door-failed = No se pudo cargar el lector. Conéctate a la red y recarga la página.
door-admitted = Admitido
door-already-admitted = Ya admitido
door-replaced = Reemplazado: la entrada tiene otro dueño
door-other-show = Una entrada para otro espectáculo
door-unknown = No es una entrada
door-undecided = Se está vendiendo o reembolsando: prueba en un minuto
door-server-says = El servidor ha decidido otra cosa
door-online = En línea
door-offline = Sin red: se enviará después
door-refused = No puedes revisar aquí, o el enlace ha caducado
door-no-list = La lista se está cargando
door-undo = Deshacer
door-undone = deshecho
door-gate = Nombre de esta puerta
door-gate-default = Puerta principal
door-start = Empezar
door-no-camera = No se puede usar la cámara. Usa un lector que escriba o teclea el código.
door-type = Código (un lector puede escribir aquí)
door-admitted-count = Admitidos:
door-here-count = Aquí:
door-waiting-count = Por enviar:
door-helpers = Ayudantes
door-helpers-hint = Quien tenga el enlace puede revisar entradas hasta un día después del comienzo. Un enlace nuevo anula el anterior.
door-link = Nuevo enlace para ayudantes
door-link-label = Enlace para ayudantes
to-the-door = A la puerta
issue-here = Estas entradas se emiten aquí
issue-here-hint = Cada comprador recibe un código para la puerta, y una reventa anula el código anterior. Déjalo sin marcar para entradas de otro sitio.
issued-here = Emitida aquí: recibes un código nuevo y todos los anteriores se rechazan en la puerta.
tickets-arrive = Tus entradas llegan enseguida: el banco está confirmando el pago.
to-your-tickets = Ver mis entradas

find-a-show = Buscar un evento
order-state-held = Pendiente de pago
order-state-complete = Pagado
order-state-expired = Tiempo agotado
order-state-cancelled = Cancelado
order-state-refunded = Reembolsado
tickets-count = { $count ->
    [one] 1 entrada
   *[other] { $count } entradas
}
pay-now = Pagar ahora

## Selling

sign-in-to-sell = Inicia sesión para vender tus entradas: así te encuentran los compradores y su dinero.
which-show = ¿Para qué evento son?
find-show = Buscar un evento
find = Buscar
find-nothing = Ningún evento coincide. Anúncialo con el otro formulario.
announce-title = O anunciar un evento nuevo
show-title = Título
venue = Recinto
country = País
starts-at = Fecha y hora en el recinto
which-time = ¿Cuál de las dos horas?
time-with-offset = a las { $time } (UTC{ $offset })
show-time-zone = Zona horaria del recinto
currency = Moneda
announce = Anunciar evento
sell-title = Vender entradas para { $show }
sell-cancelled = Este evento está cancelado, así que no se pueden vender entradas para él.
section = Sector (si lo hay)
row = Fila (si la hay)
seats = Asientos (si están numerados)
seats-hint = Uno o varios, como 12-15, 18, o pegados con su ubicación, como A 12-15. Déjalo vacío para una sola entrada sin asiento.
preview = Lo que leerán los compradores
price-of-each = Precio de cada una en { $currency }
face-value-of-each = Valor nominal de cada una (opcional)
price-advice = Otros piden desde { $lowest }, y el precio intermedio es { $middle } (entradas en venta: { $count }). Las más baratas se venden primero.
list-tickets = { $count ->
    [0] Publicar entradas
    [one] Publicar 1 entrada
   *[other] Publicar { $count } entradas
}
share-all = Recibes { $left } por entrada, la plataforma no se queda con nada.
share-rest = Recibes { $left } por entrada, la plataforma se queda con el { $fee } ({ $kept }).
all-tickets = Todas las entradas para este evento
face-value-line = Valor nominal { $price }
all-in-line = Precio final, sin gastos añadidos
edit-held = Alguien está pagando esta entrada ahora mismo, así que no se puede editar ni retirar.
edit-sold = Esta entrada está vendida.
edit-withdrawn = Retiraste esta entrada de la venta.
your-ticket = Esta entrada es tuya
look-again = Mirar de nuevo
price-in = Precio en { $currency }
change-price = Cambiar el precio
withdraw = Retirar de la venta
sign-in-for-sales = Inicia sesión para ver lo que vendes.
no-sales = Aún no vendes nada
refund-ask = El comprador recupera { $price } y la entrada se retira. Lo mismo ocurre con tus otras entradas de la misma compra. ¿Seguro?
refund-busy = Devolviendo el dinero…
refund-yes = Sí, devolverlo
refund-no = No, mantener la venta
refund = Devolver el dinero
refund-of = Devolver el dinero de { $seat }
earnings = Ingresos
earnings-failed = No podemos mostrar tus ingresos.
owed = Te debemos ahora
held-back = Retenido hasta después del evento
on-its-way = En camino
paid-out = Transferido
payouts-unknown = Aún no sabemos adónde enviar tu dinero. Te lo guardamos hasta que nos lo digas.
payouts-go-on = Continuar con Stripe
payouts-say = Indicar adónde enviarlo
history = Historial
history-days = Los días son los de UTC, aquí y en el archivo.
download = Descargar en CSV
movement = { $kind ->
    [sale] Venta
    [refund] Reembolso
    [payout] Transferencia
   *[payout_failed] Transferencia que no se pudo entregar
}
movement-price = precio { $price }
movement-fee = comisión { $fee }

## Signing in and up

new-here = ¿Aún no tienes cuenta?
one-account = Una sola cuenta para comprar y vender.
have-account = ¿Ya tienes una cuenta?
email = Correo electrónico
password = Contraseña
password-length = Al menos { $least } caracteres
password-uncommon = No una de las contraseñas que usa mucha gente
password-show = Mostrar
password-hide = Ocultar
forgot-password = ¿Has olvidado tu contraseña?
create-account = Crear cuenta

## An account

account = Tu cuenta
sign-in-for-account = Inicia sesión para ver tu cuenta.
verified = Confirmado
unverified = Aún sin confirmar
unverified-words = Confirma tu correo electrónico con el enlace que hemos enviado a { $email }. Hasta entonces no te enviaremos correos sobre tus entradas.
unverified-listing = Podrás poner entradas a la venta en cuanto esté confirmado.
send-link-again = Enviar el enlace otra vez
link-sent = El enlace está en camino.
link-missing = Si no encuentras el mensaje, mira en la carpeta de correo no deseado.
change-email = Cambiar el correo electrónico
change-email-words = Enviamos un enlace a la nueva dirección. El cambio se hace cuando lo confirmes desde allí.
new-email = Nuevo correo electrónico
your-password = Tu contraseña
email-change-sent = Hemos enviado un enlace a la nueva dirección. Confírmala desde allí.
change-password = Cambiar la contraseña
change-password-words = Aquí seguirás con la sesión iniciada; en los demás dispositivos se cerrará.
current-password = Contraseña actual
new-password = Nueva contraseña
password-changed = Tu contraseña se ha cambiado.
wrong-password = Esta no es tu contraseña.
sessions = Dónde tienes la sesión iniciada
device = { $browser } en { $system }
device-unknown = Dispositivo desconocido
this-device = Este dispositivo
session-started = Inicio de sesión:
session-used = Último uso:
end-session-of = Cerrar sesión en { $device }
session-ended = Se ha cerrado la sesión en ese dispositivo.
end-other-sessions = Cerrar sesión en los demás dispositivos
other-sessions-ended = Se ha cerrado la sesión en los demás dispositivos.
security-events = Actividad reciente
security-events-words = Si hay algo que no reconoces, cambia tu contraseña.
security-events-earlier = Antes
security-event = { $kind ->
    [signed_up] Cuenta creada
    [signed_in] Inicio de sesión
    [sign_in_failed] Inicio de sesión con contraseña incorrecta
    [email_verified] Correo electrónico confirmado
    [email_changed] Correo electrónico cambiado
    [password_changed] Contraseña cambiada
    [password_reset_requested] Enlace para una nueva contraseña solicitado
    [password_reset] Nueva contraseña establecida con un enlace
   *[session_revoked] Sesión cerrada desde otro dispositivo
}
your-data = Tus datos
your-data-words = Todo lo que guardamos sobre ti, en un archivo.
download-data = Descargar mis datos
close-account = Cerrar la cuenta
close-account-ask = Qué ocurre entonces
close-account-words = Esto no se puede deshacer.
close-sessions = Se cierra tu sesión en todas partes y se borran tu correo electrónico y los mensajes que te enviamos.
close-listings = Se retiran las entradas que tengas a la venta.
close-orders = Ya no verás aquí tus pedidos. Guarda antes lo que necesites de ellos.
close-money = Las compras, ventas y pagos quedan en nuestros libros sin tu dirección. Si aún se te debe dinero, espera a recibirlo: después ya no podrás decir adónde enviarlo.
close-account-yes = Cerrar mi cuenta definitivamente
account-closed = Tu cuenta está cerrada. Gracias por haber estado aquí.
verify-title = Confirma tu correo electrónico
verify-words = Pulsa el botón para confirmar que la dirección es tuya.
link-code = Código del correo
verify-button = Confirmar
verify-again = En la página de tu cuenta puedes pedir otro.
verified-title = Correo electrónico confirmado
verified-words = Gracias, la dirección está confirmada.
to-account = Ir a tu cuenta
forgot-title = Contraseña olvidada
forgot-words = Te enviamos un enlace con el que puedes establecer una nueva.
send-link = Enviar el enlace
forgot-sent = Si la dirección pertenece a una cuenta y está confirmada, el enlace está en camino. Es válido durante una hora.
back-to-sign-in = Volver al inicio de sesión
reset-title = Establecer una contraseña nueva
reset-words = Después se cerrará tu sesión en todas partes y la iniciarás con la contraseña nueva.
reset-button = Establecer contraseña
reset-done-title = Contraseña nueva establecida
reset-done = Inicia sesión con tu nueva contraseña.
ask-for-link = Pedir un enlace nuevo

## Mails

mail-money = { $amount } { $currency }
mail-decimal-separator = ,
mail-group-separator = .
# Amounts of at least so many digits before the decimal separator are grouped.
mail-grouped-from = 5
mail-order-complete-subject = Sus entradas para { $title }
mail-order-complete = Las entradas son suyas.
mail-total = Total: { $amount }, todo incluido
mail-order-link = Su pedido:
mail-capture-failed-subject = Su pedido para { $title } no salió adelante
mail-capture-failed = Al final su banco no nos dejó cobrar el dinero, así que su pedido se ha anulado. No se le cobra nada.
mail-refund-subject = Su dinero de vuelta por { $title }
mail-refund-by-seller = El vendedor ha retirado estas entradas. Su dinero, { $amount }, va de vuelta hacia usted.
mail-refund-undone = Su pedido se ha anulado. Su dinero, { $amount }, va de vuelta hacia usted.
mail-cancelled-subject = Cancelado: { $title }
mail-cancelled-refunded = Lo sentimos: este espectáculo se ha cancelado. Su dinero, { $amount }, va de vuelta hacia usted.
mail-cancelled-unpaid = Lo sentimos: este espectáculo se ha cancelado. No se le cobra nada.
mail-cancelled-sold = Este espectáculo se ha cancelado. El comprador de sus entradas recupera su dinero.
mail-cancelled-unsold = Este espectáculo se ha cancelado. Sus entradas ya no están a la venta.
mail-sold-subject = { $count ->
    [one] Vendida: una entrada para { $title }
   *[other] Vendidas: { $count } entradas para { $title }
}
mail-sold = { $count ->
    [one] Ha vendido una entrada.
   *[other] Ha vendido { $count } entradas.
}
mail-sold-price = Precio: { $amount }
mail-sales-link = Sus ventas:
mail-sale-undone-subject = Su venta para { $title } se ha anulado
mail-sale-undone-by-bank = Al final el banco del comprador no nos dejó cobrar el dinero, así que esta venta se ha anulado. Las entradas vuelven a estar a la venta.
mail-sale-undone-by-refund = Se devolvió el dinero al comprador, así que esta venta se ha anulado. Las entradas no vuelven a estar a la venta.
mail-gift-subject = Una entrada para { $title }, para ti
mail-gift = { $giver } te regala esta entrada:
mail-gift-link = Será tuya cuando abras esta página y la aceptes. Allí inicias sesión o creas una cuenta con esta dirección:
mail-gift-ignore = Si no la quieres, no tienes que hacer nada.
mail-declined-subject = Su pago no se ha realizado
mail-declined = No se han podido cobrar { $amount }, y no se le ha cobrado nada. { $reason }
mail-refunded-subject = Ha recuperado { $amount }
mail-refunded = Le hemos devuelto { $amount }. Su banco puede tardar unos días en mostrarlo.
mail-verify-subject = Confirme su dirección de correo
mail-verify = Abra esta página y pulse su botón para confirmar que esta dirección es suya:
mail-code = Si la página pide un código, es este:
mail-ignore = Si no lo ha pedido, no tiene que hacer nada.
mail-registered-subject = Ya tiene una cuenta
mail-registered = Alguien ha intentado crear una cuenta con su dirección. Si ha sido usted: ya tiene una cuenta. Inicie sesión, o pida una contraseña nueva si ha olvidado la suya:
mail-reset-subject = Su nueva contraseña
mail-reset = En esta página puede elegir una contraseña nueva, una sola vez y durante una hora:
mail-password-changed-subject = Se ha cambiado su contraseña
mail-password-changed = Se ha cambiado la contraseña de su cuenta y se ha cerrado la sesión en los demás dispositivos. Si no ha sido usted, pida enseguida una contraseña nueva:
mail-email-changed-subject = Se ha cambiado su dirección de correo
mail-email-changed = Su cuenta tiene ahora otra dirección de correo, y esta ya no recibe correos. Si no ha sido usted, escriba enseguida al operador de este sitio.

## Desktop window

window-no-server = El servidor no responde
window-no-server-words = Comprueba si este ordenador tiene conexión e inténtalo de nuevo. Quizá el servidor esté en mantenimiento, o ya tenga otra dirección.
window-other-server = Usar otro servidor
window-choose = ¿Qué servidor?
window-address = Dirección del servidor
window-address-hint = Como en un navegador. Usa https, salvo que el servidor esté en tu propia red.
window-leads-elsewhere = El enlace que has abierto lleva a un servidor distinto del tuyo. Ve allí solo si confías en él.
window-signed-in = Tu sesión sigue abierta en cada servidor que has usado.
window-use = Usar este servidor
window-keep = Quedarse aquí
window-nobody = Ningún servidor responde en esta dirección, comprueba si es correcta.
window-not-started = No se ha podido volver a abrir la ventana, ciérrala e inicia el programa de nuevo.
window-not-kept = No se ha podido guardar la dirección para el próximo inicio, comprueba si el disco está lleno.
window-address-shapeless = Esto no es la dirección de un servidor, empieza por https:// o http:// y nombra un equipo.
window-address-secret = La dirección de un servidor no contiene nombre ni contraseña.
window-address-rest = La dirección de un servidor termina con el equipo o el puerto, omite el resto.
menu-file = Archivo
menu-edit = Editar
menu-view = Ver
menu-go = Ir
menu-help = Ayuda
menu-browser = Abrir esta página en el navegador
menu-server = Usar otro servidor…
menu-reload = Recargar
menu-larger = Más grande
menu-smaller = Más pequeño
menu-plain = Tamaño normal
menu-back = Atrás
menu-forward = Adelante
menu-shows = Eventos
menu-quit = Salir
