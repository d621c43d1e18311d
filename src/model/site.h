/* SPDX-License-Identifier: Apache-2.0 */
/* Sites: protected places of an agency. */
#pragma once
#include "model/nouns.h"

enum site_class {
	SITE_CONSULATE = 1,
	SITE_RESIDENCE,
	SITE_PROJECT,
	SITE_CAMP,
	SITE_OTHER
};
extern const char *const site_class_names[];

struct site {
	struct record r;
	struct id agency;
	char *name, *name_ur, *ref;
	int class;
	struct position position;
	char *boundary; /* GeoJSON Polygon */
	char *address;
	int64_t response_time_s, link_class_s;
	char *phones; /* JSON [{"label","number"}] */
	char *challenge_word;
	int ask_world;
	char *cancel_code, *duress_code; /* only in requests */
	char *cancel_hash, *duress_hash;
	int64_t last_test_at, made_at;
	bool disabled;
	/* derived, in memory only */
	struct book *book;
};
struct book;

extern const struct noun noun_site;

/* Keyed hash of a cancel code, hex; salted with the site's id. */
struct buf;
void site_code_hash(struct buf *out, struct id site, struct span code);
/* Every site tests its button through to a person once in this time. */
#define SITE_TEST_EVERY_MS (30ll * 86400000)
/* A site whose button was never tested is due since it was made. */
int64_t site_test_due_at(const struct site *s);
