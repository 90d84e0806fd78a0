"""What is said in the demo: a bakery's three days before its second shop opens."""

from __future__ import annotations

from typing import NamedTuple

WORKSPACE = "Hearth & Rye"
OWNER = "maija"
PEOPLE = {
    "maija": "Maija Lehto",
    "otso": "Otso Virtanen",
    "priya": "Priya Raman",
    "jonas": "Jonas Berg",
    "leila": "Leila Haddad",
}
# Name: (kind, topic, members besides the owner)
ROOMS = {
    "second-shop": ("public", "Harbour Street opens on Saturday", ("otso", "priya", "jonas", "leila")),
    "recipes": ("public", "What goes into the oven, in grams", ("otso", "leila")),
    "numbers": ("private", "Rent, flour, wages", ("priya",)),
}
DIRECT = ("otso",)


class Line(NamedTuple):
    """A message: when, where, who, what; a `mark` is what a reply refers to."""

    minutes_ago: int
    room: str
    who: str
    text: str
    mark: str = ""
    replies_to: str = ""
    unread: bool = False


SCRIPT = (
    Line(3120, "general", "maija", "Good morning! From today we talk here and not on five phones. :)"),
    Line(3117, "general", "leila", "Finally. Who do I tell when the rye starter looks sad?"),
    Line(3115, "general", "otso", "Me. Always me."),
    Line(3000, "recipes", "otso", "Rye sourdough, the one we agreed on:", "rye"),
    Line(
        2999,
        "recipes",
        "otso",
        "```\nrye flour    600 g\nwater        540 g\nstarter      200 g\nsalt          12 g\n```\n"
        "Bake **25 min at 250 °C**, then 35 min at 200 °C. Lid off for the second part.",
        "recipe",
    ),
    Line(2990, "recipes", "leila", "540 sounds wet. Is that with the dark flour?", "", "recipe"),
    Line(2986, "recipes", "otso", "Yes, it drinks more. With the light one take 480.", "", "recipe"),
    Line(2984, "recipes", "leila", "Writing that on the wall.", "", "recipe"),
    Line(
        1700,
        "second-shop",
        "priya",
        "Keys for Harbour Street are here. The back door sticks, lift it a little.",
    ),
    Line(1690, "second-shop", "jonas", "I can plane it tomorrow. Anything else that needs a tool?"),
    Line(
        1688,
        "second-shop",
        "priya",
        "- the sign above the window\n- two shelves in the cold room\n- the till, it only *looks* connected",
    ),
    Line(1685, "second-shop", "jonas", "On it. Sign first, or the shelves?"),
    Line(1680, "second-shop", "maija", "Sign first. People walk past it already."),
    Line(1510, "random", "leila", "Somebody left a single croissant in the proofer. I have named him Kevin."),
    Line(1507, "random", "jonas", "Kevin deserved better."),
    Line(
        1400,
        "numbers",
        "priya",
        "Flour went up again: 0.92 per kilo from Monday. I asked the mill in Porvoo for an offer.",
    ),
    Line(1395, "numbers", "maija", "Thank you. Below 0.85 I would sign for a year."),
    Line(240, "second-shop", "jonas", "The sign hangs. It is even straight."),
    Line(236, "second-shop", "maija", "You are a hero."),
    Line(130, "@", "otso", "Do you want me at Harbour Street on Saturday, or here?"),
    Line(128, "@", "maija", "There for the opening, please. Leila says she can run the ovens here."),
    Line(60, "general", "priya", "Delivery plan for Saturday: van leaves at **5:30**, second round at 8:00."),
    Line(
        55,
        "general",
        "jonas",
        "I drive the first one. Can somebody please not put the cinnamon buns on top of the tins this time?",
    ),
    Line(52, "general", "leila", "That was *one* time."),
    Line(
        18,
        "second-shop",
        "leila",
        "The oven at Harbour Street is through its test bake. Here is what it did:",
        unread=True,
    ),
    Line(
        17,
        "second-shop",
        "leila",
        "> top shelf a bit dark, the rest perfect\n\nI would turn it down by 10 degrees.",
        unread=True,
    ),
    Line(9, "@", "otso", "Good. Then I bring the starter with me. She gets her own seat belt.", unread=True),
)
