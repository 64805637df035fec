### The user-visible texts in Arabic. A test checks that all languages have the same messages.
### Money, seats and dates are formatted for the language before they are inserted.

## Dates, seats, numbers

weekday = { $number ->
    [1] الاثنين
    [2] الثلاثاء
    [3] الأربعاء
    [4] الخميس
    [5] الجمعة
    [6] السبت
   *[7] الأحد
}
month = { $number ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
}
date-and-time = { $weekday }، { $day } { $month } { $year }، { $time }
# Same as in English.
day = { $day } { $month } { $year }
# As in "(Europe/Berlin time)".
time-zone = (بتوقيت { $zone })
comma = { "، " }
seat-row = صف { $row }
seat-number = مقعد { $number }
seat-anywhere = دخول عام
category = { $name ->
    [concert] حفل موسيقي
    [festival] مهرجان
    [theatre] مسرح
    [comedy] كوميديا
    [sport] رياضة
    [exhibition] معرض
   *[other] أخرى
}

## Layout

# Same as in English.
brand = Ticketing
# What search engines show below the title.
description = تذاكر من المعجبين إلى المعجبين: سعر واحد شامل كل شيء، وهي محجوزة لك أثناء الدفع.
# Same as in English.
page-title = { $title } · { brand }
skip = التخطي إلى المحتوى
main-navigation = التنقل الرئيسي
nav-sell = بيع
nav-orders = طلباتي
nav-passes = تذاكري
nav-sales = مبيعاتي
sign-out = تسجيل الخروج
who-is-unclear = يتعذّر علينا التحقق من هويتك الآن
sign-in = تسجيل الدخول
sign-up = التسجيل
create-an-account = إنشاء حساب جديد
one-moment = لحظة من فضلك…
test-mode-footer = وضع الاختبار: لا تُنقل أي أموال حقيقية، ولا تعمل أي بطاقة حقيقية هنا.
language = اللغة
try-again = إعادة المحاولة
show-more = عرض المزيد
sell-tickets = بيع التذاكر
all-in = السعر شامل كل شيء دون رسوم إضافية
total = المجموع
cancelled-show = أُلغيت هذه الفعالية.
cancelled-show-money = كل من اشترى تذاكر يستعيد أمواله.

## Errors

problem-not-found = لا يوجد شيء هنا
problem-not-found-words = العنوان غير صحيح، أو أن ما كان هنا لم يعد موجودًا.
problem-not-yours = هذا يخص شخصًا آخر
problem-not-yours-words = لا يمكن أن يراه إلا صاحبه.
problem-signed-out = سجّل الدخول أولًا
problem-signed-out-words = هذه الصفحة لا يراها أحد سواك، لذا علينا التأكد من أنك أنت.
problem-other = لم ينجح ذلك
all-shows = عرض كل الفعاليات
go-back = رجوع

error-failed = حدث خطأ من جانبنا. لم يضِع شيء، حاول مرة أخرى.
error-unavailable = هذا لا يعمل في الوقت الحالي، حاول مرة أخرى بعد بضع ثوانٍ.
error-malformed = تعذّرت قراءة الطلب المرسل.
error-too-large = حجم الطلب المرسل كبير جدًا.
error-signed-out = سجّل الدخول أولًا.
signed-out-meanwhile = تم تسجيل خروجك في هذه الأثناء، هنا أو في علامة تبويب أخرى.
sign-in-again = سجّل الدخول مجددًا
error-wrong-credentials = البريد الإلكتروني أو كلمة المرور غير صحيحة.
error-link-invalid = استُخدم هذا الرابط من قبل أو انتهت صلاحيته، اطلب رابطًا جديدًا.
error-email-unverified = أكّد بريدك الإلكتروني أولًا.
error-not-yours = هذا يخص شخصًا آخر.
error-foreign-origin = لم يُرسل الطلب من هذا الموقع.
error-not-found = لا يوجد شيء هنا.
error-not-allowed = لا يمكن القيام بذلك هنا.
error-ticket-held = شخص آخر يشتري هذه التذكرة الآن، وقد تتوفر مجددًا خلال دقيقة.
error-held-by-you = أنت تحجز بعض هذه التذاكر بالفعل. ادفع ثمن ذلك الطلب أو ألغه أولًا.
error-ticket-sold = بيعت هذه التذكرة.
error-ticket-withdrawn = لم تعد هذه التذكرة معروضة للبيع.
error-ticket-listed = هذه التذكرة معروضة للبيع. اسحبها أولًا.
error-ticket-passed-on = نقل المشتري هذه التذكرة إلى غيره، لذا لا يمكن التراجع عن البيع.
error-refund-under-way = يجري رد ثمن هذه التذكرة.
error-transfer-pending = هذه التذكرة معروضة على شخص آخر. استرجعها أولًا.
error-too-many-transfers = يمكن إهداء التذكرة { $most } مرات.
error-ticket-used = استُخدمت هذه التذكرة عند الدخول.
error-own-ticket = هذه تذكرتك أنت.
error-seat-yours = لديك تذكرة لهذا المقعد بالفعل: { $seat }.
error-seat-taken = لدى شخص آخر تذكرة لهذا المقعد بالفعل: { $seat }. إن كان المقعد لك فاكتب إلى مشغّل هذا الموقع.
error-price-changed = تغيّر السعر، راجعه مرة أخرى قبل الشراء.
error-changed-meanwhile = تغيّرت التذكرة في هذه الأثناء، راجعها مرة أخرى.
error-too-many-tickets = لا يمكن لأحد حجز أكثر من { $most } من تذاكر الفعالية الواحدة.
error-mixed-shows = يجب أن تكون تذاكر الطلب الواحد لفعالية واحدة.
error-show-cancelled = أُلغيت هذه الفعالية.
error-show-begun = بدأت هذه الفعالية بالفعل.
error-sold-together = بيعت هذه التذكرة مع تذاكر لبائعين آخرين، لذا لا يمكن إرجاعها وحدها.
error-not-sold = لم تُبَع هذه التذكرة، فلا يوجد مبلغ لإعادته.
error-order-expired = انتهى وقت الدفع، والتذاكر معروضة للبيع من جديد.
error-order-open = ما زال هذا الطلب مفتوحًا.
error-order-paid = هذا الطلب مدفوع بالفعل.
error-order-cancelled = أُلغي هذا الطلب.
error-order-refunded = أُعيد مبلغ هذا الطلب.
error-payment-under-way = توجد عملية دفع جارية لهذا الطلب، انتظر نتيجتها.
error-key-reused = سبق إرسال هذا الطلب بمحتوى مختلف.
error-too-many-requests = محاولات كثيرة جدًا، انتظر { $seconds ->
    [one] ثانية واحدة
    [two] ثانيتين
    [few] { $seconds } ثوانٍ
    [many] { $seconds } ثانية
   *[other] { $seconds } ثانية
}.

