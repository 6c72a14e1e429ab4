# ruff: noqa: E501  (sentences are easier to read whole)
"""What people write to support about, and what support writes back, in their languages.

Slots: {order} {serial} {amount} {item} {day} {code}. `&`, `<` and quotes stand here as they are; HTML escapes them.
"""

from __future__ import annotations

from typing import NamedTuple


class Story(NamedTuple):
    subjects: tuple[str, ...]
    openings: tuple[str, ...]
    """Paragraphs are parted by a blank line."""
    answers: tuple[str, ...] = ()
    """What only this story is answered with; the tongue's answers fit any."""


class Tongue(NamedTuple):
    greetings: tuple[str, ...]
    stories: tuple[Story, ...]
    answers: tuple[str, ...]
    follow_ups: tuple[str, ...]
    thanks: tuple[str, ...]
    closings: tuple[str, ...]
    wrote: str
    """Before quoted mail; slots {when} {who}."""


ITEMS = (
    "Halo Lamp 2",
    "desk lamp",
    "Halo Bridge",
    "dimmer switch",
    "LED strip (5 m)",
    "motion sensor",
    "wall charger",
    "Halo Mini",
)
NOTES = (
    "Called, no answer. Will try again after lunch.",
    "Same firmware as the batch from last week, see #{code}. @Technical Support can you confirm?",
    "Refund approved by finance, waiting for the bank (2–3 days).",
    "Customer is on the old plan, careful with prices!",
    "Logs show 504 <gateway timeout> on /v2/orders between 09:00 & 09:20 UTC.",
    "Vorsicht: Kunde hat schon zweimal reklamiert.",
    "Duplicate of an older request? Merging if yes.",
    "Escalated to carrier, reference {code} 🚚",
)
SYSTEM = ("Automatic reply: we have received your request {code}.", "This ticket was closed after four quiet days.")

