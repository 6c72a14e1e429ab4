"""What the pretend company's help centre is made of: its tree, its topics, and how they are told in seven languages."""

from __future__ import annotations

from typing import Literal, NamedTuple

LOCALES = ("en", "de", "fr", "es", "pt-br", "ja", "ko")
Visibility = Literal["everyone", "signed_in", "agents", "organizations"]


class Shelf(NamedTuple):
    """A category or folder: parent's place in TREE (None: a category), who may see it, its name by locale."""

    parent: int | None
    visibility: Visibility
    names: dict[str, str]


TREE: tuple[Shelf, ...] = (
    Shelf(
        None,
        "everyone",
        {
            "en": "Products",
            "de": "Produkte",
            "fr": "Produits",
            "es": "Productos",
            "pt-br": "Produtos",
            "ja": "製品",
            "ko": "제품",
        },
    ),
    Shelf(
        None,
        "everyone",
        {
            "en": "Orders & Billing",
            "de": "Bestellung & Rechnung",
            "fr": "Commandes et factures",
            "es": "Pedidos y facturas",
        },
    ),
    Shelf(None, "everyone", {"en": "For partners", "de": "Für Partner"}),
    Shelf(
        0,
        "everyone",
        {
            "en": "Lighting",
            "de": "Beleuchtung",
            "fr": "Éclairage",
            "es": "Iluminación",
            "pt-br": "Iluminação",
            "ja": "照明",
            "ko": "조명",
        },
    ),
    Shelf(
        3,
        "everyone",
        {
            "en": "Set-up",
            "de": "Einrichtung",
            "fr": "Installation",
            "es": "Instalación",
            "pt-br": "Instalação",
            "ja": "設定",
            "ko": "설정",
        },
    ),
    Shelf(4, "everyone", {"en": "Halo Bridge", "de": "Halo Bridge", "fr": "Halo Bridge"}),
    Shelf(5, "everyone", {"en": "Firmware"}),
    Shelf(
        3, "everyone", {"en": "Troubleshooting", "de": "Fehlersuche", "fr": "Dépannage", "es": "Solución de problemas"}
    ),
    Shelf(0, "everyone", {"en": "App", "de": "App", "fr": "Application", "ja": "アプリ"}),
    Shelf(
        1,
        "everyone",
        {"en": "Delivery", "de": "Lieferung", "fr": "Livraison", "es": "Entrega", "ja": "配送", "ko": "배송"},
    ),
    Shelf(
        1, "everyone", {"en": "Returns & refunds", "de": "Rückgabe & Erstattung", "fr": "Retours", "es": "Devoluciones"}
    ),
    Shelf(1, "signed_in", {"en": "Your account", "de": "Ihr Konto", "fr": "Votre compte"}),
    Shelf(2, "agents", {"en": "Agent handbook (internal)", "de": "Handbuch (intern)"}),
    Shelf(12, "agents", {"en": "Escalation paths"}),
    Shelf(2, "organizations", {"en": "Wholesale", "de": "Großhandel"}),
)


class Topic(NamedTuple):
    folder: int
    titles: dict[str, str]
    labels: tuple[str, ...] = ()