declined-generic = رُفضت البطاقة: اسأل مصرفك عن السبب، أو جرّب بطاقة أخرى.
declined-insufficient-funds = رُفضت البطاقة: رصيدها غير كافٍ، جرّب بطاقة أخرى.
declined-processing-error = رُفضت البطاقة: حدث خطأ لدى المصرف، حاول مرة أخرى.
declined-authentication-failed = رُفضت البطاقة: لم يتمكن مصرفك من تأكيد هويتك، حاول مرة أخرى أو جرّب بطاقة أخرى.
declined-closed = أُغلقت عملية الدفع قبل أن يرد مصرفك.

flaw-empty = لا يمكن ترك هذا الحقل فارغًا.
flaw-too-long = الحد الأقصى لعدد الأحرف هو { $most }.
flaw-invisible-characters = يحتوي هذا على أحرف غير مرئية.
flaw-no-email = يُكتب البريد الإلكتروني هكذا: name@example.org.
flaw-short-password = الحد الأدنى لعدد أحرف كلمة المرور هو { $least }.
flaw-long-password = الحد الأقصى لعدد أحرف كلمة المرور هو { $most }.
flaw-common-password = يستخدم كثيرون كلمة المرور هذه، لذا فهي من أول ما يُجرَّب. اختر غيرها.
flaw-no-method = لا يمكن تحصيل المبلغ بوسيلة الدفع هذه.
flaw-no-amount = يُكتب المبلغ هكذا: 49.90.
flaw-unclear-amount = هل تقصد { $first } أم { $second }؟ اكتب المبلغ من دون فاصلة الآلاف وبمنزلتين عشريتين.
flaw-no-price = يجب أن يكون السعر أكبر من صفر.
flaw-off-step = يجب أن يكون السعر من مضاعفات { $step }.
flaw-low-price = يجب ألا يقل السعر عن { $least }: لا يمكن تحصيل أقل من ذلك بالبطاقة.
flaw-high-total = لا يمكن أن يتجاوز الطلب { $most }: لا يمكن تحصيل أكثر من ذلك بالبطاقة. اختر تذاكر أقل.
flaw-high-price = لا يمكن أن يتجاوز السعر { $most }.
flaw-above-cap = تُعاد بيع التذكرة بسعر { $most } على الأكثر.
flaw-other-currency = تُدفع تذاكر هذه الفعالية بعملة { $currency }.
flaw-no-choice = اختر أحد الخيارات.
flaw-no-cursor = لا توجد صفحة كهذه في هذه القائمة. ابدأ من أولها.
flaw-nothing-chosen = اختر تذكرة واحدة على الأقل.
flaw-together-beyond = اطلب عددًا من المقاعد المتجاورة بين 1 و{ $most }.
flaw-no-day = يُكتب اليوم هكذا: { "\u2066" }2026-12-05{ "\u2069" }.
flaw-ends-before-it-begins = اليوم الأخير قبل اليوم الأول.
flaw-no-time = يُكتب التاريخ والوقت هكذا: { "\u2066" }2026-12-05T20:00{ "\u2069" }.
flaw-no-time-zone = تُكتب المنطقة الزمنية هكذا: Europe/Berlin.
flaw-past = يجب أن يكون موعد الفعالية في المستقبل.
flaw-far-future = يجب أن تقام الفعالية خلال السنوات الخمس القادمة.
flaw-skipped-time = هذا الوقت غير موجود في ذلك اليوم بسبب تغيير الساعة.
flaw-ambiguous-time = تُؤخَّر الساعات في ذلك اليوم فتشير إلى { $time } مرتين: أولًا بتوقيت { "\u2066" }UTC{ $earlier }{ "\u2069" } ثم بتوقيت { "\u2066" }UTC{ $later }{ "\u2069" }. اختر أيّهما تقصد.
flaw-backwards = النطاق { "\u2066" }{ $first }–{ $last }{ "\u2069" } معكوس، اكتب { "\u2066" }{ $last }–{ $first }{ "\u2069" }.
flaw-seat-count = اعرض في المرة الواحدة عددًا من المقاعد بين 1 و{ $most }.
flaw-repeated-seat = المقعدان { $first } و{ $second } في قائمتك مقعد واحد. اذكر كل مقعد مرة واحدة.