ENGLISH = Tongue(
    greetings=("Hello,", "Hi there,", "Good morning,", "Dear support team,", "Hi {agent},", "Hey 👋"),
    stories=(
        Story(
            ("Parcel {order} has not arrived", "Where is my order {order}?", "Delivery of {order} - still nothing"),
            (
                "My order {order} was due on {day} but tracking has not moved since.\n\nCould you check with the carrier? I need it before the weekend.",
                'Tracking says "delivered", but nobody here has seen a parcel.\n\nOrder {order}, {item}. Our reception is staffed 8-18.',
            ),
            (
                "I have asked the carrier to trace {order}; they promise an answer by {day}.",
                "The parcel was left with a neighbour (no. {code}). Could you ask there, please?",
                "We are sending a replacement today, no charge. If the first parcel turns up, just keep it.",
            ),
        ),
        Story(
            ("Invoice is wrong", "Charged twice for {order}", "VAT number missing on invoice {code}"),
            (
                "We were charged {amount} twice for the same order ({order}).\n\nPlease refund one of the payments & send a corrected invoice.",
                "The invoice {code} shows our old address and no VAT number.\n\nOur accounting can't book it like this.",
            ),
            (
                "The amount of {amount} is on its way back to you. Depending on your bank it takes 2-3 working days.",
                "Attached is the corrected invoice {code}. Please tell us if anything is still missing.",
            ),
        ),
        Story(
            ("Cannot log in", "Password reset mail never comes", "Locked out of the wholesale portal"),
            (
                'Since this morning I cannot sign in: "Something went wrong (code {code})".\n\nI tried two browsers and the app.',
                "I asked for a new password three times; no e-mail, nothing in spam either.",
            ),
            (
                "I've reset your account. Please sign in with the link below and choose a new password:\nhttps://portal.example/reset?code={code}&lang=en",
            ),
        ),
        Story(
            ("{item} stopped working", "{item} flickers", "Broken on arrival: {item}"),
            (
                "The {item} (serial {serial}) worked for two weeks and is dead now.\n\nA photo is attached. It is still under warranty, isn't it?",
                "It flickers as soon as I dim below 20 %.\n\n- changed the bulb\n- changed the socket\n- reset it as in the manual\n\nSerial number: {serial}",
            ),
            (
                "Please try the following:\n- hold the button for ten seconds\n- wait until it blinks blue\n- add it again in the app",
                "Could you send us a photo of the label underneath ({serial})? With it I can order a replacement today.",
            ),
        ),
        Story(
            ("Return {order}", "Wrong size, how do I return it?", "Refund for {order}?"),
            (
                "I would like to return the {item} from order {order}. It is unopened.\n\nDo I get a label from you? And when is the {amount} back on my card?",
            ),
        ),
        Story(
            ("API answers 429", "Webhook delivers twice", "Feature request: export to CSV"),
            (
                "Our integration gets 429 although we are far below the limit:\n\n> HTTP/1.1 429 Too Many Requests\n> Retry-After: 34\n\nAccount {code}. Has the limit changed?",
                "It would help us a lot if the report could be exported as CSV <and not only PDF>.",
            ),
        ),
        Story(
            ("Quote for 250 x {item}", "Wholesale conditions", "Can you deliver to Norway?"),
            (
                "We run {code} offices and would like to equip them with the {item}.\n\nWhat would 250 pieces cost, delivered in two lots?",
            ),
        ),
        Story(
            ("Delete my data", "GDPR request"),
            ("Please tell me which data you keep about me, and delete what you may.",),
        ),
        Story(
            ("Re: Re: Fwd: {order}", "(no subject)", "URGENT!!!"), ("see below, still not solved. What is going on?",)
        ),
    ),
    answers=(
        "Thank you for writing to us. I'm looking into {order} and will be back with you by {day}.",
        "I'm sorry about this. Could you tell us a little more? A screenshot or a photo would help a lot.",
        "Good news: we found the cause & it should work from now on. Could you try again?",
        "I've passed this on to my colleagues of the second line (reference {code}); they'll write to you directly.",
    ),
    follow_ups=(
        "Any news on this?",
        "Here is the photo you asked for.",
        "I tried that, no change. It now shows code {code}.",
        "Sorry for the late answer, I was on holiday. Yes, please go ahead.",
        "That is not what I asked for. Could somebody please read my first message?",
        "Still waiting... it has been more than a week now 😕",
    ),
    thanks=("Works now, thank you! 🎉", "Perfect, thanks for the quick help.", "Received today. You can close this."),
    closings=("Best regards", "Thanks", "Cheers", "Kind regards"),
    wrote="On {when}, {who} wrote:",
)
GERMAN = Tongue(
    greetings=("Hallo,", "Guten Tag,", "Sehr geehrte Damen und Herren,", "Moin,"),
    stories=(
        Story(("Bestellung {order} nicht angekommen", "Wo bleibt {order}?"), ("meine Bestellung {order} sollte am {day} da sein, die Sendungsverfolgung steht seither still.\n\nKönnen Sie bitte nachfragen?",)),
        Story(("Rechnung fehlerhaft", "Doppelt abgebucht"), ("für {order} wurden {amount} zweimal abgebucht. Bitte überweisen Sie einen Betrag zurück & schicken eine korrigierte Rechnung.",)),
        Story(("{item} defekt", "Gerät lässt sich nicht einschalten"), ("das Gerät (Seriennr. {serial}) geht nicht mehr an. Größe und Überspannung habe ich geprüft.\n\nFoto anbei.",)),
        Story(("Passwort zurücksetzen klappt nicht",), ("ich bekomme keine E-Mail zum Zurücksetzen, auch nicht im Spam-Ordner.",)),
    ),
    answers=("vielen Dank für Ihre Nachricht. Ich habe das Paket suchen lassen und melde mich bis {day}.", "das tut mir leid. Ersatz ist unterwegs, das defekte Gerät können Sie behalten.", "der Betrag von {amount} ist angewiesen."),
    follow_ups=("gibt es schon etwas Neues?", "anbei das Foto.", "leider keine Änderung, jetzt kommt Fehler {code}."),
    thanks=("Hat geklappt, vielen Dank! 👍", "Super, danke für die schnelle Hilfe."),
    closings=("Mit freundlichen Grüßen", "Viele Grüße", "Beste Grüße"),
    wrote="Am {when} schrieb {who}:",
)  # fmt: skip
FRENCH = Tongue(
    greetings=("Bonjour,", "Madame, Monsieur,", "Bonsoir,"),
    stories=(
        Story(("Colis {order} non reçu", "Où est ma commande {order} ?"), ("Ma commande {order} devait arriver le {day}, mais le suivi n'a pas bougé depuis.\n\nPouvez-vous vérifier auprès du transporteur ?",)),
        Story(("Facture erronée", "Débité deux fois"), ("J'ai été débité deux fois de {amount} pour {order}. Merci de me rembourser et d'envoyer une facture corrigée.",)),
        Story(("{item} en panne",), ("L'appareil (n° {serial}) ne s'allume plus. Ci-joint une photo de l'étiquette : « Modèle A ».",)),
    ),
    answers=("Merci pour votre message. J'ai lancé une recherche auprès du transporteur et reviens vers vous avant le {day}.", "Le remboursement de {amount} a été effectué ; comptez 2 à 3 jours.", "Pourriez-vous essayer de réinitialiser l'appareil, puis réessayer ?"),
    follow_ups=("Avez-vous des nouvelles ?", "Voici la photo demandée.", "Ça ne marche toujours pas (erreur {code})."),
    thanks=("C'est réglé, merci beaucoup !", "Parfait, merci 🙏"),
    closings=("Cordialement", "Bien à vous"),
    wrote="Le {when}, {who} a écrit :",
)  # fmt: skip
SPANISH = Tongue(
    greetings=("Hola:", "Buenos días:", "Estimados señores:"),
    stories=(
        Story(("¿Dónde está mi pedido {order}?", "Pedido {order} sin entregar"), ("El pedido {order} debía llegar el {day}. ¿Pueden preguntar al transportista?",)),
        Story(("Cobro duplicado", "Factura incorrecta"), ("Me han cobrado dos veces {amount}. Por favor, devuelvan uno de los pagos.\n\n¡Gracias!",)),
        Story(("{item} no funciona",), ("El aparato con número {serial} dejó de funcionar ayer. Adjunto una foto.",)),
    ),
    answers=("Gracias por escribirnos. Hemos reclamado el envío y le contestaré antes del {day}.", "Lo sentimos mucho; mañana sale un aparato nuevo.", "Ya hemos devuelto {amount}."),
    follow_ups=("¿Hay novedades?", "Aquí está la foto.", "Sigue igual, sale el código {code}."),
    thanks=("¡Ya funciona, muchas gracias!", "Perfecto, gracias."),
    closings=("Un saludo", "Saludos cordiales"),
    wrote="El {when}, {who} escribió:",
)  # fmt: skip
PORTUGUESE = Tongue(
    greetings=("Olá,", "Bom dia,"),
    stories=(
        Story(("Pedido {order} não chegou",), ("O pedido {order} deveria ter chegado no dia {day}. Vocês podem verificar com a transportadora?",)),
        Story(("Cobrança em dobro",), ("Fui cobrado duas vezes no valor de {amount}. Não consigo falar com ninguém.",)),
    ),
    answers=("Obrigado pelo contato. Já acionamos a transportadora e respondo até {day}.", "O estorno de {amount} foi feito."),
    follow_ups=("Alguma novidade?", "Segue a foto em anexo."),
    thanks=("Resolvido, muito obrigado!",),
    closings=("Atenciosamente", "Abraços"),
    wrote="Em {when}, {who} escreveu:",
)  # fmt: skip
JAPANESE = Tongue(
    greetings=("お世話になっております。", "こんにちは。"),
    stories=(
        Story(("注文 {order} が届きません", "【至急】配送状況について"), ("注文番号 {order} が {day} に届く予定でしたが、まだ届いていません。\n\nご確認をお願いいたします。",)),
        Story(("{item} が点灯しない",), ("製造番号 {serial} の製品が動作しません。写真を添付します。",)),
    ),
    answers=("お問い合わせありがとうございます。配送業者に確認のうえ、{day} までにご連絡いたします。", "ご不便をおかけして申し訳ございません。交換品を発送いたしました。"),
    follow_ups=("その後いかがでしょうか。", "まだ直りません（コード {code}）。"),
    thanks=("届きました。ありがとうございました。",),
    closings=("よろしくお願いいたします。",),
    wrote="{when} {who}:",
)  # fmt: skip
ARABIC = Tongue(
    greetings=("مرحبًا،", "السلام عليكم،"),
    stories=(
        Story(("لم يصل الطلب {order}", "أين طلبي {order}؟"), ("كان من المفترض أن يصل الطلب {order} يوم {day} ولم يصل حتى الآن.\n\nأرجو التحقق مع شركة الشحن.",)),
        Story(("تم خصم المبلغ مرتين",), ("تم خصم {amount} مرتين من بطاقتي. أرجو إعادة أحد المبلغين.",)),
    ),
    answers=("شكرًا لتواصلك معنا. سنتحقق ونعود إليك قبل {day}.", "تمت إعادة مبلغ {amount}."),
    follow_ups=("هل هناك جديد؟", "ما زالت المشكلة قائمة، الرمز {code}."),
    thanks=("تم الحل، شكرًا جزيلاً!",),
    closings=("مع أطيب التحيات",),
    wrote="في {when} كتب {who}:",
)  # fmt: skip
KOREAN = Tongue(
    greetings=("안녕하세요,",),
    stories=(Story(("주문 {order} 배송 문의",), ("주문 {order} 상품이 {day}까지 도착하지 않았습니다. 확인 부탁드립니다.",)),),
    answers=("문의해 주셔서 감사합니다. {day}까지 확인 후 연락드리겠습니다.",),
    follow_ups=("아직 소식이 없나요?",),
    thanks=("잘 받았습니다. 감사합니다!",),
    closings=("감사합니다",),
    wrote="{when} {who} 작성:",
)  # fmt: skip
TONGUES = {
    "en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH, "pt-br": PORTUGUESE, "ja": JAPANESE, "ar": ARABIC, "ko": KOREAN,
}  # fmt: skip
