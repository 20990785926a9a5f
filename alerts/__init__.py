"""The flow: intake → area → audience → delivery → aftercare, over one store.

Each sub-package is a room that answers one question; the modules at this level are the
values that travel between the rooms.
"""