## All shows

home-title = تذاكر من الجمهور إلى الجمهور
home-lead = عند الشراء تُحجز لك التذاكر ريثما تدفع، ولا يمكن لأحد غيرك أخذها. الأسعار شاملة كل شيء دون رسوم إضافية.
search = بحث
search-example = فنان، فريق، مسرحية، مكان
city = المدينة
kind = النوع
from = من
to = إلى
together = مقاعد متجاورة
sort = الترتيب
find-shows = البحث عن فعاليات
every-kind = كل الأنواع
any-number = أي عدد
seats-count = { $count ->
    [one] مقعد واحد
    [two] مقعدان
    [few] { $count } مقاعد
    [many] { $count } مقعدًا
   *[other] { $count } مقعد
}
sort-date = الأقرب موعدًا أولًا
sort-price = الأرخص أولًا
sort-newest = الأحدث أولًا
no-show-fits = لا توجد فعالية مطابقة
no-show-fits-words = جرّب كلمات أقل أو يومًا آخر، أو اعرض أنت تذاكر لهذه الفعالية.
recently-seen = شوهدت مؤخرًا
# Before the lowest price of a show.
price-from = ابتداءً من
# In the preview of a link to a show.
tickets-from = تذاكر ابتداءً من { $price }
tickets-left = { $count ->
    [0] لا تذاكر حاليًا
    [one] تذكرة واحدة
    [two] تذكرتان
    [few] { $count } تذاكر
    [many] { $count } تذكرة
   *[other] { $count } تذكرة
}

## A show

no-tickets = لا توجد تذاكر حاليًا
no-tickets-words = تظهر التذاكر هنا تلقائيًا فور أن يعرض أحد تذكرة.
tickets = التذاكر
prices-all-in = الأسعار شاملة كل شيء دون رسوم إضافية.
sell-for-this-show = بيع تذاكر لهذه الفعالية
prices = الأسعار
price-lowest = الأدنى
# The median price.
price-middle = المعتاد
price-highest = الأعلى
cheapest-together = أرخص المقاعد المتجاورة
choose-together = اختيار مقاعد متجاورة عددها { $count }
yours = تذكرتك
face-value = القيمة الاسمية { $price }
details = التفاصيل
details-of = تفاصيل { $seat }
time-left = يتبقى { $time }
state-on-sale = معروضة للبيع
state-held = هناك من يدفع ثمنها
held-by-you = محجوزة لك: ادفع الآن
to-your-order = إلى طلبك
state-sold = مبيعة
state-withdrawn = مسحوبة
choose-tickets = اختر التذاكر
hold-tickets = { $count ->
    [0] حجز التذاكر والدفع
    [one] حجز تذكرة واحدة والدفع
    [two] حجز تذكرتين والدفع
    [few] حجز { $count } تذاكر والدفع
    [many] حجز { $count } تذكرة والدفع
   *[other] حجز { $count } تذكرة والدفع
}
sign-in-to-hold = سجّل الدخول لحجز هذه التذاكر.
you-announced = أنت من أعلن عن هذه الفعالية
cancel-ask = ستُسحب كل التذاكر، ويستعيد كل مشترٍ أمواله. لا يمكن التراجع عن ذلك. هل أنت متأكد؟
cancel-yes = نعم، إلغاء الفعالية
cancel-no = لا، الإبقاء عليها
cancel-show = إلغاء هذه الفعالية
cancellation = الإلغاء
cancelled-nobody = لم يشترِ أحد أي تذكرة، فلا توجد مبالغ لإعادتها.
cancelled-progress = التذاكر المسترجعة: { $done } من { $tickets }؛ ويستعيد المشترون أموالهم.
tickets-taken-back = التذاكر المسترجعة

## A card

