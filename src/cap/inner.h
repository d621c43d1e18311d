/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of cap, shared by its own files only. */
#pragma once
#include "cap/cap.h"

#include "base/auto.h"

/* cap_responses from here on came with CAP 1.2. */
#define CAP_RESPONSES_OF_12 8

struct xml_node;
int cap_read_node(const struct xml_node *top, struct arena *arena,
		  struct cap_alert **ret, struct cap_error *why);
/* Fills a->faults: rules that the schema cannot say (check.c). */
void cap_check(struct cap_alert *a, struct arena *arena);
void cap_text_add(struct cap_list *l, struct arena *arena, const char *text);
void cap_list_add(struct cap_list *l, void *item);
extern const char *const cap_urgencies[], *const cap_severities[],
						  *const cap_certainties[];
/* The word for a response of the model, which counts them as cap_responses does. */
static inline const char *
cap_response_of(int response)
{
	return cap_responses[response];
}
