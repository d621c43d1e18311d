/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope-bound clean-up: AUTO(fn) on a variable calls fn(&variable) when it
 * goes out of scope. TAKE() hands the value on and empties the variable.
 */
#pragma once
#include <stdlib.h>

#define AUTO(fn) __attribute__((cleanup(fn)))
#define TAKE(v)                             \
	({                                  \
		__typeof__(v) taken_ = (v); \
		(v) = NULL;                 \
		taken_;                     \
	})

static inline void
auto_free(void *pp)
{
	free(*(void **)pp);
}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