card-section = بطاقتك
card-ready = جاهزة
card-ready-words = يمكنك الدفع باستخدام { $card } فور حجز التذاكر.
card-forget = نسيان هذه البطاقة
card-first = تجهيز البطاقة قبل بدء العد التنازلي
card-first-title = بطاقة جاهزة قبل بدء العد التنازلي
card-first-words = لن يُخصم أي مبلغ حتى تدفع، وتُنسى البطاقة عند إغلاق هذه النافذة.
card-use = استخدام هذه البطاقة
later = لاحقًا
card-entered = البطاقة التي أدخلتها
card-ending = البطاقة المنتهية بالأرقام { $digits }
test-mode = وضع الاختبار: لا تُنقل أي أموال حقيقية
card-number = رقم البطاقة
card-unknown = هذا وضع الاختبار، استخدم إحدى بطاقات الاختبار أدناه.
test-card = بطاقة اختبار
test-cards = بطاقات الاختبار
test-card-outcome = { $card ->
    [pm_card_visa] تُقبل
    [pm_card_chargeDeclined] تُرفض
    [pm_card_chargeDeclinedInsufficientFunds] تُرفض: الرصيد غير كافٍ
    [pm_card_chargeDeclinedProcessingError] تفشل بسبب خطأ في المعالجة
    [pm_card_authenticationRequired] تطلب منك تأكيد هويتك
   *[pm_card_neverAnswers] لا تتلقى ردًا أبدًا
}
card-show-again = إظهار حقل البطاقة من جديد
card-field-failed = تعذّر تحميل حقل البطاقة: اسمح بـ js.stripe.com في متصفحك ثم أعد المحاولة.
card-in-browser = لا تُقبل البطاقات إلا في المتصفح، افتح هذه الصفحة هناك.

## An order

order = طلبك
sign-in-for-order = سجّل الدخول لعرض طلبك.
order-held = ادفع ثمن تذاكرك
order-complete = التذاكر لك
order-expired = انتهى الوقت
order-cancelled = أُلغي الطلب
order-refunded = أُعيد مبلغ الطلب
time-over = انتهى وقت الدفع.
time-short-pay = تبقّى أقل من 20 ثانية: ادفع الآن، وسيكون أمام مصرفك دقيقتان إضافيتان.
time-short = تبقّى أقل من 20 ثانية.
time-minute = تبقّى أقل من دقيقة.
time-held = التذاكر محجوزة لك.
clock-over = انتهى الوقت، ونتحقق الآن مما آل إليه طلبك…
clock-extended = بدأت عملية الدفع، لذا تبقى التذاكر محجوزة لك مدة أطول قليلًا.
clock-held = التذاكر محجوزة لك. إذا لم تدفع في الوقت المحدد، فستُعرض للبيع من جديد.
give-back = التخلي عن التذاكر
pay = دفع { $total }
pay-with = دفع { $total } باستخدام { $card }
asking-bank = جارٍ سؤال مصرفك…
asking-bank-words = جارٍ سؤال مصرفك… لن يُخصم المبلغ منك مرتين.
bank-silent = لم يرد مصرفك بعد. نحن نتحقق من الأمر؛ ولن يُخصم المبلغ منك مرتين.
bank-yes = وافق مصرفك. جارٍ نقل التذاكر إليك…
card-other = استخدام بطاقة أخرى
card-needs-script = تتطلب البطاقة الحقيقية تشغيل البرامج النصية في المتصفح: فرقمها يُرسل إلى Stripe وحدها.
bank-may-ask = قد يسألك مصرفك: هل هذا أنت؟
bank-asks = مصرفك يسأل: هل هذا أنت؟
bank-page = يسألك المصرف في صفحة خاصة به، ثم يعيدك إلى هنا. وتبقى التذاكر محجوزة لك في هذه الأثناء.
bank-go = الانتقال إلى مصرفك
bank-here = في وضع الاختبار تحل هذه الصفحة محل صفحة مصرفك.
it-is-me = نعم، هذا أنا
no = لا
ended-complete = تم الدفع، والتذاكر لك. وقتًا ممتعًا!
ended-expired = لم تدفع في الوقت المحدد، لذا فالتذاكر معروضة للبيع من جديد. لم يُخصم أي مبلغ.
ended-ticket-changed = غيّر البائع إحدى التذاكر قبل أن تحجزها مباشرة، لذا أُلغي الطلب. لم يُخصم أي مبلغ.
ended-show-cancelled = أُلغيت الفعالية قبل أن تدفع. لم يُخصم أي مبلغ.
refunded-show-cancelled = أُلغيت الفعالية.
refunded-by-seller = استرجع البائع التذاكر.
refunded-given-back = لم تعد التذاكر لك.
refunded-by-bank = لم يسمح لنا مصرفك بتحصيل المبلغ في النهاية. لن يُخصم أي مبلغ، والتذاكر معروضة للبيع من جديد.
ended-by-you = تخليت عن التذاكر. لم يُخصم أي مبلغ.
money-back = أُعيد إليك مبلغ { $total }.
money-on-its-way = أموالك في طريقها إليك.
look-at-show = عرض الفعالية
same-tickets-again = محاولة الحصول على التذاكر نفسها
other-tickets = تذاكر أخرى لهذه الفعالية
sign-in-for-orders = سجّل الدخول لعرض مشترياتك.
no-orders = لم تشترِ شيئًا بعد

