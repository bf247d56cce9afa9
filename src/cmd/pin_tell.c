/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/pin_tell.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "render/text.h"

void pin_tell_line(struct str line)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_adds(&sb, "plimsoll: ");
	(void)text_add(&sb, line, SIZE_MAX, true); /* width: no matter */
	strbuf_addc(&sb, '\n');
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
}

void pin_name(struct strbuf *sb, struct str path, const struct pin *pin)
{
	strbuf_addf(sb, "%.*s:%llu: %.*s %.*s", STR_FMT(path), (unsigned long long)pin->use->line,
		    STR_FMT(pin->use->where), STR_FMT(pin->use->text));
}

static void tell(struct str path, const struct pin *pin, const char *what)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	pin_name(&sb, path, pin);
	strbuf_addf(&sb, "%s: %.*s", what, STR_FMT(pin->why));
	pin_tell_line(strbuf_str(&sb));
}

bool pin_tell(struct str path, const struct pin *pin)
{
	switch (pin->state) {
	case PIN_FAILED:
		tell(path, pin, " is not pinned");
		return true;
	case PIN_BLOCKED:
		tell(path, pin, pin->has_digest ? " stays" : " is not pinned");
		return false;
	case PIN_UNKNOWN:
		tell(path, pin, " is not looked at");
		return false;
	case PIN_STAYS:
	case PIN_MISSING:
	case PIN_SET:
	case PIN_RENEWED:
		return false;
	}
	return false;
}
