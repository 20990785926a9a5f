"""The demo's neighbours, none of whom sleeps: tests run at any hour."""

from dataclasses import replace

from service.demo.neighbours import NEIGHBOURS

AWAKE = tuple(replace(neighbour, sleeps=False) for neighbour in NEIGHBOURS)
