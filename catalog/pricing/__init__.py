"""How a price is made of a cost: pure arithmetic (``formula``, ``rounding``, ``margin``), which rule counts
(``choosing``), and the writing of prices with their history (``repricing``).
"""
