/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kumak import KIND FILE… [--data DIR] [--preview]: hands the files to the kind's own
 * reader. What is written once and for all kinds is here: the words of the command
 * line and the table of kinds.
 */
#include "cli/import.h"

#include "base/auto.h"

#include <stdio.h>

static const struct {
	const char *name;
	int (*run)(const struct import_args *a); /* returns the exit code */
	const char *sentence;
} kinds[] = {
	{ "calls", import_calls,
	  "closed calls of another system, for reports (--zone, --columns)" },
	{ "sites", import_sites, "protected places (CSV, GeoJSON)" },
	{ "units", import_units, "what can be sent (CSV, GeoJSON)" },
	{ "people", import_people, "staff and crews (CSV, GeoJSON)" },
	{ "devices", import_devices, "watches, trackers, panels (CSV, GeoJSON)" },
	{ "districts", import_districts, "named polygons (GeoJSON), for reports" },
	{ "places", import_places, "names of places as CSV or GeoJSON" },
	{ "roads", import_roads, "roads as GeoJSON (.geojson, .geojson.gz)" },
};

static int
usage(void)
{
	fputs("usage: kumak import KIND FILE… [--data DIR] [--preview]\n", stderr);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].name)
			fprintf(stderr, "  %-8s %s\n", kinds[i].name,
				kinds[i].sentence);
	return 2;
}

int
cli_import(int argc, char **argv)
{
	struct import_args a = { .data = "kumak-data" };
	int n = 0;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
			a.data = argv[++i];
		else if (strcmp(argv[i], "--preview") == 0)
			a.is_preview = true;
		else
			argv[n++] = argv[i];
	}
	if (n < 2)
		return usage();
	a.files = argv + 1;
	a.n_files = (size_t)n - 1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].name && strcmp(argv[0], kinds[i].name) == 0)
			return kinds[i].run(&a);
	return usage();
}
