/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from an event beyond its own subject. Inside model/ only. */
#pragma once
#include "model/model.h"

void derive(struct model *m, const struct event *e, struct record *rec);
/* A device takes its name: whoever had it until now has it no more. */
void derive_name(struct model *m, const struct event *e, struct record *rec);
/* Fills the envelope's references from the record as it is now. */
void derive_refs(struct model *m, struct event *e, const struct record *rec);
/* Of a site's register (book_derive.c). */
void derive_book(const struct event *e, struct book *b);
void derive_visit(struct model *m, const struct event *e, const struct visit *v);
/* False: it is of another noun. */
bool refs_of_register(struct event *e, const struct record *rec);
/* Links between records in memory (incident ↔ assignments ↔ units, roll). */
void derived_link(struct model *m, enum noun_index n, struct record *rec);
void derived_unlink(struct model *m, enum noun_index n, struct record *rec);
void derived_free(enum noun_index n, struct record *rec);
/* Open incidents by site, and by source where there is no site. */
void site_open_index(struct model *m, struct incident *i, bool is_in);
void site_open_done(struct model *m);

struct incident_list {
	struct incident **v;
	size_t n;
};
/* Open incidents of a site (source empty) or of a source without a site. */
const struct incident_list *open_incidents(const struct model *m, struct id site,
					   struct span source);
