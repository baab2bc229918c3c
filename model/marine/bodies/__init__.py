"""How each body plan is drawn: a function of canvas, look and random generator per plan."""

from . import branched, molluscs, radial, soft, with_legs

BODY_PLANS = {
    "anemone": radial.anemone,
    "sea_star": radial.sea_star,
    "brittle_star": radial.brittle_star,
    "urchin": radial.urchin,
    "crab": with_legs.crab,
    "hermit_crab": with_legs.hermit_crab,
    "prawn": with_legs.prawn,
    "lobster": with_legs.lobster,
    "snail": molluscs.snail,
    "bivalve": molluscs.bivalve,
    "cephalopod": molluscs.cephalopod,
    "salp": soft.salp,
    "jellyfish": soft.jellyfish,
    "sea_cucumber": soft.sea_cucumber,
    "worm": soft.worm,
    "coral": branched.coral,
    "sea_pen": branched.sea_pen,
    "sponge": branched.sponge,
}
