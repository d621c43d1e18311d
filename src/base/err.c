/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

const char *
err_text(int err)
{
	switch (err) {
	case ERR_OK:
		return "done";
#define ERR(name, text)  \
	case ERR_##name: \
		return text;
#include "base/err.def"
#undef ERR
	default:
		return "unknown error";
	}
}
