# ruff: noqa: E501  (word lists)
"""Words the pretend company's people, firms and staff are named with."""

from __future__ import annotations

FIRST_NAMES = (
    "Aaliyah", "Aarav", "Adèle", "Agnieszka", "Aiko", "Alejandro", "Alma", "Amélie", "Ana", "Anders", "Ángel", "Anouk", "Arjun",
    "Astrid", "Ayşe", "Beatriz", "Björn", "Bruno", "Camille", "Carmen", "Chidi", "Chloé", "Cian", "Dagny", "Dalia", "Daniel",
    "Dmitri", "Đorđe", "Eilidh", "Elif", "Emeka", "Émile", "Erik", "Fatima", "Felix", "Fernanda", "Gaël", "Giulia", "Greta",
    "Hana", "Hannah", "Haruto", "Hélène", "Ibrahim", "Ingrid", "Irina", "Isla", "Ivana", "Jack", "Jamal", "Jean-Luc", "João",
    "Jürgen", "Kaito", "Karl", "Katarína", "Keiko", "Kwame", "Lars", "Leila", "Liam", "Lin", "Łukasz", "Mariam", "Márton",
    "Mateo", "Mei", "Mia", "Minh", "Mohamed", "Nadia", "Naoko", "Niamh", "Nikolai", "Noor", "O'Shea", "Óscar", "Olga", "Oluchi",
    "Paula", "Pedro", "Priya", "Quentin", "Rafael", "Rosa", "Ruth", "Sakura", "Samir", "Sébastien", "Siobhán", "Sofía", "Søren",
    "Tariq", "Théo", "Thu", "Tomás", "Uma", "Valentina", "Viktor", "Wei", "William", "Xavier", "Yara", "Yuki", "Yusuf", "Zoë",
    "Zsófia", "明美", "건우", "محمد",
)  # fmt: skip
LAST_NAMES = (
    "Abe", "Adeyemi", "Ahmed", "Almeida", "Andersson", "Bauer", "Beaumont", "Becker", "Bianchi", "Bjarnason", "Brown", "Byrne",
    "Castillo", "Chen", "Costa", "Cruz", "D'Angelo", "Das", "de Vries", "Díaz", "Dubois", "Eriksen", "Faria", "Fischer",
    "Fournier", "García", "Gómez", "Greenwood", "Gupta", "Haddad", "Hansen", "Hoffmann", "Horváth", "Ito", "Ivanova", "Jansen",
    "Johnson", "Kaya", "Kim", "Kowalska", "Kumar", "Lefèvre", "Li", "Lindqvist", "López", "MacLeod", "Marín", "Martin", "Mbeki",
    "Mendes", "Meyer", "Müller", "Nakamura", "Ndiaye", "Nguyễn", "Novák", "Nowak", "O'Brien", "Okafor", "Olsen", "Öztürk",
    "Papadopoulou", "Park", "Patel", "Pérez", "Petrov", "Quirke", "Ramírez", "Reid", "Ribeiro", "Rossi", "Roux", "Sánchez",
    "Santos", "Schäfer", "Schmidt", "Sharma", "Silva", "Singh", "Smith", "Sørensen", "Suzuki", "Tanaka", "Tremblay", "Tran",
    "Ueda", "van den Berg", "Varga", "Walker", "Wang", "Weiß", "Williams", "Wójcik", "Yamamoto", "Yılmaz", "Zhang", "Zieliński",
)  # fmt: skip
FIRM_FIRST = (
    "Alder", "Amber", "Anchor", "Aurora", "Bay", "Beacon", "Birch", "Bluebird", "Bramble", "Brass", "Cedar", "Cinder", "Cobalt",
    "Compass", "Copper", "Coral", "Crane", "Delta", "Drift", "Dune", "Eagle", "Ember", "Falcon", "Fern", "Fjord", "Flint",
    "Garnet", "Glacier", "Granite", "Harbour", "Hazel", "Heron", "Iris", "Ivory", "Juniper", "Kestrel", "Lantern", "Larch",
    "Linden", "Lotus", "Maple", "Meadow", "Mistral", "Nordlys", "Oak", "Onyx", "Orchid", "Osprey", "Pebble", "Pine", "Quartz",
    "Raven", "Reed", "Rowan", "Saffron", "Sierra", "Slate", "Solstice", "Spruce", "Tern", "Thistle", "Umbra", "Violet", "Willow",
)  # fmt: skip
FIRM_LAST = (
    "Analytics", "Apparel", "Architects", "Bakery", "Bikes", "Biotech", "Bookshop", "Brewery", "Bücher", "Cafés", "Ceramics",
    "Chemicals", "Clinics", "Coffee", "Consulting", "Cosmetics", "Cycles", "Dairy", "Dental", "Design", "Électronique", "Energy",
    "Engineering", "Events", "Farms", "Films", "Finance", "Flowers", "Foods", "Freight", "Furniture", "Games", "Gardens",
    "Glassworks", "Hotels", "Instruments", "Insurance", "Interiors", "Jewellery", "Kitchens", "Labs", "Legal", "Lighting",
    "Logistics", "Marine", "Media", "Medical", "Mining", "Motors", "Music", "Optics", "Outdoor", "Packaging", "Paper", "Pharma",
    "Photo", "Plastics", "Press", "Realty", "Robotics", "Shipping", "Software", "Solar", "Textiles", "Tools", "Toys", "Travel",
)  # fmt: skip
INDUSTRIES = (
    "Automotive", "Consumer goods", "Education", "Financial services", "Food and beverage", "Healthcare", "Hospitality",
    "Logistics", "Manufacturing", "Media", "Public sector", "Retail", "Software", "Telecommunications",
)  # fmt: skip
JOB_TITLES = (
    "Office manager", "Head of IT", "Buyer", "CFO", "Warehouse lead", "Developer", "Marketing manager", "Geschäftsführerin",
    "Responsable achats", "Jefe de compras", "Support engineer", "Owner", "営業部長", "Analyst", "Accountant",
)  # fmt: skip
MAILBOXES = ("mailbox.example", "post.example", "inbox.example", "correo.example", "courriel.example", "brief.example")
LOCALES = ("en", "en", "en", "en", "en", "de", "de", "fr", "fr", "es", "es", "pt-br", "ja", "ko", "ar", "it", "nl")
ZONES = {
    "en": (
        ("London", "Europe/London", "+44 20 7946 0"),
        ("Eastern Time (US & Canada)", "America/New_York", "+1 212 555 01"),
    ),
    "de": (("Berlin", "Europe/Berlin", "+49 30 23125 "), ("Vienna", "Europe/Vienna", "+43 1 0490 ")),
    "fr": (("Paris", "Europe/Paris", "+33 1 99 00 "), ("Brussels", "Europe/Brussels", "+32 2 555 ")),
    "es": (("Madrid", "Europe/Madrid", "+34 911 23 "), ("Mexico City", "America/Mexico_City", "+52 55 5550 ")),
    "pt-br": (("Brasilia", "America/Sao_Paulo", "+55 11 5555 "),),
    "ja": (("Tokyo", "Asia/Tokyo", "+81 3 5550 "),),
    "ko": (("Seoul", "Asia/Seoul", "+82 2 555 "),),
    "ar": (("Cairo", "Africa/Cairo", "+20 2 2555 "), ("Riyadh", "Asia/Riyadh", "+966 11 555 ")),
    "it": (("Rome", "Europe/Rome", "+39 06 5550 "),),
    "nl": (("Amsterdam", "Europe/Amsterdam", "+31 20 555 "),),
}
