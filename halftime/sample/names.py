"""The words from which people, accounts, deals and notes of the sample company are made."""

from __future__ import annotations

from dataclasses import dataclass

COMPANY = "Northwind Ridge Software"
DOMAIN = "northwindridge.example"
PROGRAMME = "Coach First"
INITIATIVES = (("Value Selling", "2025-02-03"), ("Clean Pipeline", "2025-11-03"))
"""Other initiatives, which are for everybody, and their first days."""


@dataclass(frozen=True)
class Region:
    """A sales region: its currency, time zone, CRM, and how coaching came about there."""

    name: str
    slug: str
    currency: str
    time_zone: str
    regime: str
    share: float
    countries: tuple[str, ...]
    cities: tuple[str, ...]
    utc_morning: int
    crm: str = "salesforce"


# fmt: off
REGIONS = (
    Region(
        "North America", "north_america", "USD", "America/New_York", "programme", 0.55,
        ("United States", "Canada"),
        ("Boston", "Chicago", "Denver", "Austin", "Atlanta", "Seattle", "Toronto", "Dallas",
         "Portland", "Phoenix", "Nashville", "Detroit", "Columbus", "Raleigh", "Minneapolis",
         "Montréal", "San Diego", "Philadelphia", "Kansas City", "Salt Lake City", "Vancouver",
         "Pittsburgh"),
        14,
    ),
    Region(
        "DACH", "dach", "EUR", "Europe/Berlin", "slump", 0.15,
        ("Germany", "Austria", "Switzerland"),
        ("München", "Berlin", "Hamburg", "Wien", "Zürich", "Köln", "Stuttgart", "Leipzig"),
        7,
        "hubspot",
    ),
    Region(
        "Southern Europe", "southern_europe", "EUR", "Europe/Madrid", "winnable_late", 0.15,
        ("Spain", "Italy", "France", "Portugal"),
        ("Madrid", "Milano", "Lyon", "Lisboa", "Barcelona", "Torino", "Paris", "Porto"),
        7,
    ),
    Region(
        "Asia Pacific", "asia_pacific", "USD", "Asia/Singapore", "none", 0.15,
        ("Singapore", "Australia", "New Zealand"),
        ("Singapore", "Sydney", "Auckland", "Melbourne", "Brisbane", "Perth"),
        1,
    ),
)

SEGMENTS = ("Commercial", "Enterprise")

FIRST_NAMES = (
    "Aaliyah", "Adam", "Aisha", "Alejandro", "Alice", "Amara", "Amélie", "Ana", "Andrea", "Anika",
    "Anton", "Arjun", "Astrid", "Ava", "Beatriz", "Ben", "Björn", "Brian", "Camila", "Carla",
    "Carlos", "Chiara", "Chloé", "Claire", "Daniel", "Daria", "David", "Deepa", "Diego", "Dominik",
    "Elena", "Elif", "Emil", "Emma", "Enrico", "Erik", "Eva", "Farah", "Felix", "Fiona", "Florian",
    "Francesca", "Gabriel", "Grace", "Greta", "Hannah", "Haruto", "Hugo", "Ian", "Inés", "Ingrid",
    "Isabel", "Ivan", "Jack", "Jana", "Jasmine", "João", "Jonas", "Jorge", "José", "Julia", "Kai",
    "Katarina", "Keiko", "Kofi", "Lara", "Lars", "Laura", "Léa", "Leo", "Liam", "Lina", "Lucía",
    "Lukas", "Luz", "Magnus", "Marco", "Maria", "Marta", "Mateo", "Maya", "Mei", "Mia", "Miguel",
    "Mina", "Nadia", "Naomi", "Nathan", "Nia", "Nico", "Nina", "Noah", "Nora", "Olga", "Oliver",
    "Omar", "Oscar", "Pablo", "Paola", "Patrick", "Paul", "Petra", "Priya", "Rafael", "Rahul",
    "Raquel", "René", "Rosa", "Ruth", "Ryan", "Samir", "Samuel", "Sara", "Sebastian",
    "Selin", "Simon",
    "Sofía", "Sophie", "Stefan", "Tara", "Theo", "Thomas", "Tobias", "Tom", "Uma", "Valentina",
    "Vera", "Victor", "Wei", "Yara", "Yuki", "Yusuf", "Zoë",
)

