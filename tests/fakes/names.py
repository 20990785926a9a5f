"""Fictional children whom nobody takes for one another: a name for each case number.

Posters of one child under two numbers are one case (ADR 0021); a test that wants two cases tells of
two children.
"""

_BIRDS = """
Robin Lark Heron Finch Dove Crane Swift Jay Kestrel Merlin Osprey Plover Teal Egret Avocet Bittern
Curlew Dunlin Eider Fulmar Gannet Hobby Ibis Jackdaw Knot Linnet Magpie Nightjar Oriole Petrel Quail
Raven Siskin Tern Vireo Whimbrel Yellowhammer Brambling Chough Firecrest Goldcrest Hoopoe Lapwing
Mallard Nuthatch Pipit Redstart Sanderling Treecreeper Warbler
"""
_FIRST = _BIRDS.split()
_LAST = ("Example", "Model", "Specimen", "Pattern", "Template", "Prototype")


def name_of(number: str) -> tuple[str, str]:
    """Return first and last name of the child of a case: Wren Example of "1" and of words."""
    if not number.isdigit() or number == "1":
        return "Wren", "Example"
    surname, first = divmod(int(number), len(_FIRST))
    return _FIRST[first], _LAST[surname % len(_LAST)]
