"""How fast bpstudio is, beside its peers: ``python -m tests.benchmarks --help``.

The tests in this folder are about the harness; the figures come from the command alone.
"""
