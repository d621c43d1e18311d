/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error contract: a function returns 0 (or a count) or a negative
 * code of err.def, leaves its outputs untouched on failure, and is logged
 * once, at the door.
 */
#pragma once

enum err {
	ERR_OK = 0,
	ERR__BASE = -1000,
#define ERR(name, text) ERR_##name,
#include "base/err.def"
#undef ERR
};

/* A constant sentence for a code of err.def; never NULL. */
const char *err_text(int err);
