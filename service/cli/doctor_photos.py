"""Are photos screened: is the hash list there, and can all of it be read?"""

from alerts.intake.photos.screen import ListState, Screening
from config.settings import Settings
from service.cli.finding import Finding, ill, well

NAME = "hash list"


def hash_list(settings: Settings) -> Finding:
    """Say how it stands with the list of pictures that nobody may see."""
    state = Screening(settings.pdq_list, settings.pdq_max_distance).state()
    if not state.is_configured:
        detail = "None (no PORCHLIGHT_PDQ_LIST): photos aren't screened."
        return well(NAME, detail, required=False)
    if not state.is_ready:
        todo = "Mend PORCHLIGHT_PDQ_LIST: until then photos wait and alerts go out without them."
        return ill(NAME, state.why or "It can't be read.", todo, required=False)
    detail = f"{state.hashes:,} hashes."
    if state.broken_count:
        return ill(NAME, f"{detail} {broken_words(state)}", "Mend these lines.", required=False)
    return well(NAME, detail, required=False)


def broken_words(state: ListState) -> str:
    """Name the lines that are no hash, as far as they are named."""
    named = ", ".join(map(str, state.broken))
    more = ", and more" if state.broken_count > len(state.broken) else ""
    count = state.broken_count
    plural = "" if count == 1 else "s"
    verb = "is" if count == 1 else "are"
    return f"{count:,} line{plural} {verb} no PDQ hash and screened by nobody: {named}{more}."
