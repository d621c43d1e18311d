/* SPDX-License-Identifier: Apache-2.0 */
/* The table that routes.def is. */
#include "api/routes.h"

const struct route routes[] = {
#define ROUTE(method, path, fn, ask, flags, who, answer, summary) \
	{ method, path, fn, ask, flags, who, summary, answer },
#include "api/routes.def"
#undef ROUTE
};
const size_t n_routes = sizeof routes / sizeof routes[0];
