/* SPDX-License-Identifier: Apache-2.0 */
/* What the targets of the model share: one key for all that is sealed. */
#pragma once
#include "base/auto.h"
#include "base/crypt.h"
#include "model/commands.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline const uint8_t *
fuzz_key(void *ctx, int64_t slot)
{
	static const uint8_t key[KEY_BYTES] = "every sealed field of this test";

	(void)ctx;
	return slot >= 0 ? key : NULL;
}

static const struct seal_keys fuzz_keys = { .key = fuzz_key };

/* A copy of the exact size: a read past it is found. */
static inline struct span
fuzz_exact(const uint8_t *data, size_t size)
{
	char *p = malloc(size ? size : 1);

	if (size)
		memcpy(p, data, size);
	return (struct span){ p, size };
}
