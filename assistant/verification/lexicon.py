"""Words that turn a sentence round: what denies, and what means the opposite."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

NEGATORS = frozenset(
    "not n't n’t never no none nobody nothing neither without cannot nowhere".split()
)
"""What denies whatever hangs on it."""

_DENYING = """
    absent absence acquit acquits acquitted avoid avoids avoided avoiding ban bans banned baseless
    barely cancel cancels cancelled cleared contradict contradicts contradicted contest contests
    contested decline declined declines declining defeated denial denials deny denies denied denying
    dismiss dismisses dismissed dismissing dispute disputes disputed doubt doubts doubted exclude
    excludes excluded exempt fail fails failed failing failure forbid forbids forbidden forbade
    forgo forgoes hardly ignore ignores ignored illegal impossible inability indifferent innocent
    lack lacks lacked lacking missing neglect neglected omit omits omitted opposed outlaw outlawed
    overlook overlooked prevent prevents prevented prohibit prohibits prohibited rebuff rebuffed
    refrain refrained refrains refusal refuse refuses refused refusing refute refuted reject rejects
    rejected rejecting rejection scarcely scrapped silent silence unable unaware unchanged unclear
    unfounded unknown unlawful unlikely unrelated unsuccessful untrue unwilling veto vetoed withhold
    withheld abstain abstained unnoticed unseen unanswered unheard spared
"""
DENYING = frozenset(_DENYING.split())
"""What denies by its own meaning; a claim may say so in other words than its source."""

DENYING_PHRASES = re.compile(
    r"\b(?:turn(?:ed|s|ing)? (?:\w+ ){0,3}down|rul(?:ed|es?|ing) (?:\w+ ){0,3}out"
    r"|stop(?:ped|s)? short"
    r"|far from|yet to|instead of|rather than|(?:vot\w+|spoke|is|was|are|were|came out) against"
    r"|(?:left|leaves?|leaving|stay(?:ed|s|ing)?|keep(?:s|ing)?|kept)"
    r" (?:\w+ ){0,4}(?:out|away|off|closed|shut)"
    r"|in the dark|short of|no longer|little (?:hope|chance|prospect|evidence)|free of(?! charge)"
    r"|clear(?:ed)? of"
    r"|refus\w+|declin(?:ed|es|ing) to|fail(?:ed|s|ing)? to|at no point)\b",
    re.IGNORECASE,
)
"""The same in several words."""

AFFIRMING = re.compile(
    r"\b(?:not (?:only|just|merely)|(?:no|not) (?:more|less|fewer|later|earlier|sooner) than"
    r"|nothing but"
    r"|(?:not|never) \w+ since|no doubt|whether or not|if not|nothing less than|no matter|not far"
    r"|not (?:\w+ ){0,3}(?:before|until|till))\b",
    re.IGNORECASE,
)
"""Negators that deny nothing."""

OPPOSITES = tuple(
    (frozenset(left.strip("~ ").split()), frozenset(right.split()), left.startswith("~"))
    for line in Path(__file__).with_name("opposites.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for left, right in [line.split("|")]
)
"""Pairs of sets of words, each word of one the opposite of the other's; and whether these only
oppose each other beside the same word, as "before" and "after" do."""


_COUNTRIES = """
us usa states america american americans washington | uk kingdom britain british britons london
russia russian russians moscow kremlin | china chinese beijing | france french paris elysee
germany german germans berlin | india indian indians delhi | pakistan pakistani islamabad
iran iranian iranians tehran | iraq iraqi iraqis baghdad | israel israeli israelis jerusalem
japan japanese tokyo | korea korean koreans seoul pyongyang
ukraine ukrainian ukrainians kyiv kiev | afghanistan afghan afghans kabul
turkey turkish turks ankara | egypt egyptian egyptians cairo | spain spanish madrid
italy italian italians rome | canada canadian canadians ottawa
australia australian australians canberra | eu european europe brussels union bloc
syria syrian syrians damascus | poland polish poles warsaw | greece greek greeks athens
sudan sudanese khartoum | indonesia indonesian indonesians jakarta
malaysia malaysian kuala lumpur | cuba cuban cubans havana | mexico mexican mexicans
brazil brazilian brazilians brasilia | argentina argentine buenos aires
venezuela venezuelan caracas | colombia colombian bogota | libya libyan libyans tripoli
tunisia tunisian tunis | algeria algerian algiers | kenya kenyan nairobi
nigeria nigerian nigerians abuja | ethiopia ethiopian addis ababa | somalia somali mogadishu
lebanon lebanese beirut | jordan jordanian amman | saudi arabia riyadh | yemen yemeni sanaa
qatar qatari doha | georgia georgian tbilisi | armenia armenian yerevan | azerbaijan azeri baku
thailand thai bangkok | vietnam vietnamese hanoi | bangladesh bangladeshi dhaka
nepal nepalese kathmandu | sri lanka lankan colombo | norway norwegian norwegians oslo
sweden swedish swedes stockholm | finland finnish finns helsinki | ireland irish dublin
portugal portuguese lisbon | austria austrian vienna | belgium belgian belgians
switzerland swiss bern | hungary hungarian budapest | czech czechs prague
romania romanian bucharest | bulgaria bulgarian sofia | serbia serbian serbs belgrade
croatia croatian zagreb | belarus belarusian minsk | zealand wellington | chile chilean santiago
peru peruvian lima | kazakhstan kazakh astana
netherlands dutch hague | denmark danish danes copenhagen
philippines filipino filipinos manila
"""
_SHORT = "tv television | un nations | mp parliament"


@cache
def _bearers() -> dict[str, frozenset[str]]:
    every = re.split(r"\||\n", _COUNTRIES) + _SHORT.split("|")
    groups = [frozenset(group.split()) for group in every]
    return {word: group for group in groups for word in group}


def akin_names(name: str) -> frozenset[str]:
    """What else a country, its people or its government are called ("Moscow"), or spelt out."""
    return _bearers().get(name, frozenset())