LAST_NAMES = (
    "Abbott", "Acosta", "Adeyemi", "Ahmed", "Almeida", "Andersen", "Arnold", "Bailey", "Barros",
    "Bauer", "Becker", "Bennett", "Berg", "Bianchi", "Boateng", "Brandt", "Brooks", "Burke",
    "Carter", "Castro", "Chen", "Clarke", "Conti", "Costa", "Coleman", "Cruz", "Díaz", "Dietrich",
    "Dubois", "Duarte", "Edwards", "Engel", "Esposito", "Evans", "Farrell", "Fernández", "Ferrari",
    "Fischer", "Fontaine", "Foster", "Franke", "García", "Gallo", "Gibson", "Gómez", "Graf",
    "Greco", "Gupta", "Haas", "Hansen", "Harris", "Hayes", "Herrera", "Hoffmann", "Holm", "Hughes",
    "Iyer", "Jansen", "Jenkins", "Jiménez", "Kaiser", "Kapoor", "Keller", "Kelly", "Khan", "Kim",
    "Klein", "Koch", "Krüger", "Kumar", "Lam", "Lange", "Larsen", "Laurent", "Lee", "Lehmann",
    "Lombardi", "López", "Lorenz", "Lund", "Maier", "Marino", "Marsh", "Martín", "Mehta", "Mendes",
    "Meyer", "Mills", "Moreau", "Moreno", "Müller", "Murphy", "Nakamura", "Navarro", "Nguyen",
    "Novak", "Núñez", "Okafor", "Olsen", "Ortiz", "Osei", "Owens", "Park", "Patel", "Pereira",
    "Pérez", "Peters", "Pinto", "Popov", "Price", "Quinn", "Ramírez", "Reddy", "Reyes", "Ricci",
    "Richter", "Rivera", "Roberts", "Rojas", "Romano", "Rossi", "Roux", "Ruiz", "Russo", "Ryan",
    "Santos", "Sato", "Schäfer", "Schmidt", "Schneider", "Schulz", "Shah", "Silva", "Simmons",
    "Singh", "Soto", "Stein", "Sullivan", "Suzuki", "Tanaka", "Taylor", "Torres", "Turner",
    "Vargas", "Vega", "Vogel", "Wagner", "Walsh", "Wang", "Weber", "Weiß", "Werner", "White",
    "Winter", "Wolf", "Wong", "Wright", "Yilmaz", "Young", "Zhang", "Ziegler", "Zimmermann",
)

