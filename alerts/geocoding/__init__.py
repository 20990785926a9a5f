"""How are geocoders asked? geopy's services by name, once for each place, no faster than allowed.

`alerts.area.geocoder` says what may be asked and what an answer is worth; here is the network and
the memory.
"""
