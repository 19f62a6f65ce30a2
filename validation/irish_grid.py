"""Northern Ireland's grid references as those of Great Britain: the ONS gives each country's own, and a distance needs
one grid.

Both are transverse Mercator (Krüger's series). The shift between the two datums is left out: it moves a point by less
than 4 metres.
"""

import numpy as np


class _Grid:
    """Half axes of the ellipsoid, true origin in degrees, false origin in metres, scale."""

    def __init__(
        self, axes: tuple[float, float], origin: tuple[float, float], false: tuple[float, float], scale: float
    ) -> None:
        n = (axes[0] - axes[1]) / (axes[0] + axes[1])
        self.radius = scale * axes[0] / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
        self.forward = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16, 13 * n**2 / 48 - 3 * n**3 / 5, 61 * n**3 / 240)
        self.back = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
        self.latitude = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)
        self.root = 2 * np.sqrt(n) / (1 + n)
        self.meridian = np.radians(origin[1])
        self.east, self.north = false[0], 0.0
        self.north = false[1] - float(self.to(np.radians(origin[0]), self.meridian)[1])

    def to(self, latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Radians to easting and northing."""
        sine, turn = np.sin(latitude), longitude - self.meridian
        conformal = np.sinh(np.arctanh(sine) - self.root * np.arctanh(self.root * sine))
        up = np.arctan2(conformal, np.cos(turn))
        across = np.arctanh(np.sin(turn) / np.sqrt(1 + conformal**2))
        north = up + sum(a * np.sin(2 * j * up) * np.cosh(2 * j * across) for j, a in enumerate(self.forward, 1))
        east = across + sum(a * np.cos(2 * j * up) * np.sinh(2 * j * across) for j, a in enumerate(self.forward, 1))
        return self.east + self.radius * east, self.north + self.radius * north

    def of(self, east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Easting and northing to radians."""
        up, across = (north - self.north) / self.radius, (east - self.east) / self.radius
        one = up - sum(b * np.sin(2 * j * up) * np.cosh(2 * j * across) for j, b in enumerate(self.back, 1))
        two = across - sum(b * np.cos(2 * j * up) * np.sinh(2 * j * across) for j, b in enumerate(self.back, 1))
        conformal = np.arcsin(np.sin(one) / np.cosh(two))
        latitude = conformal + sum(d * np.sin(2 * j * conformal) for j, d in enumerate(self.latitude, 1))
        return latitude, self.meridian + np.arctan2(np.sinh(two), np.cos(one))


_IRELAND = _Grid((6377340.189, 6356034.447), (53.5, -8), (200_000, 250_000), 1.000035)
_BRITAIN = _Grid((6377563.396, 6356256.909), (49, -2), (400_000, -100_000), 0.9996012717)


def as_british(east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Irish Grid eastings and northings in metres as those of the National Grid."""
    return _BRITAIN.to(*_IRELAND.of(east, north))