sign-in-for-passes = سجّل الدخول لعرض تذاكرك.
no-passes = ليس لديك تذاكر برمز بعد
show-code = عرض الرمز
pass-code = رمز الاستجابة السريعة للدخول
pass-code-hint = أظهر هذا الرمز عند الدخول. يصبح غير صالح عندما تنتقل التذكرة إلى مالك آخر.
resell = بيع
resell-title = بيع هذه التذكرة
resell-hint = يبقى رمزك صالحًا حتى يدفع مشترٍ. عندها يحصل المشتري على رمز جديد ويُرفض رمزك عند الدخول.
resell-change = تغيير السعر أو السحب
resell-cap = { $most } على الأكثر.
gift-title = إهداء هذه التذكرة
gift-hint = يصل رابط إلى صاحب هذا العنوان. يبقى رمزك صالحًا حتى يقبلها.
gift-address = البريد الإلكتروني للمستلم
gift-button = إهداء
gift-pending = عُرضت على { $recipient }. يبقى رمزك صالحًا حتى يقبلها.
gift-take-back = استرجاع
gift-for-you = تذكرة لك
gift-sign-in = سجّل الدخول، أو أنشئ حسابًا بالعنوان الذي وصلته الرسالة.
gift-unverified = أكّد عنوانك أولًا: افتح الرابط في الرسالة التي أرسلناها إليك، ثم افتح هذه الصفحة من جديد.
gift-gone = هذه الهدية لعنوان غير { $address }، أو قُبلت أو استُرجعت.
gift-accept-hint = عند القبول تصبح التذكرة لك، ويبطل الرمز السابق.
gift-accept = قبول
pass-used = استُخدمت هذه التذكرة: { $gate }
door-title = الباب: { $title }
door-failed = تعذّر تحميل القارئ. اتصل بالشبكة وأعد تحميل الصفحة.
door-admitted = دخول
door-already-admitted = دخل من قبل
door-replaced = مُستبدلة: للتذكرة مالك آخر الآن
door-other-show = تذكرة لعرض آخر
door-unknown = ليست تذكرة
door-undecided = تُباع أو تُسترد الآن: حاول بعد دقيقة
door-server-says = قرر الخادم غير ذلك
door-online = متصل
door-offline = بلا شبكة: سيُرسل المسح لاحقًا
door-refused = لا يمكنك فحص التذاكر هنا، أو انتهى الرابط
door-no-list = يجري تحميل القائمة
door-undo = تراجع
door-undone = تم التراجع
door-gate = اسم هذا المدخل
door-gate-default = المدخل الرئيسي
door-start = ابدأ
door-no-camera = لا يمكن استخدام الكاميرا. استخدم قارئًا يكتب أو اكتب الرمز.
door-type = الرمز (يمكن للقارئ أن يكتب هنا)
door-admitted-count = دخلوا:
door-here-count = هنا:
door-waiting-count = للإرسال:
door-helpers = المساعدون
door-helpers-hint = من لديه الرابط يمكنه فحص التذاكر حتى يوم بعد البداية. الرابط الجديد يلغي السابق.
door-link = رابط جديد للمساعدين
door-link-label = رابط المساعدين
to-the-door = إلى الباب
issue-here = تُصدر هذه التذاكر هنا
issue-here-hint = يحصل كل مشترٍ على رمز للدخول، وإعادة البيع تُبطل الرمز القديم. اتركه فارغًا للتذاكر الواردة من مكان آخر.
issued-here = صادرة هنا: تحصل على رمز جديد وتُرفض كل الرموز السابقة عند الدخول.
tickets-arrive = تصل تذاكرك بعد لحظات: البنك يؤكد الدفع.
to-your-tickets = عرض تذاكري

find-a-show = البحث عن فعالية
order-state-held = بانتظار الدفع
order-state-complete = مدفوع
order-state-expired = انتهى وقته
order-state-cancelled = ملغى
order-state-refunded = أُعيد مبلغه
tickets-count = { $count ->
    [one] تذكرة واحدة
    [two] تذكرتان
    [few] { $count } تذاكر
    [many] { $count } تذكرة
   *[other] { $count } تذكرة
}
pay-now = الدفع الآن

## Selling

