"""How long a test waits before it calls an answer a blow-up: no measure of speed.

What is guarded is work that grows with the square of the input: minutes, where the
right way takes a second or less. How fast it is, `benchmarks/` measures.
"""

BLOW_UP_S = 20.0
