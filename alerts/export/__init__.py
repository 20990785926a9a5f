"""What do we tell other systems of active alerts? CAP 1.2 of each, Atom and GeoJSON of all.

Above the other rooms, because it says things in the words of `delivery.wording`.
"""
