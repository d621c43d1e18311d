/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one who called is told of it: the stages so far, in plain sentences of its
 * language. The same for every door, and no more than the caller may know: behind a
 * cancel that was taken nothing more is said, whatever its code was.
 */
#pragma once
#include "model/model.h"

enum stage_id {
	STAGE_RECEIVED,
	STAGE_ACKNOWLEDGED,
	STAGE_UNIT_ACCEPTED,
	STAGE_UNIT_NEAR,
	STAGE_ON_SCENE,
	STAGE_CLOSED,
	STAGE_CANCELLED, /* shown as closed */
	STAGES_MAX
};
extern const char *const stage_names[];

struct stage {
	enum stage_id id;
	int64_t at;
};
/* In their order; how many. who: the signal's source. */
size_t stages_of(const struct signal *s, const struct incident *i,
		 const struct principal *who, struct stage ret[STAGES_MAX]);
/* language NULL or not known: the node's. */
const char *stage_sentence(const struct model *m, const char *language,
			   enum stage_id stage);
