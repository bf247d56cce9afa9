/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Licence fields of packages, brought into the SPDX licence expression language.
 *
 *     kind = license_convert(written, &expression);
 *     "GPLv2+ and MIT"       GPL-2.0-or-later AND MIT                LICENSE_EXPRESSION
 *     "apache-2.0"           Apache-2.0                              LICENSE_ID
 *     "BSD and MIT"          LicenseRef-BSD AND MIT                  LICENSE_NAMED
 *     "see COPYING, page 3"  LicenseRef-see-COPYING--page-3-1b2f..   LICENSE_NAMED
 *
 * A name is replaced by an SPDX identifier only when it means exactly that one
 * (license_dialects.def lists them). Everything else becomes a LicenseRef-: letters, digits, '.'
 * and '-' of the name; what cannot be kept so is told apart by a hash behind it. Operators (and,
 * or, with) are understood in any case; text that is no expression (unbalanced, "GPL, MIT") is one
 * name as a whole.
 *
 * Format: SPDX 2.3 annex D; SPDX License List 3.28.0 (identifiers match without regard to case).
 * Errors: those of the buffers.
 */
#pragma once

#include "base/strbuf.h"

enum license_kind {
	LICENSE_NONE,	    /* empty, "NONE", "NOASSERTION", "(none)" */
	LICENSE_ID,	    /* one identifier of the SPDX list */
	LICENSE_EXPRESSION, /* a valid expression of such identifiers */
	LICENSE_NAMED,	    /* holds at least one LicenseRef- */
};

/* Called for each LicenseRef- with the text it stands for; both borrowed for the call. */
struct license_refs {
	void (*add)(struct license_refs *refs, struct str id, struct str text);
};

/* Appends the expression (nothing for LICENSE_NONE); refs may be NULL. */
enum license_kind license_convert(struct str written, struct strbuf *out,
				  struct license_refs *refs);

/* Whether the expression has to stand in parentheses to be joined by AND. */
bool license_needs_parentheses(struct str expression);
