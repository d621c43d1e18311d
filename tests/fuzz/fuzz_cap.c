/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert or a feed from outside: refused with a reason, or read with all that an
 * alert always has.
 */
#include "model_fuzz.h"

#include "cap/cap.h"

static void
check_alert(const struct cap_alert *a)
{
	assert(a->identifier && a->sender && a->sent_text && a->sent != TIME_NONE);
	assert(a->status && a->msg_type && a->scope);
	assert(a->version == 11 || a->version == 12);
	for (const struct cap_info *i = a->infos.first; i; i = i->next) {
		assert(i->event && i->urgency && i->severity && i->certainty);
		assert(i->categories.n);
		for (const struct cap_area *r = i->areas.first; r; r = r->next)
			assert(r->desc);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_exact(data, size);
	struct arena AUTO(arena_done) arena = { 0 };
	struct cap_alert *a = NULL;
	struct cap_list entries = { 0 };
	struct cap_error why;
	int rc = cap_read(in, &arena, &a, &why);

	if (rc < 0)
		assert(*why.text && !a);
	for (; a; a = a->next)
		check_alert(a);
	rc = cap_feed_read(in, &arena, &entries, &why);
	assert(rc == 0 || (*why.text && !entries.n));
	free((char *)(uintptr_t)in.p);
	return 0;
}
