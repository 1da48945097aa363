"""Reads what was exported with pm4py, which nobody here wrote, and writes what it found as JSON.

Not to standard output: the library greets people there.

usage: read.py LOG.json LOG.xes FOUND.json
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import pm4py  # noqa: E402

ocel = pm4py.read_ocel2_json(sys.argv[1])
relations = ocel.relations
qualified = relations.groupby(["ocel:activity", "ocel:type", "ocel:qualifier"]).size()
links = ocel.o2o.groupby("ocel:qualifier").size()
xes = pm4py.read_xes(sys.argv[2])

found = {
    "ocel_events": len(ocel.events),
    "ocel_objects": {str(k): int(v) for k, v in ocel.objects.groupby("ocel:type").size().items()},
    "ocel_activities": {str(k): int(v) for k, v in ocel.events.groupby("ocel:activity").size().items()},
    "relations": {" ".join(k): int(v) for k, v in qualified.items()},
    "object_links": {str(k): int(v) for k, v in links.items()},
    "loose_ends": int((~relations["ocel:oid"].isin(ocel.objects["ocel:oid"])).sum()),
    "first_event": str(ocel.events["ocel:timestamp"].min()),
    "xes_events": len(xes),
    "xes_traces": int(xes["case:concept:name"].nunique()),
    "xes_activities": {str(k): int(v) for k, v in xes.groupby("concept:name").size().items()},
    "xes_lifecycle": sorted(xes["lifecycle:transition"].unique()),
    "xes_resources": int(xes["org:resource"].nunique()),
    "xes_first_event": str(xes["time:timestamp"].min()),
}
with open(sys.argv[3], "w", encoding="utf-8") as out:
    json.dump(found, out)