TOPICS: tuple[Topic, ...] = (
    Topic(
        4,
        {
            "en": "Connect your lamp to Wi-Fi",
            "de": "Lampe mit dem WLAN verbinden",
            "fr": "Connecter la lampe au Wi-Fi",
            "es": "Conectar la lámpara al wifi",
            "pt-br": "Conectar a lâmpada ao Wi-Fi",
            "ja": "ランプを Wi-Fi に接続する",
            "ko": "램프를 Wi-Fi에 연결하기",
        },
        ("wifi", "Setup"),
    ),
    Topic(
        4,
        {
            "en": "Mount the ceiling bracket",
            "de": "Deckenhalter montieren",
            "fr": "Fixer le support au plafond",
            "ja": "天井ブラケットの取り付け",
        },
        ("mounting",),
    ),
    Topic(
        5,
        {"en": "Add a Halo Bridge", "de": "Eine Halo Bridge hinzufügen", "fr": "Ajouter un Halo Bridge"},
        ("bridge", "Setup"),
    ),
    Topic(5, {"en": "Move a bridge to a new network", "de": "Bridge in ein neues Netz umziehen"}, ("bridge",)),
    Topic(6, {"en": "Update the firmware"}, ("firmware",)),
    Topic(6, {"en": "Firmware 3.2 <release notes>"}, ("firmware", "release-notes")),
    Topic(
        7,
        {"en": "The light flickers", "de": "Das Licht flackert", "fr": "La lumière vacille", "es": "La luz parpadea"},
        ("flicker",),
    ),
    Topic(
        7,
        {"en": "Factory reset", "de": "Auf Werkseinstellung zurücksetzen", "es": "Restablecer de fábrica"},
        ("reset",),
    ),
    Topic(
        8,
        {"en": "Invite family members", "de": "Familie einladen", "fr": "Inviter la famille", "ja": "家族を招待する"},
        ("app",),
    ),
    Topic(
        8,
        {"en": "Why does the app need my location?", "de": "Wozu braucht die App meinen Standort?"},
        ("app", "privacy"),
    ),
    Topic(
        9,
        {
            "en": "Track your parcel",
            "de": "Sendung verfolgen",
            "fr": "Suivre votre colis",
            "es": "Seguir tu envío",
            "ja": "荷物の追跡",
            "ko": "배송 조회",
        },
        ("shipping",),
    ),
    Topic(
        9,
        {"en": "Countries we deliver to", "de": "Lieferländer", "fr": "Pays de livraison", "es": "Países de entrega"},
        ("shipping",),
    ),
    Topic(9, {"en": "Missing or damaged parcels", "de": "Fehlende oder beschädigte Pakete"}, ("shipping", "damage")),
    Topic(
        10,
        {
            "en": "Return an item",
            "de": "Artikel zurückgeben",
            "fr": "Retourner un article",
            "es": "Devolver un artículo",
        },
        ("returns",),
    ),
    Topic(
        10,
        {
            "en": "When do I get my money back?",
            "de": "Wann kommt mein Geld zurück?",
            "fr": "Quand serai-je remboursé ?",
        },
        ("refund", "billing"),
    ),
    Topic(11, {"en": "Change your e-mail address", "de": "E-Mail-Adresse ändern"}, ("account",)),
    Topic(
        11,
        {"en": "Download your invoices", "de": "Rechnungen herunterladen", "fr": "Télécharger vos factures"},
        ("billing", "account"),
    ),
    Topic(12, {"en": "How we greet", "de": "Wie wir grüßen"}, ("internal",)),
    Topic(12, {"en": "Refund limits per role"}, ("internal", "refund")),
    Topic(13, {"en": "On-call rota and phone tree"}, ("internal",)),
    Topic(14, {"en": "Wholesale price list", "de": "Preisliste Großhandel"}, ("wholesale",)),
    Topic(14, {"en": "Order through EDI"}, ("wholesale", "api")),
)

STEPS: dict[str, tuple[str, str, tuple[str, str, str], str]] = {
    "en": (
        "This page tells you about: {title}.",
        "What to do",
        (
            "Open the app and choose your device.",
            "Hold the button for ten seconds until it blinks blue.",
            "Wait & keep the phone nearby.",
        ),
        "Still stuck? Write to us, we answer within a day.",
    ),
    "de": (
        "Hier geht es um: {title}.",
        "So geht's",
        (
            "App öffnen und das Gerät wählen.",
            "Taste zehn Sekunden gedrückt halten, bis sie blau blinkt.",
            "Warten & das Telefon in der Nähe lassen.",
        ),
        "Klappt es nicht? Schreiben Sie uns.",
    ),
    "fr": (
        "Cette page explique : {title}.",
        "Marche à suivre",
        (
            "Ouvrez l'application et choisissez l'appareil.",
            "Maintenez le bouton dix secondes.",
            "Patientez en gardant le téléphone à proximité.",
        ),
        "Toujours bloqué ? Écrivez-nous.",
    ),
    "es": (
        "En esta página: {title}.",
        "Qué hacer",
        (
            "Abre la aplicación y elige el aparato.",
            "Mantén pulsado el botón diez segundos.",
            "Espera con el teléfono cerca.",
        ),
        "¿Sigue sin funcionar? Escríbenos.",
    ),
    "pt-br": (
        "Nesta página: {title}.",
        "O que fazer",
        (
            "Abra o aplicativo e escolha o aparelho.",
            "Segure o botão por dez segundos.",
            "Aguarde com o telefone por perto.",
        ),
        "Ainda com problemas? Escreva para nós.",
    ),
    "ja": (
        "このページでは「{title}」について説明します。",
        "手順",
        (
            "アプリを開き、機器を選びます。",
            "ボタンを10秒間長押しします。",
            "スマートフォンを近くに置いてお待ちください。",
        ),
        "解決しない場合はお問い合わせください。",
    ),
    "ko": (
        "이 문서는 “{title}”에 관한 것입니다.",
        "방법",
        ("앱을 열고 기기를 선택하세요.", "버튼을 10초간 누르세요.", "휴대폰을 가까이 두고 기다리세요."),
        "해결되지 않으면 문의해 주세요.",
    ),
}
