"""The compiled engine's inner loops.

``vectors`` has what a processor can do, ``functions``, ``tiles`` and ``products`` what is made of it,
``tables`` how a network is told; ``online``, ``batches``, ``steps`` and ``measures`` train and measure.
``build`` compiles all of that into machine code. ``plan``, ``signatures`` and ``width`` are what is
needed to call that code, and import no compiler.
"""