sign-in-to-sell = سجّل الدخول لبيع تذاكرك: هكذا يصل إليك المشترون وأموالهم.
which-show = لأي فعالية هذه التذاكر؟
find-show = البحث عن فعالية
find = بحث
find-nothing = لا توجد فعالية مطابقة. أعلن عنها باستخدام النموذج الآخر.
announce-title = أو أعلن عن فعالية جديدة
show-title = العنوان
venue = المكان
country = البلد
starts-at = التاريخ والوقت بتوقيت المكان
which-time = أيّ الوقتين؟
time-with-offset = الساعة { $time } ({ "\u2066" }UTC{ $offset }{ "\u2069" })
show-time-zone = المنطقة الزمنية للمكان
currency = العملة
announce = الإعلان عن الفعالية
sell-title = بيع تذاكر { $show }
sell-cancelled = أُلغيت هذه الفعالية، لذا لا يمكن بيع تذاكر لها.
section = القسم (إن وُجد)
row = الصف (إن وُجد)
seats = المقاعد (إن كانت مرقمة)
seats-hint = مقعد واحد أو أكثر، مثل { "\u2066" }12-15, 18{ "\u2069" }، أو ألصق المقاعد مع مكانها، مثل { "\u2066" }A 12-15{ "\u2069" }. اترك الحقل فارغًا لتذكرة واحدة دون مقعد.
preview = ما سيقرؤه المشترون
price-of-each = سعر كل تذكرة بعملة { $currency }
face-value-of-each = القيمة الاسمية لكل تذكرة (اختياري)
price-advice = تبدأ أسعار الآخرين من { $lowest }، والسعر الأوسط { $middle } (التذاكر المعروضة: { $count }). الأرخص يُباع أولًا.
list-tickets = { $count ->
    [0] عرض التذاكر للبيع
    [one] عرض تذكرة واحدة للبيع
    [two] عرض تذكرتين للبيع
    [few] عرض { $count } تذاكر للبيع
    [many] عرض { $count } تذكرة للبيع
   *[other] عرض { $count } تذكرة للبيع
}
share-all = تحصل على { $left } عن كل تذكرة، ولا تحتفظ المنصة بشيء.
share-rest = تحصل على { $left } عن كل تذكرة، وتحتفظ المنصة بنسبة { $fee } ({ $kept }).
all-tickets = كل تذاكر هذه الفعالية
face-value-line = القيمة الاسمية { $price }
all-in-line = السعر شامل كل شيء دون رسوم إضافية
edit-held = هناك من يدفع ثمن هذه التذكرة الآن، لذا لا يمكن تعديلها ولا سحبها.
edit-sold = بيعت هذه التذكرة.
edit-withdrawn = سحبت هذه التذكرة من البيع.
your-ticket = هذه تذكرتك
look-again = مراجعة من جديد
price-in = السعر بعملة { $currency }
change-price = تغيير السعر
withdraw = سحب من البيع
sign-in-for-sales = سجّل الدخول لعرض ما تبيعه.
no-sales = لا تبيع شيئًا بعد
refund-ask = يستعيد المشتري { $price } وتُسحب التذكرة، وكذلك تذاكرك الأخرى في عملية الشراء نفسها. هل أنت متأكد؟
refund-busy = جارٍ إعادة المبلغ…
refund-yes = نعم، إعادة المبلغ
refund-no = لا، الإبقاء على البيع
refund = إعادة المبلغ
refund-of = إعادة مبلغ { $seat }
earnings = الأرباح
earnings-failed = يتعذّر علينا عرض أرباحك.
owed = مستحق لك الآن
held-back = محتجز إلى ما بعد الفعالية
on-its-way = في الطريق إليك
paid-out = حُوّل إليك
payouts-unknown = لا نعرف بعد إلى أين نرسل أموالك. سنحتفظ بها لك حتى تخبرنا.
payouts-go-on = المتابعة مع Stripe
payouts-say = تحديد وجهة الإرسال
history = السجل
history-days = الأيام محسوبة بالتوقيت العالمي (UTC)، هنا وفي الملف.
download = تنزيل بصيغة CSV
movement = { $kind ->
    [sale] بيع
    [refund] إعادة مبلغ
    [payout] تحويل
   *[payout_failed] تحويل تعذّر إيصاله
}
movement-price = السعر { $price }
movement-fee = الرسوم { $fee }

## Signing in and up

new-here = مستخدم جديد؟
one-account = حساب واحد للشراء والبيع.
have-account = لديك حساب بالفعل؟
email = البريد الإلكتروني
password = كلمة المرور
password-length = { $least } أحرف على الأقل
password-uncommon = ليست من كلمات المرور التي يستخدمها كثير من الناس
password-show = إظهار
password-hide = إخفاء
forgot-password = هل نسيت كلمة المرور؟
create-account = إنشاء الحساب

## An account

