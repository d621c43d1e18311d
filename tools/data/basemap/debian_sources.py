#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Read what the basemap takes from two unpacked Debian packages.

usage: debian_sources.py UNPACKED_DIR OUT_DIR

Writes provinces.geojson (rings of Pakistan's provinces from qgis-common's
world_map.gpkg, Natural Earth, public domain) and names.json (GeoNames id ->
language -> name, from libgeonames-common, CC-BY 4.0).
"""

import gettext
import json
import pathlib
import sqlite3
import struct
import sys

GPKG = "usr/share/qgis/resources/data/world_map.gpkg"
LOCALES = {"ur": ["ur"], "sd": ["sd"], "zh": ["zh_CN", "zh", "cmn"]}
ENVELOPE_DOUBLES = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}

# The file still has the names of before 2010; the tribal areas joined
# Khyber Pakhtunkhwa in 2018.
RENAME = {
    "N.W.F.P.": "Khyber Pakhtunkhwa",
    "K.P.": "Khyber Pakhtunkhwa",
    "F.A.T.A.": "Khyber Pakhtunkhwa",
    "Sind": "Sindh",
    "Baluchistan": "Balochistan",
    "Northern Areas": "Gilgit-Baltistan",
    "F.C.T.": "Islamabad",
}


def wkb(blob, at):
    """One geometry of a WKB stream: (coordinates, offset behind it)."""
    order = "<" if blob[at] else ">"
    (kind,) = struct.unpack_from(order + "I", blob, at + 1)
    at += 5
    (count,) = struct.unpack_from(order + "I", blob, at)
    at += 4
    if kind == 6:
        polygons = []
        for _ in range(count):
            polygon, at = wkb(blob, at)
            polygons += polygon
        return polygons, at
    if kind != 3:
        raise ValueError(f"geometry type {kind}")
    rings = []
    for _ in range(count):
        (points,) = struct.unpack_from(order + "I", blob, at)
        at += 4
        flat = struct.unpack_from(f"{order}{2 * points}d", blob, at)
        rings.append(list(zip(flat[::2], flat[1::2])))
        at += 16 * points
    return [rings], at


def provinces(root):
    store = sqlite3.connect(root / GPKG)
    rows = store.execute(
        "select name, geom from states_provinces where adm0_a3 = 'PAK'"
    )
    features = []
    for name, geom in rows:
        skip = 8 + 8 * ENVELOPE_DOUBLES[(geom[3] >> 1) & 7]
        polygons, _ = wkb(geom, skip)
        features.append(
            {
                "type": "Feature",
                "properties": {"name": RENAME.get(name, name)},
                "geometry": {"type": "MultiPolygon", "coordinates": polygons},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def names(root):
    table = {}
    for language, locales in LOCALES.items():
        for locale in locales:
            path = root / f"usr/share/locale/{locale}/LC_MESSAGES/geonames.mo"
            if not path.exists():
                continue
            with path.open("rb") as file:
                catalog = gettext.GNUTranslations(file)._catalog
            for key, name in catalog.items():
                if isinstance(key, str) and key.isdigit() and name:
                    table.setdefault(key, {}).setdefault(language, name)
    return table


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name, made in (("provinces.geojson", provinces(root)), ("names.json", names(root))):
        (out / name).write_text(json.dumps(made, ensure_ascii=False))
        print(name, (out / name).stat().st_size, "bytes")


main()
