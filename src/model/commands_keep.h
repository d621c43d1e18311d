/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of keeping and erasing, as in commands.h. */
#pragma once
#include "model/model.h"

int hold_set(struct decision *d, struct patch *p, struct id *ret);
int hold_lift(struct decision *d, struct id id, struct span reason);

int erasure_ask(struct decision *d, struct patch *p, struct id *ret);
int erasure_decide(struct decision *d, struct id id, bool approve, struct span reason);

/* --- by the desk (keep/), after the key was destroyed */
int incident_erase(struct decision *d, struct id id);
int person_erase(struct decision *d, struct id id);
int erasure_finish(struct decision *d, struct id id);
/* What a sweep removed: the proof that it ran, also when nothing was due. */
struct swept {
	int64_t tracks, incidents, media;
};
int retention_swept(struct decision *d, const struct swept *s);
