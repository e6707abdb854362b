"""The compiled engine's inner loops.

``vectors``, ``functions``, ``products``, ``steps``, ``updates`` and ``measures`` hold the functions
that are compiled, ``build`` compiles them into machine code. ``plan``, ``signatures`` and ``width``
are what is needed to call that code, and import no compiler.
"""
