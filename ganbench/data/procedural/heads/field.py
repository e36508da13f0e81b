"""Smooth unions of ellipsoids and rods: about how far points are from the skin of a head.

Much of the time that a head takes is spent here. So points come in blocks that a processor's second
cache holds, operations write into arrays that are used again, and what is constant of a blob is
repeated for each point of a block: NumPy takes several times as long where a row has one number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ganbench.data.procedural.surfaces import Floats

ROUNDING_M = 0.0025  # of the fold between a blob and its mirror image
BLOCK = 512  # points

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Blob:
    """An ellipsoid or, with `end`, a rod of round section whose radius runs from r_0 to r_1.

    blend: metres over which it melts into what came before. carve: taken away, not added.
    """

    centre: Point
    radii: Point
    blend: float
    carve: bool = False
    end: Point | None = None


Field = Callable[[Floats], Floats]
# Writes distances (blobs, points) into the third array, of points (3, points) with a sharp fold and
# the same with a round one.
Writer = Callable[[Floats, Floats, Floats], None]


def field(parts: Sequence[Blob], count: int, block: int = BLOCK) -> Field:
    """Signed distance, about, of `count` points (3, count) from the skin; negative inside.

    Blobs off the middle are folded onto the left half, with a round fold. It works in arrays of
    its own: one thread at a time may ask it.
    """
    order = sorted(range(len(parts)), key=lambda k: (_is_rod(parts[k]), _off_middle(parts[k])))
    balls = [parts[k] for k in order if not _is_rod(parts[k])]
    rods = [parts[k] for k in order if _is_rod(parts[k])]
    blocks = max(1, -(-count // block))
    size = max(1, -(-count // blocks))
    from_balls, from_rods = _balls(balls, size), _rods(rods, size)
    sharp, smooth = np.zeros((2, 3, blocks * size))  # points with the one and the other fold
    each = np.empty((len(parts), blocks * size))
    unite = _union(parts, [each[order.index(k)] for k in range(len(parts))])

    def distance(points: Floats) -> Floats:
        sharp[:, :count] = smooth[:, :count] = points
        np.abs(points[1], out=sharp[1, :count])
        np.sqrt(points[1] * points[1] + ROUNDING_M**2, out=smooth[1, :count])
        for start in range(0, blocks * size, size):
            here = slice(start, start + size)
            from_balls(sharp[:, here], smooth[:, here], each[: len(balls), here])
            from_rods(sharp[:, here], smooth[:, here], each[len(balls) :, here])
        return unite()[:count]

    return distance


def _is_rod(blob: Blob) -> bool:
    return blob.end is not None


def _off_middle(blob: Blob) -> bool:
    """Whether it sees the round fold of y; else it sees the sharp one."""
    return blob.centre[1] != 0


def _repeated(numbers: Floats, size: int) -> Floats:
    """Numbers (blobs, n) as an array (n, blobs, size)."""
    return np.broadcast_to(numbers.T[..., None], (*numbers.T.shape, size)).copy()


def _offsets(blobs: Sequence[Blob], size: int) -> Callable[[Floats, Floats], Floats]:
    """Where points are from the centres of blobs, (3, blobs, size): an array that is used again."""
    centres = _repeated(np.array([blob.centre for blob in blobs]), size)
    offset = np.empty_like(centres)
    middle = sum(not _off_middle(blob) for blob in blobs)

    def fill(sharp: Floats, smooth: Floats) -> Floats:
        offset[:, :middle] = sharp[:, None]
        offset[:, middle:] = smooth[:, None]
        np.subtract(offset, centres, out=offset)
        return offset

    return fill


def _length(vectors: Floats, spare: Floats, out: Floats) -> Floats:
    """Lengths of vectors (3, ...), written into `out`, which may be a part of them."""
    np.multiply(vectors, vectors, out=spare)
    np.add(spare[0], spare[1], out=out)
    np.add(out, spare[2], out=out)
    return np.sqrt(out, out=out)


def _balls(balls: Sequence[Blob], size: int) -> Writer:
    """Distances from ellipsoids."""
    offsets = _offsets(balls, size)
    inverse = _repeated(1 / np.array([blob.radii for blob in balls]), size)
    spare, length = np.empty_like(inverse), np.empty_like(inverse[0])
    least = np.full_like(length, 1e-9)

    def write(sharp: Floats, smooth: Floats, out: Floats) -> None:
        scaled = offsets(sharp, smooth)
        scaled *= inverse
        _length(scaled, spare, length)
        scaled *= inverse
        slope = _length(scaled, spare, scaled[0])
        np.maximum(slope, least, out=slope)
        np.subtract(length, 1, out=spare[0])
        np.multiply(length, spare[0], out=length)
        np.divide(length, slope, out=out)

    return write


def _rods(rods: Sequence[Blob], size: int) -> Writer:
    """Distances from rods."""
    offsets = _offsets(rods, size)
    steps = np.array([blob.end for blob in rods]) - np.array([blob.centre for blob in rods])
    axis = _repeated(steps, size)
    square = _repeated((steps**2).sum(axis=1, keepdims=True), size)[0]
    first, last, _ = _repeated(np.array([blob.radii for blob in rods]), size)
    wider = last - first
    spare, along = np.empty_like(axis), np.empty_like(square)
    start, end = np.zeros_like(square), np.ones_like(square)

    def write(sharp: Floats, smooth: Floats, out: Floats) -> None:
        offset = offsets(sharp, smooth)
        np.multiply(offset, axis, out=spare)
        np.add(spare[0], spare[1], out=along)
        np.add(along, spare[2], out=along)
        np.divide(along, square, out=along)
        np.minimum(np.maximum(along, start, out=along), end, out=along)
        offset -= np.multiply(along, axis, out=spare)
        away = _length(offset, spare, offset[0])
        away -= first
        np.subtract(away, np.multiply(along, wider, out=along), out=out)

    return write


def _union(parts: Sequence[Blob], each: Sequence[Floats]) -> Callable[[], Floats]:
    """The distance from all blobs together, whenever the arrays `each` have those from each.

    A smooth minimum for a blob that is added, and a smooth maximum for one that is taken away.
    """
    overlap, nothing = np.empty_like(each[0]), np.zeros_like(each[0])
    # Arrays without an axis: of plain numbers NumPy would make them at each call.
    later = [
        (blob.carve, one, np.array(blob.blend), np.array(0.25 / blob.blend))
        for blob, one in zip(parts[1:], each[1:], strict=True)
    ]

    def unite() -> Floats:
        total = each[0].copy()
        for carve, one, blend, share in later:
            if carve:
                np.negative(total, out=total)
            np.subtract(total, one, out=overlap)
            np.abs(overlap, out=overlap)
            np.subtract(blend, overlap, out=overlap)
            np.maximum(overlap, nothing, out=overlap)
            np.multiply(overlap, overlap, out=overlap)
            np.multiply(overlap, share, out=overlap)
            np.minimum(total, one, out=total)
            np.subtract(total, overlap, out=total)
            if carve:
                np.negative(total, out=total)
        return total

    return unite
