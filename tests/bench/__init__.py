"""Benchmarks: whole commands, run in turn and measured from outside; ``make bench`` runs them."""