account = حسابك
sign-in-for-account = سجّل الدخول لعرض حسابك.
verified = مؤكَّد
unverified = غير مؤكَّد بعد
unverified-words = أكّد بريدك الإلكتروني بالرابط الذي أرسلناه إلى { $email }. لن نرسل إليك قبل ذلك أي رسائل بشأن تذاكرك.
unverified-listing = يمكنك عرض التذاكر للبيع بمجرد تأكيده.
send-link-again = إرسال الرابط مرة أخرى
link-sent = الرابط في طريقه إليك.
link-missing = إن لم تجد الرسالة فابحث في مجلد الرسائل غير المرغوب فيها.
change-email = تغيير البريد الإلكتروني
change-email-words = نرسل رابطًا إلى العنوان الجديد، ويسري التغيير بعد أن تؤكّده من هناك.
new-email = البريد الإلكتروني الجديد
your-password = كلمة مرورك
email-change-sent = أرسلنا رابطًا إلى العنوان الجديد. أكّده من هناك.
change-password = تغيير كلمة المرور
change-password-words = ستبقى مسجّل الدخول هنا، وسيُسجَّل خروجك من كل مكان آخر.
current-password = كلمة المرور الحالية
new-password = كلمة المرور الجديدة
password-changed = تم تغيير كلمة مرورك.
wrong-password = ليست هذه كلمة مرورك.
sessions = أماكن تسجيل دخولك
device = { $browser } على { $system }
device-unknown = جهاز غير معروف
this-device = هذا الجهاز
session-started = تسجيل الدخول:
session-used = آخر استخدام:
end-session-of = تسجيل الخروج من { $device }
session-ended = تم تسجيل الخروج من ذلك الجهاز.
end-other-sessions = تسجيل الخروج من كل مكان آخر
other-sessions-ended = تم تسجيل خروجك من كل مكان آخر.
security-events = النشاط الأخير
security-events-words = إن لاحظت شيئًا لا تعرفه فغيّر كلمة مرورك.
security-events-earlier = قبل ذلك
security-event = { $kind ->
    [signed_up] إنشاء الحساب
    [signed_in] تسجيل الدخول
    [sign_in_failed] محاولة دخول بكلمة مرور خاطئة
    [email_verified] تأكيد البريد الإلكتروني
    [email_changed] تغيير البريد الإلكتروني
    [password_changed] تغيير كلمة المرور
    [password_reset_requested] طلب رابط لكلمة مرور جديدة
    [password_reset] تعيين كلمة مرور جديدة عبر رابط
   *[session_revoked] تسجيل الخروج من جهاز آخر
}
your-data = بياناتك
your-data-words = كل ما نحتفظ به عنك في ملف واحد.
download-data = تنزيل بياناتي
close-account = إغلاق الحساب
close-account-ask = ماذا يحدث عندئذٍ
close-account-words = لا يمكن التراجع عن ذلك.
close-sessions = يُسجَّل خروجك من كل مكان، ويُمحى بريدك الإلكتروني ورسائلنا إليك.
close-listings = تُسحب التذاكر التي عرضتها للبيع.
close-orders = لن ترى طلباتك هنا بعد ذلك. احتفظ قبلها بما تحتاج إليه منها.
close-money = تبقى المشتريات والمبيعات والمدفوعات في دفاترنا دون عنوانك. إن كانت لك أموال مستحقة فانتظر وصولها، إذ لن تستطيع بعدها تحديد وجهة إرسالها.
close-account-yes = إغلاق حسابي نهائيًا
account-closed = أُغلق حسابك. شكرًا لأنك كنت معنا.
verify-title = تأكيد بريدك الإلكتروني
verify-words = اضغط الزر لتأكيد أن العنوان لك.
link-code = الرمز الوارد في الرسالة
verify-button = تأكيد
verify-again = يمكنك طلب رابط جديد من صفحة حسابك.
verified-title = تم تأكيد البريد الإلكتروني
verified-words = شكرًا لك، تم تأكيد العنوان.
to-account = إلى حسابك
forgot-title = نسيت كلمة المرور
forgot-words = نرسل إليك رابطًا لتعيين كلمة مرور جديدة.
send-link = إرسال الرابط
forgot-sent = إذا كان العنوان يخص حسابًا ومؤكَّدًا، فالرابط في طريقه إليك. الرابط صالح لمدة ساعة.
back-to-sign-in = العودة إلى تسجيل الدخول
reset-title = تعيين كلمة مرور جديدة
reset-words = بعد ذلك يُسجَّل خروجك من كل مكان، وتسجّل الدخول بكلمة المرور الجديدة.
reset-button = تعيين كلمة المرور
reset-done-title = تم تعيين كلمة مرور جديدة
reset-done = سجّل الدخول بكلمة مرورك الجديدة.
ask-for-link = طلب رابط جديد

## Mails

