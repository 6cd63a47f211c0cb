"""Readers of ADBench's text files. Each takes a path and returns the problem as a dict of arrays and numbers."""

import re
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "data"
DEFAULT = {
    "gmm": "1k/gmm_d10_K25",
    "ba": "ba1_n49_m7776_p31843",
    "lstm": "lstm_l2_c1024",
    "hand": "simple_small/hand2_t26_c192",
}


def load(problem, size=None, folder=FOLDER):
    """The data of a problem: "gmm", "ba", "lstm" or "hand"."""
    path = Path(folder) / problem / f"{size or DEFAULT[problem]}.txt"
    sizes = re.fullmatch(r"(\d+)k/gmm_d(\d+)_K(\d+)", size or "")
    if sizes and not path.exists():
        return random_gmm(*map(int, sizes.groups()))
    return READERS[problem](path)


def random_gmm(thousands, d, k, seed=0):
    """A mixture of a size of which there is no file."""
    rng = np.random.default_rng(seed)
    return {
        "alphas": rng.standard_normal(k),
        "means": rng.random((k, d)),
        "icf": 0.3 * rng.standard_normal((k, d * (d + 1) // 2)),
        "x": rng.random((1000 * thousands, d)),
        "gamma": 1.0,
        "m": 0,
    }


def read_gmm(path):
    """Sizes d, k, n; then alphas, means, inverse covariance factors, points, and the two parameters of the prior."""
    tokens = _tokens(path)
    d, k, n = map(int, tokens[:3])
    factors = d * (d + 1) // 2
    numbers = np.array(tokens[3:], dtype=float)
    alphas, means, icf, x, (gamma, m) = np.split(numbers, np.cumsum([k, k * d, k * factors, n * d]))
    return {
        "alphas": alphas,
        "means": means.reshape(k, d),
        "icf": icf.reshape(k, factors),
        "x": x.reshape(n, d),
        "gamma": float(gamma),
        "m": int(m),
    }


def read_ba(path):
    """The file holds one camera, one point, one weight and one feature, which the problem repeats; observation i sees
    camera i mod n and point i mod m."""
    tokens = _tokens(path)
    n, m, p = map(int, tokens[:3])
    numbers = np.array(tokens[3:], dtype=float)
    i = np.arange(p)
    return {
        "cams": np.tile(numbers[0:11], (n, 1)),
        "X": np.tile(numbers[11:14], (m, 1)),
        "w": np.full(p, numbers[14]),
        "obs": np.stack([i % n, i % m], axis=1),
        "feats": np.tile(numbers[15:17], (p, 1)),
    }


def read_lstm(path):
    """Sizes: layers, characters, bits; then main and extra parameters, the state, and the sequence."""
    tokens = _tokens(path)
    layers, c, b = map(int, tokens[:3])
    numbers = np.array(tokens[3:], dtype=float)
    main, extra, state, seq = np.split(numbers, np.cumsum([2 * layers * 4 * b, 3 * b, 2 * layers * b]))
    return {
        "main": main.reshape(2 * layers, 4 * b),
        "extra": extra.reshape(3, b),
        "state": state.reshape(2 * layers, b),
        "seq": seq[: c * b].reshape(c, b),
    }


def read_hand(path):
    """The simple variant, 26 parameters; the model of the hand lies in a folder beside that of the file."""
    model = path.parent.parent / "model"
    bones = _records(model / "bones.txt", 34)
    vertices = _records(model / "vertices.txt", 9)
    tokens = _tokens(path)
    points, parameters = int(tokens[0]), int(tokens[1])
    body = np.array(tokens[2 : 2 + 4 * points], dtype=float).reshape(points, 4)
    weights = np.zeros((len(vertices), len(bones)))
    for row, record in zip(weights, vertices, strict=True):
        for j in range(int(record[8])):
            row[int(record[9 + 2 * j])] = float(record[10 + 2 * j])
    return {
        "theta": np.array(tokens[2 + 4 * points :][:parameters], dtype=float),
        "parents": np.array([int(bone[1]) for bone in bones]),
        "base_rel": np.array([bone[2:18] for bone in bones], dtype=float).reshape(-1, 4, 4),
        "inv_abs": np.array([bone[18:34] for bone in bones], dtype=float).reshape(-1, 4, 4),
        "base_pos": np.array([[*map(float, vertex[:3]), 1.0] for vertex in vertices]),
        "weights": weights,
        "corr": body[:, 0].astype(int),
        "points": body[:, 1:],
    }


def _tokens(path):
    return path.read_text().split()


def _records(path, fields):
    """The lines of a file with at least so many fields between colons."""
    records = (line.strip().split(":") for line in path.read_text().splitlines())
    return [record for record in records if len(record) >= fields]


READERS = {"gmm": read_gmm, "ba": read_ba, "lstm": read_lstm, "hand": read_hand}