ACCOUNT_HEADS = (
    "Alder", "Amber", "Apex", "Arbor", "Ascent", "Atlas", "Aurora", "Axiom", "Baltic", "Beacon",
    "Birch", "Blue Harbor", "Bramble", "Bridgeway", "Brightwell", "Cascade", "Cedar", "Cinder",
    "Clearwater", "Cobalt", "Compass", "Copper", "Coral", "Crescent", "Crown", "Cypress", "Delta",
    "Driftwood", "Eastgate", "Echo", "Elm", "Ember", "Falcon", "Fjord", "Flint", "Foxglove",
    "Garnet", "Glacier", "Golden Gate", "Granite", "Greenfield", "Halcyon", "Harbor", "Hawthorn",
    "Hazel", "Helios", "Heron", "Highland", "Horizon", "Indigo", "Ironwood", "Juniper", "Keystone",
    "Lakeside", "Lantern", "Larch", "Laurel", "Lighthouse", "Linden", "Lumen", "Magnolia", "Maple",
    "Marigold", "Meridian", "Mistral", "Monarch", "Mosaic", "Nimbus", "Nordic", "Northgate",
    "Oakridge", "Obsidian", "Olive", "Onyx", "Opal", "Orchard", "Orion", "Osprey", "Pacific",
    "Palisade", "Pebble", "Pine", "Pinnacle", "Prairie", "Quarry", "Quill", "Raven", "Redwood",
    "Ridgeline", "River", "Rowan", "Saffron", "Sage", "Sapphire", "Seaside", "Sierra", "Silver",
    "Solstice", "Sparrow", "Spruce", "Sterling", "Stonebridge", "Summit", "Sycamore", "Tamarack",
    "Terra", "Thistle", "Tidewater", "Timber", "Topaz", "Trident", "Umbra", "Valley", "Vantage",
    "Velvet", "Verdant", "Vista", "Westbrook", "Willow", "Windward", "Zenith",
)
ACCOUNT_TAILS = (
    "Analytics", "Automotive", "Bank", "Biotech", "Capital", "Care", "Chemicals", "Components",
    "Construction", "Consulting", "Controls", "Dairy", "Diagnostics", "Dynamics", "Education",
    "Electronics", "Energy", "Engineering", "Equipment", "Fabrics", "Finance", "Foods", "Freight",
    "Furniture", "Games", "Health", "Hotels", "Industries", "Instruments", "Insurance", "Labs",
    "Logistics", "Machinery", "Marine", "Materials", "Media", "Medical", "Metals", "Mobility",
    "Networks", "Optics", "Packaging", "Paper", "Pharma", "Plastics", "Power", "Properties",
    "Publishing", "Retail", "Robotics", "Security", "Semiconductors", "Shipping", "Software",
    "Solutions", "Sports", "Systems", "Telecom", "Textiles", "Tools", "Travel", "Utilities",
)
LEGAL_FORMS = {
    "North America": ("Inc.", "LLC", "Corp.", "Group", "Co."),
    "DACH": ("GmbH", "AG", "KG", "Gruppe", "SE"),
    "Southern Europe": ("S.A.", "S.L.", "S.p.A.", "SARL", "Lda."),
    "Asia Pacific": ("Pte Ltd", "Pty Ltd", "Ltd", "Holdings", "Group"),
}
INDUSTRIES = (
    "Manufacturing", "Financial Services", "Healthcare", "Retail", "Technology", "Energy",
    "Logistics", "Education", "Media", "Public Sector",
)
ACCOUNT_TYPES = ("Prospect", "Customer - Direct", "Customer - Channel", "Partner")
DEAL_TYPES = ("New Business", "Existing Business - Upgrade", "Existing Business - Renewal")
LEAD_SOURCES = ("Web", "Referral", "Outbound", "Partner", "Event", "Inbound Call")


# fmt: on


@dataclass(frozen=True)
class Product:
    """A product: its median deal (in whole units of the deal's currency) and cycle (days)."""

    name: str
    family: str
    share: float
    median_amount: int
    median_cycle: int
    win_shift: float


PRODUCTS = (
    Product("Ridge Core", "Platform", 0.38, 14_000, 42, 0.15),
    Product("Ridge Plus", "Platform", 0.26, 26_000, 55, 0.0),
    Product("Ridge Enterprise", "Platform", 0.14, 62_000, 82, -0.25),
    Product("Trail Insights", "Analytics", 0.14, 18_000, 48, 0.05),
    Product("Summit Services", "Services", 0.08, 11_000, 35, 0.2),
)

OPEN_STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
)
WON, LOST, NO_DECISION = 5, 6, 7
STAGES = (*OPEN_STAGES, "Closed Won", "Closed Lost", "Closed - No Decision")
STAGE_PROBABILITY = (10, 20, 40, 60, 80, 100, 0, 0)
# fmt: off
STAGE_FORECAST = (
    "Pipeline", "Pipeline", "Pipeline", "BestCase", "Forecast", "Closed", "Omitted", "Omitted",
)

