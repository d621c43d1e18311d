/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of a site's register, as in commands.h. */
#pragma once
#include "model/model.h"

/* The site, when the actor may keep its register so; NULL: refused. */
struct site *site_for_keeper(struct decision *d, struct id site, enum keeper least);
/* The same for a site that a body names. */
int register_site(struct decision *d, struct id site, enum keeper least,
		  struct site **ret);
/* Its register, made now if it has none: the last check was passed. */
struct book *book_of(struct decision *d, const struct site *s);
int register_put(struct decision *d, struct id site, struct patch *p);
int register_threat(struct decision *d, struct id site, enum threat_level level,
		    struct span reason, int64_t from);
/* Two people of the room: one asks, another approves; it ends by itself. */
int register_ask(struct decision *d, struct id site, struct span reason,
		 int64_t minutes);
int register_approve(struct decision *d, struct id site);
int register_end(struct decision *d, struct id site);
int register_tick(struct decision *d, struct id book);
/* d->actor, of another agency, is shown `what`: the owner is told. */
int register_look(struct decision *d, struct site *s, struct span what);
int plan_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int plan_may_draw(struct decision *d, struct id id);
/* A file becomes a plan's drawing, in the place of the one before. */
void plan_draw(struct decision *d, const struct plan *p, struct id file);
int point_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int point_check_in(struct decision *d, struct id id, struct span note, struct id *ret);
int point_tick(struct decision *d, struct id id);
int review_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
int finding_put(struct decision *d, struct id id, struct patch *p, struct id *ret);
