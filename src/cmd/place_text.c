/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/place_text.h"

void place_text(const struct artifact_store *s, struct str digest, struct strbuf *sb)
{
	bool is_layout = strcmp(s->transport, "oci") == 0;

	strbuf_addf(sb, "%s%.*s%c%.*s", is_layout ? "oci:" : "", STR_FMT(s->location),
		    is_layout ? ':' : '@', STR_FMT(digest));
}