NEXT_STEPS = (
    "Send recap and confirm the decision date", "Book a technical session with their architect",
    "Get the economic buyer on a call", "Agree on a mutual close plan", "Share the reference list",
    "Legal to return the redlines", "Ask who else has to say yes", "Prepare the pricing options",
    "Walk through the business case", "Confirm the budget owner", "Waiting for procurement",
    "Revisit after their board meeting",
)
TASK_SUBJECTS = (
    "Call: discovery", "Call: follow-up", "Call: left a message", "Email: recap", "Email: proposal",
    "Email: introduction", "Email: next steps", "Email: check-in",
    "Send the security questionnaire", "Prepare the demo",
)
EVENT_SUBJECTS = (
    "Discovery meeting", "Product demonstration", "Technical deep dive", "Proposal review",
    "Negotiation", "Executive briefing", "Weekly check-in", "Kick-off",
)

SKILLS = (
    "Discovery questions", "Objection handling", "Negotiation", "Executive presence",
    "Business case", "Multi-threading", "Prospecting", "Closing plan",
)
AREAS = ("lead_and_opportunity", "skills_and_behaviors", "funnel", "account", "territory")
FOCUS = (
    ("Decision criteria", "Next step with the buyer", "Competition", "Lead qualification",
     "Close plan"),
    ("Open questions", "Listening before pitching", "Handling price objections",
     "Running the first call", "Storytelling"),
    ("Funnel shape", "Early-stage volume", "Close dates", "Value at risk"),
    ("Relationship map", "White space", "Account plan"),
    ("Industry mix", "Coverage of target accounts", "Time in territory"),
)
MODES = (
    "one_on_one", "joint_call", "ride_along", "call_review", "role_play", "group", "inspection",
)
TRIGGERS = ("routine", "skill_gap", "stalled_deal", "behavior", "missed_number", "forecast")
ARTEFACTS = ("call plan", "deal plan", "call recording", "pipeline report")
NOTE_OPENINGS = (
    "Looked at last week together.", "Started from the call plan.", "Went through the deal.",
    "Reviewed the recording.", "Short catch-up before the forecast.",
)
NOTE_GOALS = (
    "Goal is a first call without slides.", "The aim is a second sponsor in each deal.",
    "Objective: stay calm when price comes up.", "Goal for the quarter is a full funnel.",
)
NOTE_ASK = (
    "What would you do differently?", "What does the buyer need to decide?",
    "Which question did you not ask?", "How will you know that it worked?",
    "What are your options, and which one will you try first?", "Who else is affected by this?",
)
NOTE_TELL = (
    "You need to push harder on the date.", "Call procurement today and send the offer.",
    "Just use my deck next time.", "Move it to commit.", "Do not discount before Friday.",
    "I told him to copy what I did at my old accounts.",
)
NOTE_CLOSINGS = (
    "Next: try it on the next call and report back.", "Agreed on one thing to practise.",
    "Will follow up.", "Out of time, continue next week.",
)
ACTION_TEXTS = (
    "Write three open questions for the next call", "Update the close plan with the buyer",
    "Meet the economic buyer", "Practise the opening with a colleague", "Clean up the close dates",
    "Build the relationship map", "List five target accounts", "Listen to the call again",
)
LEAVING_REASONS = ("Better offer", "Career change", "Relocation", "Performance", "Manager")

CONTACT_TITLES = (
    ("Chief Financial Officer", "C-Level"), ("Chief Operating Officer", "C-Level"),
    ("VP Sales Operations", "VP"), ("VP Engineering", "VP"), ("IT Director", "Director"),
    ("Head of Procurement", "Director"), ("Operations Manager", "Manager"),
    ("Business Analyst", "Staff"), ("Systems Engineer", "Staff"),
)
CONTACT_ROLES = (
    "Decision Maker", "Economic Buyer", "Technical Buyer", "Influencer", "Business User",
)
LOSS_REASONS = ("Price", "Competitor", "Missing feature", "No budget", "Relationship")
# fmt: on
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")