mail-money = ‏{ $amount } { $currency }
# Same as in English.
mail-decimal-separator = .
# Same as in English.
mail-group-separator = ,
# Amounts of at least so many digits before the decimal separator are grouped.
# Same as in English.
mail-grouped-from = 4
mail-order-complete-subject = تذاكرك لحضور { $title }
mail-order-complete = التذاكر أصبحت لك.
mail-total = المجموع: { $amount }، شاملًا كل شيء
mail-order-link = طلبك:
mail-capture-failed-subject = لم يكتمل طلبك لحضور { $title }
mail-capture-failed = لم يسمح لنا مصرفك في النهاية بسحب المبلغ، لذلك أُلغي طلبك. لن تدفع شيئًا.
mail-refund-subject = استرداد نقودك عن { $title }
mail-refund-by-seller = استعاد البائع هذه التذاكر. نقودك، { $amount }، في طريقها إليك.
mail-refund-undone = أُلغي طلبك. نقودك، { $amount }، في طريقها إليك.
mail-cancelled-subject = أُلغي: { $title }
mail-cancelled-refunded = نأسف: أُلغي هذا العرض. نقودك، { $amount }، في طريقها إليك.
mail-cancelled-unpaid = نأسف: أُلغي هذا العرض. لن تدفع شيئًا.
mail-cancelled-sold = أُلغي هذا العرض. سيسترد مشتري تذاكرك نقوده.
mail-cancelled-unsold = أُلغي هذا العرض. لم تعد تذاكرك معروضة للبيع.
mail-sold-subject = { $count ->
    [one] بيعت تذكرة لعرض { $title }
    [two] بيعت تذكرتان لعرض { $title }
    [few] بيعت { $count } تذاكر لعرض { $title }
   *[other] بيعت { $count } تذكرة لعرض { $title }
}
mail-sold = { $count ->
    [one] بعت تذكرة.
    [two] بعت تذكرتين.
    [few] بعت { $count } تذاكر.
   *[other] بعت { $count } تذكرة.
}
mail-sold-price = السعر: { $amount }
mail-sales-link = مبيعاتك:
mail-sale-undone-subject = أُلغي بيعك لعرض { $title }
mail-sale-undone-by-bank = لم يسمح لنا مصرف المشتري في النهاية بسحب المبلغ، لذلك أُلغي هذا البيع. التذاكر معروضة للبيع من جديد.
mail-sale-undone-by-refund = استرد المشتري نقوده، لذلك أُلغي هذا البيع. لن تُعرض التذاكر للبيع من جديد.
mail-gift-subject = تذكرة لك لحضور { $title }
mail-gift = ‏{ $giver } يهديك هذه التذكرة:
mail-gift-link = تصبح لك عندما تفتح هذه الصفحة وتقبلها. تسجّل الدخول هناك، أو تنشئ حسابًا بهذا العنوان:
mail-gift-ignore = إن كنت لا تريدها فلا داعي لفعل أي شيء.
mail-declined-subject = لم تتم عملية الدفع
mail-declined = تعذر سحب { $amount }، ولم يُسحب منك شيء. { $reason }
mail-refunded-subject = استرددت { $amount }
mail-refunded = أعدنا إليك { $amount }. قد يحتاج مصرفك إلى بضعة أيام لإظهار المبلغ.
mail-verify-subject = أكّد عنوان بريدك الإلكتروني
mail-verify = افتح هذه الصفحة واضغط على زرها لتأكيد أن هذا العنوان لك:
mail-code = إذا طلبت الصفحة رمزًا فهو هذا:
mail-ignore = إذا لم تطلب ذلك فلا يلزمك فعل شيء.
mail-registered-subject = لديك حساب بالفعل
mail-registered = حاول شخص إنشاء حساب بعنوانك. إذا كنت أنت: فلديك حساب بالفعل. سجّل الدخول، أو اطلب كلمة مرور جديدة إذا نسيت كلمتك:
mail-reset-subject = كلمة مرورك الجديدة
mail-reset = في هذه الصفحة يمكنك تعيين كلمة مرور جديدة، مرة واحدة وخلال ساعة:
mail-password-changed-subject = تغيّرت كلمة مرورك
mail-password-changed = تغيّرت كلمة مرور حسابك، وسُجّل الخروج من كل الأجهزة الأخرى. إذا لم تكن أنت من فعل ذلك فاطلب فورًا كلمة مرور جديدة:
mail-email-changed-subject = تغيّر عنوان بريدك الإلكتروني
mail-email-changed = أصبح لحسابك عنوان بريد آخر، ولن تصل إلى هذا العنوان رسائل بعد الآن. إذا لم تكن أنت من فعل ذلك فاكتب فورًا إلى مشغّل هذا الموقع.

## Desktop window

window-no-server = الخادم لا يستجيب
window-no-server-words = تحقق من اتصال هذا الحاسوب وحاول مرة أخرى. ربما يخضع الخادم للصيانة، أو أصبح له عنوان آخر.
window-other-server = استخدام خادم آخر
window-choose = أي خادم؟
window-address = عنوان الخادم
window-address-hint = كما في المتصفح. استخدم https إلا إذا كان الخادم على شبكتك الخاصة.
window-leads-elsewhere = الرابط الذي فتحته يقود إلى خادم غير خادمك. اذهب إليه فقط إذا كنت تثق به.
window-signed-in = تبقى مسجّل الدخول في كل خادم استخدمته.
window-use = استخدام هذا الخادم
window-keep = البقاء هنا
window-nobody = لا يستجيب أي خادم على هذا العنوان، تحقق من صحته.
window-not-started = تعذّر فتح النافذة من جديد، أغلقها وشغّل البرنامج مرة أخرى.
window-not-kept = تعذّر حفظ العنوان للتشغيل القادم، تحقق من امتلاء القرص.
window-address-shapeless = هذا ليس عنوان خادم، فهو يبدأ بـ https:// أو http:// ويسمّي مضيفًا.
window-address-secret = لا يحتوي عنوان الخادم على اسم أو كلمة مرور.
window-address-rest = ينتهي عنوان الخادم بالمضيف أو المنفذ، فاترك الباقي.
menu-file = ملف
menu-edit = تحرير
menu-view = عرض
menu-go = انتقال
menu-help = مساعدة
menu-browser = فتح هذه الصفحة في المتصفح
menu-server = استخدام خادم آخر…
menu-reload = إعادة التحميل
menu-larger = أكبر
menu-smaller = أصغر
menu-plain = الحجم العادي
menu-back = رجوع
menu-forward = تقدّم
menu-shows = الفعاليات
menu-quit = إنهاء
