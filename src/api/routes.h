/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that routes.def names. */
#pragma once
#include "api/asks.h"
#include "api/asks_register.h"
#include "api/inner.h"

#define ROUTE(method, path, fn, ...) void fn(struct call *c);
#include "api/routes.def"
#undef ROUTE
