/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: checking, mending, and the folding that Urdu search needs. */
#pragma once
#include "base/buf.h"

/* RFC 3629: no overlong forms, no surrogates, up to U+10FFFF. */
bool utf8_is_valid(struct span s);
/* Copies s to b, each bad byte as U+FFFD. */
void utf8_mend(struct buf *b, struct span s);
/* One character from *s (advanced); -2 for a bad byte; -1 at the end. */
int32_t utf8_next(struct span *s);
/* Nothing that a reader sees: blanks, marks without width, fillers. */
bool utf8_is_blank(struct span s);
void utf8_put(struct buf *b, uint32_t c);
/* Search form: ASCII lower case; Arabic yeh, kaf and heh variants, hamza
 * carriers and digits folded to one; diacritics, tatweel and joiners dropped. */
void utf8_fold(struct buf *b, struct span s);
