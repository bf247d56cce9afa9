/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/filter.h"

#include "base/strbuf.h"
#include "base/cleanup.h"

#define TEXT_MAX 256

int filter_parse_severities(struct filter *f, struct str words, struct err *err)
{
	struct str word;

	while (str_pull_until(&words, ',', &word)) {
		enum severity s;
		int r = severity_parse(str_trim(word), &s, err);

		if (r < 0)
			return err_wrap(err, r, "--severity");
		f->severities |= 1u << s;
	}
	return 0;
}

static bool is_shown(const struct filter *f, const struct finding *x)
{
	if (f->severities && !(f->severities & 1u << x->severity))
		return false;
	if (f->fixable && x->fix_version.n == 0)
		return false;
	return !f->known_exploited || x->known_exploited;
}

static void describe(const struct filter *f, struct strbuf *sb)
{
	bool first = true;

	for (size_t s = SEVERITY_CRITICAL + 1; s-- > 0;) {
		if (!(f->severities & 1u << s))
			continue;
		strbuf_adds(sb, first ? "--severity " : ",");
		strbuf_adds(sb, severity_name((enum severity)s));
		first = false;
	}
	if (f->fixable)
		strbuf_adds(sb, sb->n ? " --fixable" : "--fixable");
	if (f->known_exploited)
		strbuf_adds(sb, sb->n ? " --known-exploited" : "--known-exploited");
}

int filter_apply(const struct filter *f, struct report *r, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	size_t kept = 0;

	describe(f, &sb);
	if (sb.n == 0)
		return 0;
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *x = vec_at(&r->findings, i);

		if (!is_shown(f, x))
			r->n_hidden++;
		else
			*(struct finding *)vec_at(&r->findings, kept++) = *x;
	}
	vec_cut(&r->findings, kept);
	r->hidden_by = arena_str(&r->arena, strbuf_str(&sb));
	return r->hidden_by.p ? 0 : err_nomem(err);
}
