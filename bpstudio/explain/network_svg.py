"""A small network as a picture for paper: circles in columns, lines between them."""

from __future__ import annotations

from html import escape

from bpstudio.explain.quantities import Quantities
from bpstudio.model.topology import Topology

MOST_NEURONS = 12
"""A column with more is not drawn: nobody works it out by hand."""
_COLUMN, _ROW, _RADIUS, _MARGIN = 150, 52, 15, 90


def network_svg(quantities: Quantities) -> str:
    """The network with the names of its neurons; "" where a layer has more than MOST_NEURONS."""
    topology = quantities.values.topology
    tallest = max(layer.size for layer in topology.layers)
    if tallest > MOST_NEURONS:
        return ""
    width = _COLUMN * (len(topology.layers) - 1) + 2 * _MARGIN
    height = _ROW * tallest + 26
    parts = [
        f'<svg class="network" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="Network {topology}">'
    ]
    parts += _lines(topology, tallest)
    for layer in topology.layers:
        for j in range(layer.size):
            x, y = _place(topology, layer.id, j, tallest)
            parts.append(
                f'<circle cx="{x}" cy="{y:g}" r="{_RADIUS}" fill="#FFFFFF" stroke="#1B2430"/>'
                f'<text x="{x}" y="{y + 4:g}" text-anchor="middle">{j + 1}</text>'
            )
            name = quantities.column_name(layer.id, j)
            if name:
                first = layer is topology.input
                anchor, at = ("end", x - 22) if first else ("start", x + 22)
                parts.append(
                    f'<text x="{at}" y="{y + 4:g}" text-anchor="{anchor}">{escape(_short(name))}</text>'
                )
        x = _place(topology, layer.id, 0, tallest)[0]
        parts.append(
            f'<text x="{x}" y="{height - 6}" text-anchor="middle" class="label">'
            f"{escape(topology.label(layer.id))}</text>"
        )
    return "".join([*parts, "</svg>"])


def _lines(topology: Topology, tallest: int) -> list[str]:
    lines = []
    for link in topology.links:
        for j in range(topology.layer(link.target).size):
            for i in range(topology.layer(link.source).size):
                if not link.is_pruned(i, j):
                    x1, y1 = _place(topology, link.source, i, tallest)
                    x2, y2 = _place(topology, link.target, j, tallest)
                    lines.append(
                        f'<line x1="{x1}" y1="{y1:g}" x2="{x2}" y2="{y2:g}" stroke="#98A2B3"/>'
                    )
    return lines


def _place(topology: Topology, layer: str, neuron: int, tallest: int) -> tuple[int, float]:
    size = topology.layer(layer).size
    x = _MARGIN + _COLUMN * topology.position(layer)
    return x, _ROW * (neuron + 0.5 + (tallest - size) / 2)


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"
